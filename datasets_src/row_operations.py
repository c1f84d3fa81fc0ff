"""Which validator judges a row that names its operation? Those of the definitions at hand.

Built when a row first needs one: most files are about one operation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from callforge_core.spec import Spec, load_spec
from validators.payload import Validator


class RowValidators(Mapping[str, Validator]):
    """Operation id -> validator, the chosen operation first. Does not pickle."""

    def __init__(self, validator: Validator, documents: Sequence[Path] = ()) -> None:
        self.chosen = validator
        self.documents = tuple(documents)
        self.built = {validator.operation.operation_id: validator}

    def judge_for(self, name: str | None) -> Validator:
        """Return the validator of the operation a row names, the chosen one when it names none."""
        if name is None or name in self.built:
            return self.built[name] if name else self.chosen
        return self[name] if name in self.owners else self.chosen

    def knows(self, name: str | None) -> bool:
        """Say whether a row names no operation, or one that there is."""
        return name is None or name in self.built or name in self.owners

    @cached_property
    def owners(self) -> dict[str, Spec]:
        """Operation id -> the definition that has it, of two the one named first."""
        found: dict[str, Spec] = {}
        for document in self.documents:
            spec = load_spec(document)
            for name in spec.operations:
                found.setdefault(name, spec)
        return found

    def __getitem__(self, name: str) -> Validator:
        if name not in self.built:
            operation = self.owners[name].operation(name)
            self.built[name] = Validator(operation, self.chosen.catalogue)
        return self.built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([self.chosen.operation.operation_id, *self.owners]))

    def __len__(self) -> int:
        return len(dict.fromkeys([self.chosen.operation.operation_id, *self.owners]))
