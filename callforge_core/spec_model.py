"""What is an API release, an operation, a parameter? What travels once a document is compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from callforge_core.errors import UnknownName
from callforge_core.registry import unknown
from callforge_core.spec_keywords import Dialect
from callforge_core.spec_notes import Note
from callforge_core.spec_schemas import Schema, declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A value that travels outside the body."""

    name: str
    where: str
    """path, query, header or cookie."""
    required: bool
    schema: Schema
    style: str = "simple"
    """How a list or an object is written: simple, form, label, deepObject ..."""
    explode: bool = False
    media_type: str | None = None
    """Set when the value is a document of its own, such as JSON in a query."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operation:
    """One thing a release can be asked to do."""

    api: str
    release: str
    operation_id: str
    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...] = ()
    schema: Schema = field(default_factory=dict, repr=False)
    """The published request body as JSON Schema, references inlined; empty without a body."""
    closed: Schema = field(default_factory=dict, repr=False)
    """The same, allOf merged, discriminators resolved, every object closed, int32 bounded."""
    origins: Mapping[str, str] = field(default_factory=dict, repr=False)
    """JSON pointer into `schema` -> JSON pointer into the document, to quote in findings."""
    dialect: Dialect = "draft4"
    media_type: str | None = None
    """What the body is written in; None without a body that is JSON."""
    body_required: bool = False
    notes: tuple[Note, ...] = field(default=(), repr=False)
    """What of the operation was not compiled as it is written."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The top-level members of the body, in spec order."""
        return tuple(declared(self.closed, {}))


class Operations(Mapping[str, Operation]):
    """The operations of a document by id, in its order; each compiled when it is asked for."""

    def __init__(self, compilers: Mapping[str, Callable[[], Operation]]) -> None:
        self.compilers = compilers
        self.compiled: dict[str, Operation] = {}

    def __getitem__(self, name: str) -> Operation:
        if name not in self.compiled:
            self.compiled[name] = self.compilers[name]()
        return self.compiled[name]

    def __contains__(self, name: object) -> bool:
        return name in self.compilers

    def __iter__(self) -> Iterator[str]:
        return iter(self.compilers)

    def __len__(self) -> int:
        return len(self.compilers)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spec:
    """One API release."""

    api: str
    release: str
    title: str
    operations: Mapping[str, Operation]

    def operation(self, name: str) -> Operation:
        """Return an operation by its id; raise UnknownName with the nearest, or SpecError."""
        if name not in self.operations:
            raise UnknownName(unknown("operation", name, self.operations))
        return self.operations[name]
