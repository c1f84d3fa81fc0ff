"""Where does a $ref lead? Definition documents on disk, the only place references may point to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from callforge_core.errors import SpecError
from callforge_core.spec_reading import read_document

REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
INDEX = re.compile(r"0|[1-9][0-9]*")


class Place(NamedTuple):
    """A node of a document and the JSON pointer it stands at."""

    document: Document
    pointer: str
    node: Any

    def child(self, *keys: object) -> Place:
        """Return the node below this one; the keys must exist."""
        node, pointer = self.node, self.pointer
        for key in keys:
            node, pointer = node[key], f"{pointer}/{escape(key)}"
        return Place(self.document, pointer, node)

    def members(self) -> Iterator[Place]:
        """Yield the nodes below this one when it is an object or a list."""
        keys = self.node if isinstance(self.node, dict) else range(len(self.entries))
        yield from (self.child(key) for key in keys)

    @property
    def entries(self) -> list[Any]:
        """The node when it is a list, else nothing."""
        return self.node if isinstance(self.node, list) else []

    @property
    def reference(self) -> str | None:
        """What the node refers to; a dynamic reference is read as a plain one."""
        if not isinstance(self.node, dict):
            return None
        ref = self.node.get("$ref", self.node.get("$dynamicRef"))
        return ref if isinstance(ref, str) else None

    def hop(self) -> Place:
        """Return the place that a $ref leads to, one step; the place itself without one."""
        ref = self.reference
        return self if ref is None else self.document.resolve(ref, self.pointer)

    def follow(self) -> Place:
        """Return the place a $ref leads to, else this one; raise SpecError on a circle."""
        here, seen = self, set()
        while here.reference is not None:
            if here.identity in seen:
                raise SpecError(f"{here.document.path}: {here.pointer} refers to itself")
            seen.add(here.identity)
            here = here.hop()
        return here

    @property
    def identity(self) -> tuple[str, str]:
        """What makes two places the same one."""
        return self.document.name, self.pointer

    @property
    def where(self) -> str:
        """The pointer, with the file in front when it is not the document that was asked for."""
        return f"{self.document.prefix}{self.pointer or '/'}"


class Document:
    """One YAML or JSON file, and the files its references have led to so far."""

    def __init__(self, path: Path, cache: dict[Path, Document] | None = None) -> None:
        self.path = path
        self.name = str(path)
        self.prefix = "" if not cache else f"{path.name}#"
        self.cache = {} if cache is None else cache
        self.root = read_document(path)
        self.cache[path.resolve()] = self

    def place(self, pointer: str = "") -> Place:
        """Return the node at a JSON pointer; raise KeyError, IndexError or TypeError."""
        node = self.root
        for key in keys_of(pointer):
            if isinstance(node, list):
                if INDEX.fullmatch(key) is None:
                    raise KeyError(key)
                node = node[int(key)]
            else:
                node = node[key]
        return Place(self, pointer, node)

    def resolve(self, ref: str, referrer: str) -> Place:
        """Return the place `ref` names; raise SpecError for a remote, missing or broken one."""
        where = f"{self.path}: {referrer or '/'} refers to {ref!r}"
        file, _, fragment = ref.partition("#")
        fragment = unquote(fragment)
        try:
            start = self.start(unquote(file), where) if file else Place(self, "", self.root)
            if fragment and not fragment.startswith("/"):
                return start.document.names[f"#{fragment}"]
            return start.document.place(start.pointer + fragment)
        except (KeyError, IndexError, TypeError) as exc:
            raise SpecError(f"{where}, which does not exist; correct the reference") from exc

    def start(self, file: str, where: str) -> Place:
        """Return the root of a document beside this one (read once), or the part named so."""
        path = self.path.parent / file
        try:
            exists = path.resolve() in self.cache or path.is_file()
        except (OSError, ValueError) as exc:
            raise SpecError(f"{where}: that is no file name; correct the reference") from exc
        if not exists and file in self.names:
            return self.names[file]
        if REMOTE.match(file):
            raise SpecError(f"{where}: remote documents are not fetched; save it beside the file")
        if not exists:
            raise SpecError(f"{where}, which does not exist; correct the reference")
        document = self.cache.get(path.resolve()) or Document(path, self.cache)
        return Place(document, "", document.root)

    @cached_property
    def names(self) -> dict[str, Place]:
        """Names given inside the document ($id, #anchor) and the places that bear them."""
        found: dict[str, Place] = {}
        stack = [Place(self, "", self.root)]
        while stack:
            place = stack.pop()
            if isinstance(place.node, dict):
                for key, mark in (("$anchor", "#"), ("$dynamicAnchor", "#"), ("$id", "")):
                    name = place.node.get(key)
                    if isinstance(name, str):
                        found.setdefault(mark + name, place)
            if isinstance(place.node, dict | list):
                stack += [child for child in place.members() if isinstance(child.node, dict | list)]
        return found


def keys_of(pointer: str) -> Iterator[str]:
    """Yield the unescaped keys of a JSON pointer (RFC 6901)."""
    for key in pointer.split("/")[1:]:
        yield key.replace("~1", "/").replace("~0", "~")


def escape(key: object) -> str:
    """Write one key of a JSON pointer (RFC 6901)."""
    return str(key).replace("~", "~0").replace("/", "~1")
