"""Which APIs, releases and operations are there to choose from?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callforge.api import find_spec
from callforge.spec_words import visible
from callforge_core.errors import SpecError
from callforge_core.registry import unknown
from callforge_core.spec import Operation, Spec, load_spec
from datasets_src.bundled import apis, default_release, releases, spec_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One definition to choose from."""

    api: str
    release: str
    default: bool
    """True when this release is taken unless another one is named."""
    spec: Spec

    def to_json(self) -> dict[str, Any]:
        """Return what a machine may want to know of the definition."""
        return {
            "api": self.api,
            "release": self.release,
            "default": self.default,
            "title": self.spec.title,
            "operations": [
                {
                    "operation": name,
                    "method": operation.method,
                    "path": operation.path,
                    "summary": operation.summary,
                    "body": operation.media_type,
                    "parameters": [each.name for each in operation.parameters],
                }
                for name, operation in self.spec.operations.items()
            ],
        }


def list_specs(api: str | None, release: str | None, spec: Path | None) -> list[Listed]:
    """Return the definitions that the options leave; all bundled ones without options."""
    if spec is not None:
        loaded = load_spec(find_spec(release, spec, api))
        return [Listed(api=loaded.api, release=loaded.release, default=False, spec=loaded)]
    if api is not None and api not in apis():
        raise SpecError(unknown("bundled API", api, apis()))
    pairs = [pair for pair in releases() if api in (None, pair[0]) and release in (None, pair[1])]
    if not pairs:  # name what there is
        known = sorted({each for name, each in releases() if api in (None, name)})
        raise SpecError(unknown("bundled release", str(release), known))
    return [
        Listed(
            api=name,
            release=each,
            default=each == default_release(name),
            spec=load_spec(spec_path(name, each)),
        )
        for name, each in pairs
    ]


def render_list(found: Sequence[Listed]) -> str:
    """Return the definitions grouped by API, each operation once with the releases that have it."""
    lines: list[str] = []
    for api in dict.fromkeys(each.api for each in found):
        lines += [*api_lines([each for each in found if each.api == api]), ""]
    if any(each.default for each in found) or len(found) > 1:
        lines.append("`callforge spec show OPERATION` explains one; --release names another one.")
    return "\n".join(map(visible, lines)).rstrip()


def api_lines(found: Sequence[Listed]) -> Iterator[str]:
    """Yield an API's head line and one line an operation: id, method, path, summary."""
    shown = [f"{each.release} (default)" if each.default else each.release for each in found]
    counted = f"{len(found)} releases" if len(found) > 1 else "1 release"
    yield f"{found[0].api}  {counted}: {', '.join(shown)}"
    rows: dict[tuple[str, str, str], tuple[Operation, list[str]]] = {}
    for each in reversed(found):  # the newest words win
        for name, operation in each.spec.operations.items():
            key = (name, operation.method, operation.path)
            rows.setdefault(key, (operation, []))[1].append(each.release)
    widths = [max(len(key[n]) for key in rows) for n in range(3)] if rows else []
    for key, (operation, having) in rows.items():
        cells = "  ".join(
            cell.ljust(width)
            for cell, width in zip((key[0], key[1].upper(), key[2]), widths, strict=True)
        )
        only = f"  ({', '.join(reversed(having))} only)" if len(having) < len(found) else ""
        body = "" if operation.media_type else "  (no body)"
        yield f"  {cells}  {operation.summary}{body}{only}".rstrip()
    if not rows:
        yield "  no operations"
