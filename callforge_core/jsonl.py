"""Rows on disk: streamed, line numbers in errors, written to a temporary name, renamed last."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

import orjson

from callforge_core.errors import DataError, OutputError

# What reading an open file can raise: a bad disk, a cut or damaged .gz, text that is not UTF-8.
UNREADABLE = (OSError, EOFError, zlib.error, UnicodeDecodeError)


class Row(NamedTuple):
    """A parsed line and where it stands (1-based)."""

    line: int
    value: dict[str, Any]


def iter_rows(path: Path) -> Iterator[Row]:
    """Yield the objects of a JSON-lines file (.gz allowed), blank lines skipped."""
    with open_text(path) as stream:
        lines = enumerate(stream, 1)
        while True:
            try:
                number, line = next(lines)
            except StopIteration:
                return
            except UNREADABLE as exc:
                raise DataError(unreadable(path, exc)) from exc
            if line.strip():
                yield Row(number, parse_row(line, f"{path}:{number}"))


def parse_row(line: str, where: str) -> dict[str, Any]:
    """Parse one line as a JSON object; raise DataError that starts with `where`."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise DataError(f"{where}: not valid JSON: {exc}; fix or remove this line") from exc
    if not isinstance(value, dict):
        raise DataError(f"{where}: this row is {json_type(value)}; write one JSON object a line")
    return value


def json_type(value: object) -> str:
    """Name the JSON type of a parsed value, with its article."""
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean"}
    return "null" if value is None else names.get(type(value), "a number")


def open_text(path: Path) -> IO[str]:
    """Open a text file, .gz and a byte order mark transparently; DataError when it cannot be."""
    if path.is_dir():
        raise DataError(f"{path} is a folder, expected a file; name a file inside it")
    try:
        if path.suffix == ".gz":
            return gzip.open(path, "rt", encoding="utf-8-sig")
        return path.open(encoding="utf-8-sig")
    except FileNotFoundError as exc:
        raise DataError(f"{path} does not exist; check the path") from exc
    except OSError as exc:
        raise DataError(f"{path} cannot be opened: {exc.strerror}") from exc


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write rows as JSON lines and return how many; the file appears complete or not at all."""
    return write_lines(path, map(render_json, rows))


def write_lines(path: Path, lines: Iterable[str]) -> int:
    """Write rows that are rendered already; as write_rows."""
    count = 0
    with writing(path) as stream:
        for line in lines:
            stream.write(line)
            stream.write("\n")
            count += 1
    return count


def write_json(path: Path, value: object) -> None:
    """Write one JSON document, indented, complete or not at all."""
    with writing(path) as stream:
        text = json.dumps(value, ensure_ascii=False, indent=2)
        stream.write((text if is_encodable(text) else json.dumps(value, indent=2)) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text file, complete or not at all."""
    with writing(path) as stream:
        stream.write(text)


def load_json(path: Path) -> Any:
    """Read one JSON document; raise DataError for a missing or broken file."""
    with open_text(path) as stream:
        try:
            return json.load(stream)
        except UNREADABLE as exc:
            raise DataError(unreadable(path, exc)) from exc
        except (ValueError, RecursionError) as exc:
            raise DataError(f"{path}: not valid JSON: {exc}; fix or rewrite the file") from exc


def make_renderer(*, sort_keys: bool = False, ascii_only: bool = False) -> Callable[[Any], str]:
    """Return a function for compact JSON, non-ASCII escaped if `ascii_only`.

    `JSONEncoder.encode` sets up its C encoder anew for each value, a third of the time for a row;
    here that is done once. Where there is no C encoder, the usual one does it.
    """
    usual = json.JSONEncoder(ensure_ascii=ascii_only, separators=(",", ":"), sort_keys=sort_keys)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return usual.encode
    encoder = json.encoder
    strings = encoder.encode_basestring_ascii if ascii_only else encoder.encode_basestring
    encode = make(None, usual.default, strings, None, ":", ",", sort_keys, False, True)
    return lambda value: "".join(encode(value, 0))


render_plain = make_renderer()


def render_json(value: object) -> str:
    """Return compact JSON, keys in insertion order, non-ASCII kept where UTF-8 can write it."""
    text = render_plain(value)
    return text if is_encodable(text) else json.dumps(value, separators=(",", ":"))


def render_row(value: object) -> str:
    """Return what `render_json` does, five times faster, of a value that holds no floats.

    orjson writes their exponents in another way (1e16, not 1e+16), and no half surrogates.
    """
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # orjson's own error is one
        return render_json(value)


def is_encodable(text: str) -> bool:
    """Say whether UTF-8 can write `text`: half of a surrogate pair, legal in JSON, it cannot."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def unreadable(path: Path, exc: Exception) -> str:
    """Word why an open file cannot be read to its end."""
    why = "it is not UTF-8 text" if isinstance(exc, UnicodeDecodeError) else str(exc)
    return f"{path} cannot be read: {why}; write the file anew (UTF-8, plain or .gz)"


@contextlib.contextmanager
def writing(path: Path) -> Iterator[IO[str]]:
    """Open a temporary file beside `path`, rename it on success; OutputError if that fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise OutputError(f"{path} is a folder, cannot be written as a file")
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as exc:
        raise OutputError(refusal(path, exc)) from exc
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            yield stream
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as exc:
        raise OutputError(refusal(path, exc)) from exc
    finally:
        temporary.unlink(missing_ok=True)


def refusal(path: Path, exc: OSError) -> str:
    """Word why `path` cannot be written."""
    return (
        f"{path} cannot be written: {exc.strerror or exc}; choose another --out or free some space"
    )
