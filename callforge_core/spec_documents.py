"""Where does a $ref lead? Definition documents on disk, the only place references may point to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from callforge_core.config import load_yaml
from callforge_core.errors import SpecError


class Place(NamedTuple):
    """A node of a document and the JSON pointer it stands at."""

    document: Document
    pointer: str
    node: Any

    def child(self, *keys: object) -> Place:
        """Return the node below this one; the keys must exist."""
        node = self.node
        for key in keys:
            node = node[key]
        tail = "".join(f"/{escape(key)}" for key in keys)
        return Place(self.document, self.pointer + tail, node)

    def follow(self) -> Place:
        """Return the place a $ref leads to, else this one; raise SpecError on a circle."""
        here, seen = self, set()
        while isinstance(here.node, dict) and isinstance(here.node.get("$ref"), str):
            if here.identity in seen:
                raise SpecError(f"{here.document.path}: {here.pointer} refers to itself")
            seen.add(here.identity)
            here = here.document.resolve(here.node["$ref"], here.pointer)
        return here

    @property
    def identity(self) -> tuple[str, str]:
        """What makes two places the same one."""
        return str(self.document.path), self.pointer


class Document:
    """One YAML or JSON file, and the files its references have led to so far."""

    def __init__(self, path: Path, cache: dict[Path, Document] | None = None) -> None:
        self.path = path
        self.cache = {} if cache is None else cache
        self.cache[path.resolve()] = self
        self.root = load_yaml(path)

    def place(self, pointer: str = "") -> Place:
        """Return the node at a JSON pointer; raise KeyError, IndexError or TypeError."""
        node = self.root
        for key in keys_of(pointer):
            node = node[int(key)] if isinstance(node, list) else node[key]
        return Place(self, pointer, node)

    def resolve(self, ref: str, referrer: str) -> Place:
        """Return the place `ref` names; raise SpecError for a remote, missing or broken one."""
        file, _, pointer = ref.partition("#")
        where = f"{self.path}: {referrer or '/'} refers to {ref!r}"
        if "://" in file:
            raise SpecError(f"{where}: remote documents are not fetched; save it beside the file")
        try:
            return (self.other(file) if file else self).place(pointer)
        except (KeyError, IndexError, TypeError, ValueError) as exc:
            raise SpecError(f"{where}, which does not exist; correct the reference") from exc

    def other(self, file: str) -> Document:
        """Return a document beside this one, read once."""
        path = self.path.parent / file
        known = self.cache.get(path.resolve())
        return known if known is not None else Document(path, self.cache)


def keys_of(pointer: str) -> Iterator[str]:
    """Yield the unescaped keys of a JSON pointer (RFC 6901)."""
    for key in pointer.split("/")[1:]:
        yield key.replace("~1", "/").replace("~0", "~")


def escape(key: object) -> str:
    """Write one key of a JSON pointer (RFC 6901)."""
    return str(key).replace("~", "~0").replace("/", "~1")
