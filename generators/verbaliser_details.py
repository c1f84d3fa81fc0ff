"""How are all values of a payload told? In a run of clauses, in sentences, as a list, as pairs."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from generators.verbaliser_labels import Spoken
from generators.verbaliser_lexicon import load_wordbook
from generators.verbaliser_values import Facts, pick

HABIT = 0.65  # how often a speaker sticks to the clause that he began with
FLAG_SHARE = 0.6  # how often a true or false becomes: with .., without ..
SMALL = 3  # members of an object that may stand on one line of a list


class Details:
    """Tells the members of one payload in one request."""

    def __init__(self, rng: Random, facts: Facts) -> None:
        self.rng = rng
        self.facts = facts
        file = load_wordbook().file
        self.clauses = file.clauses
        self.phrases = file.sentences
        self.habits = {name: pick(forms, rng) for name, forms in file.clauses.items()}
        self.separator = pick(file.separators, rng)
        self.bullet = pick(file.bullets, rng)
        self.is_cased = rng.random() < 0.6
        self.is_dotted = rng.random() < 0.5
        self.has_range = rng.random() < 0.7

    def tell(self, form: str, members: Sequence[Spoken]) -> str:
        """Return the members in a form: inline, sentences, bullets, lines or pairs."""
        if form == "inline":
            return self.run(members, depth=0)
        if form == "sentences":
            return " ".join(self.sentence(member) for member in members)
        if form == "pairs":
            joint = (" ", ", ", "; ", " ")[int(self.rng.random() * 4)]
            return joint.join(self.pairs(members, ""))
        return "\n".join(self.lines(members, is_list=form == "bullets"))

    def run(self, members: Sequence[Spoken], depth: int) -> str:
        """Return clauses one after the other; the last one may hang on an and."""
        parts = [self.clause(member, depth) for member in members]
        joint = self.habits["joint"]
        if any("," in part for part in parts) and joint == ", " and self.rng.random() < 0.5:
            joint = "; "
        if joint == " and ":
            joint = ", "
        if len(parts) > 1 and self.rng.random() < 0.35:
            return f"{joint.join(parts[:-1])} and {parts[-1]}"
        return joint.join(parts)

    def form(self, name: str) -> str:
        """Return a clause of a kind, mostly the usual one of this speaker."""
        kept = self.rng.random() < HABIT
        return self.habits[name] if kept else pick(self.clauses[name], self.rng)

    def clause(self, spoken: Spoken, depth: int) -> str:
        """Return one member in a few words."""
        if spoken.is_leaf:
            if isinstance(spoken.value, bool) and self.rng.random() < FLAG_SHARE:
                return self.flag(spoken)
            kind = "text" if isinstance(spoken.value, str) else "value"
            value = self.facts.say(spoken)
            return self.form(kind).format(label=spoken.label, value=value)
        if isinstance(spoken.value, list):
            return self.form("list").format(label=spoken.label, items=self.items(spoken, depth))
        kind = "object" if depth == 0 else "deep_object"
        return self.form(kind).format(label=spoken.label, inner=self.inner(spoken, depth + 1))

    def flag(self, spoken: Spoken) -> str:
        """Return a true or false as something that is there or not."""
        file = load_wordbook().file
        label = spoken.label.removeprefix("is ").removeprefix("has ")
        words = pick(file.with_ if spoken.value else file.without, self.rng).format(label=label)
        return self.facts.keep(spoken.pointer, words)

    def inner(self, spoken: Spoken, depth: int) -> str:
        """Return what is inside an object; two ends of a range as a range."""
        ends = {child.name: child for child in spoken.children}
        if ends.keys() == {"from", "to"} and self.has_range:
            return f"{self.facts.say(ends['from'])} to {self.facts.say(ends['to'])}"
        return self.run(self.shuffled(spoken.children), depth)

    def items(self, spoken: Spoken, depth: int) -> str:
        """Return the items of a list."""
        parts = []
        plain = all(item.is_leaf for item in spoken.children)
        ranges = all(is_range(item) for item in spoken.children) and self.has_range
        for number, item in enumerate(spoken.children, 1):
            if item.is_leaf:
                parts.append(self.facts.say(item))
            elif ranges:
                parts.append(self.inner(item, depth + 1))
            elif isinstance(item.value, list):
                parts.append(f"[{self.items(item, depth + 1)}]")
            else:
                said = self.inner(item, depth + 1)
                parts.append(self.habits["item"].format(number=number, inner=said))
        if plain and len(parts) > 1 and self.rng.random() < 0.5:
            return f"{', '.join(parts[:-1])} and {parts[-1]}"
        return (", " if plain or ranges else "; ").join(parts)

    def sentence(self, spoken: Spoken) -> str:
        """Return one member as a whole sentence."""
        label = spoken.label
        words = {"label": label, "Label": label[:1].upper() + label[1:]}
        if spoken.is_leaf:
            if isinstance(spoken.value, bool) and self.rng.random() < FLAG_SHARE:
                return pick(self.phrases["phrase"], self.rng).format(value=self.flag(spoken))
            value = self.facts.say(spoken)
            return pick(self.phrases["value"], self.rng).format(value=value, **words)
        if isinstance(spoken.value, list):
            items = self.items(spoken, 1)
            return pick(self.phrases["list"], self.rng).format(items=items, **words)
        inner = self.inner(spoken, 1)
        return pick(self.phrases["object"], self.rng).format(inner=inner, **words)

    def pairs(self, members: Sequence[Spoken], before: str) -> list[str]:
        """Return key=value for each value, the keys as the API has them."""
        found = []
        for member in members:
            key = f"{before}{member.name}"
            if member.is_leaf:
                found.append(f"{key}={self.facts.say(member, exact=True)}")
            elif isinstance(member.value, list) and all(item.is_leaf for item in member.children):
                items = ",".join(self.facts.say(item, exact=True) for item in member.children)
                found.append(f"{key}=[{items}]")
            elif isinstance(member.value, list):
                for index, item in enumerate(member.children):
                    at = f"{key}[{index}]"
                    inner = [item] if item.is_leaf or isinstance(item.value, list) else None
                    found += self.pairs(inner or item.children, f"{at}.")
            else:
                found += self.pairs(member.children, f"{key}.")
        return found

    def lines(self, members: Sequence[Spoken], is_list: bool, depth: int = 0) -> list[str]:
        """Return a line for each value; objects as lines further in, or with dotted labels."""
        found: list[str] = []
        for number, member in enumerate(members, 1):
            bullet = self.bullet.replace("#", str(number)) if is_list or depth else ""
            start = f"{'  ' * depth}{bullet}"
            label = self.cased(member.label)
            if member.is_leaf:
                found.append(f"{start}{label}{self.separator}{self.facts.say(member)}")
            elif self.fits_a_line(member):
                inner = (
                    self.items(member, 1)
                    if isinstance(member.value, list)
                    else self.inner(member, 1)
                )
                found.append(f"{start}{label}{self.separator}{inner}")
            elif isinstance(member.value, list):
                found.append(f"{start}{label}:")
                found += self.item_lines(member, depth + 1)
            else:
                found.append(f"{start}{label}:")
                found += self.lines(self.shuffled(member.children), is_list, depth + 1)
        return found

    def item_lines(self, spoken: Spoken, depth: int) -> list[str]:
        """Return a line for each item of a list."""
        found = []
        for number, item in enumerate(spoken.children, 1):
            said = (
                self.facts.say(item)
                if item.is_leaf
                else self.items(item, 2)
                if isinstance(item.value, list)
                else self.inner(item, 2)
            )
            found.append(f"{'  ' * depth}{number}. {said}")
        return found

    def fits_a_line(self, spoken: Spoken) -> bool:
        """Say whether a container may stand behind its label."""
        if isinstance(spoken.value, list):
            return all(item.is_leaf or is_range(item) for item in spoken.children)
        plain = all(child.is_leaf for child in spoken.children)
        return plain and len(spoken.children) <= SMALL and self.is_dotted

    def cased(self, label: str) -> str:
        """Return a label as this speaker begins a line."""
        return label[:1].upper() + label[1:] if self.is_cased else label

    def shuffled(self, members: Sequence[Spoken]) -> list[Spoken]:
        """Return members in the order of the API a third of the time, else in any order."""
        found = list(members)
        if self.rng.random() > 1 / 3:
            self.rng.shuffle(found)
        return found


def is_range(spoken: Spoken) -> bool:
    """Say whether a value has two ends and nothing else."""
    return isinstance(spoken.value, dict) and spoken.value.keys() == {"from", "to"}
