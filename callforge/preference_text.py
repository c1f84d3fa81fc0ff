"""What does a person read about a preference set? Classes, lengths and what they tell."""

from __future__ import annotations

from collections.abc import Iterator

from callforge.fault_names import name_fault
from generators.pair_lint import Lint
from generators.separability import Estimate, Separability

HEAD = f"{'class':<26}{'pairs':>7}{'tier 1':>8}{'tier 2':>8}{'characters':>12}{'members':>9}"


def word_lint(lint: Lint) -> Iterator[str]:
    """Yield the lines of a summary: a table of classes, then what lengths and members tell."""
    yield from word_classes(lint)
    for name, figure in lint.separabilities.items():
        yield word_figure(name, figure)
    yield (
        f"chosen sides that an earlier pair has: {lint.duplicate_chosen}; pairs that occur twice: "
        f"{lint.duplicate_pairs}; answers once preferred, once rejected: {lint.contradictions}; "
        f"rejects begin with {lint.shared_prefix:.0%} of the chosen side"
    )
    for problem in lint.problems:
        yield f"not good enough: {problem}"


def word_classes(lint: Lint) -> Iterator[str]:
    """Yield the table of fault classes; the last two columns are means, reject less chosen."""
    yield HEAD
    for cls, tally in lint.classes.items():
        yield (
            f"{name_fault(cls).label or 'not stated':<26}{tally.pairs:>7}{tally.tiers[1]:>8}"
            f"{tally.tiers[2]:>8}{tally.characters / tally.pairs:>+12.1f}"
            f"{tally.keys / tally.pairs:>+9.2f}"
        )
    one, two = (sum(each.tiers[tier] for each in lint.classes.values()) for tier in (1, 2))
    characters = sum(each.characters for each in lint.classes.values()) / lint.pairs
    keys = sum(each.keys for each in lint.classes.values()) / lint.pairs
    yield f"{'all':<26}{lint.pairs:>7}{one:>8}{two:>8}{characters:>+12.1f}{keys:>+9.2f}"


def word_figure(name: str, figure: Separability) -> str:
    """Return one line about how well a number tells chosen from rejected (0.5: not at all)."""
    return (
        f"{name:<11} alone tell right from wrong: AUC {word_estimate(figure.auc)}; in pairs "
        f"{word_estimate(figure.paired)}; in pairs by the best rule on sizes {figure.rule:.2f}"
    )


def word_estimate(found: Estimate) -> str:
    """Return a value with its 95 % interval."""
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"
