"""The difference between two releases, for a person in the terminal."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Sequence

from callforge.spec_changes import EFFECTS, Change, count_effects
from callforge.spec_releases import Comparison
from callforge.spec_rows import Moves, Side
from callforge.spec_words import plural, visible

NARROWEST, WIDEST = 60, 140
MEANING = {
    "breaking": "a payload that was valid may be refused",
    "both": "some that were valid may be refused, some that were refused may be valid",
    "loosening": "a payload that was refused may be valid",
    "neutral": "no payload is judged differently",
}
IMPLIED = "stated or no longer stated that follow from pattern, format or members"
MOST_ROWS = 20
MOST_REASONS = 8
LONGEST_PATH = 44


def render_diff(found: Comparison, width: int | None = None) -> str:
    """Return what changed, by operation, the breaking changes first."""
    columns = width or shutil.get_terminal_size((80, 24)).columns
    columns = max(NARROWEST, min(columns, WIDEST))
    counts = count_effects(found.changes)
    lines = [f"{title(found.old)} -> {title(found.new)}"]
    if found.old.api != found.new.api:
        lines.append("  these are two different APIs")
    if not found.changes:
        lines.append("  no difference")
    for effect in EFFECTS:
        if counts[effect]:
            lines.append(f"  {counts[effect]:>4} {effect}: {MEANING[effect]}")
    for pair in found.pairs:
        own = [each for each in found.changes if each.operation == pair.name]
        lines += ["", *operation_lines(pair.name, own, columns)]
    return "\n".join(map(visible, lines))


def title(spec: object) -> str:
    """Return API and release."""
    return f"{getattr(spec, 'api', '')} {getattr(spec, 'release', '')}"


def operation_lines(name: str, changes: Sequence[Change], width: int) -> Iterator[str]:
    """Yield one operation's changes, wording summed up in the last line."""
    if not changes:
        yield f"{name}: no difference"
        return
    yield name
    told = [each for each in changes if each.kind != "wording" and not is_implied(each)]
    longest = max((len(each.path) for each in told), default=0)
    column = min(longest, LONGEST_PATH, width // 3)
    for effect in EFFECTS:
        for each in told:
            if each.effect == effect:
                yield from change_lines(each, column, width)
    words = sum(each.kind == "wording" for each in changes)
    implied = sum(map(is_implied, changes))
    for count, what, how in ((words, "text", "reworded"), (implied, "limit", IMPLIED)):
        if count:
            yield f"  {'neutral':<9}  {count} {plural(what, count)} {how}"


def is_implied(change: Change) -> bool:
    """Say whether a change only states, or no longer states, what follows from the rest."""
    return change.effect == "neutral" and change.kind == "limit"


def change_lines(change: Change, column: int, width: int) -> Iterator[str]:
    """Yield a change: its effect, its place, and what happened."""
    head = f"  {change.effect:<9}  {change.path.ljust(column)}"
    if len(change.path) > column:
        yield head
        head = " " * (13 + column)
    lead = f"{head}  " if column else head
    yield from textwrap.wrap(
        change.message,
        max(width, len(lead) + 24),
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_on_hyphens=False,
    )


def render_moves(moves: Moves) -> str:
    """Return which rows break, by reason and one by one."""
    lines = [
        "",
        f"{moves.file}, {moves.operation}: {moves.breaks.total} break, {moves.heals.total} become "
        f"valid, {moves.both} valid in both, {moves.neither} in neither"
        + (f", {moves.skipped} without a payload" if moves.skipped else ""),
    ]
    lines += side_lines("break", moves.breaks)
    lines += side_lines("become valid; before", moves.heals)
    return "\n".join(map(visible, lines))


def side_lines(what: str, side: Side) -> Iterator[str]:
    """Yield the rows that moved one way."""
    if not side.total:
        return
    yield f"  {side.total} {what}:"
    for (cls, code, path), count in side.sorted_reasons[:MOST_REASONS]:
        yield f"    {count:>6} x {cls or '-':<3} {code} at {path}"
    if len(side.reasons) > MOST_REASONS:
        yield f"    and {len(side.reasons) - MOST_REASONS} more kinds, see --json"
    for row in side.rows[:MOST_ROWS]:
        name = f"row {row.row}" + (f" ({row.id})" if row.id else "")
        issue = row.issues[0] if row.issues else None
        told = f"{issue.cls or '-'} at {issue.path}: {issue.message}" if issue else ""
        yield f"    {name}, {row.field}: {told}"
    if side.total > MOST_ROWS:
        yield f"    and {side.total - MOST_ROWS} more rows, see --json"
