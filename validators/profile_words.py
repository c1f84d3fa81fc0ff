"""Which QoS profile does a request speak of? Names, and the catalogue's workloads and keywords."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from validators.catalogue import Catalogue

WORD = re.compile(r"[a-z0-9]+")
SPLIT = re.compile(r"[ _.-]+")
ARTICLE = re.compile(r"^(?:a|an|the|our|my)\s+")
SEPARATED = bytes(code if code > 127 or chr(code).isalnum() else 32 for code in range(256))
"""Each byte of a text in UTF-8, a blank for what is neither letter nor digit."""
NOTHING: frozenset[bytes] = frozenset()
TITLES = "profile|qos|qod|class|level|tier|type"


class Hint(NamedTuple):
    """What a request says of profiles: those it names, and those its words belong to."""

    named: frozenset[str]
    meant: frozenset[str]
    """Profiles one of whose workloads the request names in the catalogue's words."""
    touched: frozenset[str]
    """Profiles one of whose keywords the request uses."""
    sure: frozenset[str]
    """Those among them by two keywords that no workload of another profile contains."""


class ProfileWords:
    """The words of one catalogue, compiled once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.names = compile_names([profile.name for profile in catalogue.profiles])
        self.any_name = re.compile("|".join(pattern.pattern for pattern in self.names.values()))
        first = {SPLIT.split(name.lower())[0] for name in self.names}
        parts = [SPLIT.split(name.lower()) for name in self.names]
        self.endings = encode([words[-1] for words in parts] + ["".join(words) for words in parts])
        """Words that every way to write a name ends with; without one no profile is named."""
        self.heads = tuple(sorted({*first, *TITLES.split("|")}))
        """A request that holds none of these words names no profile."""
        self.workloads = {
            profile.name: [plain(words) for words in profile.workloads]
            for profile in catalogue.profiles
        }
        self.words: dict[str, frozenset[str]] = {}
        self.phrases: dict[str, list[str]] = {}
        for profile in catalogue.profiles:
            keywords = [keyword.lower() for keyword in profile.keywords]
            single = [word for word in keywords if " " not in word]
            plurals = [f"{word}s" for word in single]
            self.words[profile.name] = frozenset((*single, *plurals))
            self.phrases[profile.name] = [word for word in keywords if " " in word]
        self.strong = {name: self.strong_words(name) for name in self.words}
        shared = sole_claims(self.workloads)
        self.sole = {
            name: [w for w in words if w in shared] for name, words in self.workloads.items()
        }

        self.own = {name: encode(words) for name, words in self.words.items()}
        self.sure = {name: encode(words) for name, words in self.strong.items()}
        self.phrases_from: dict[bytes, list[tuple[str, str, str]]] = {}
        """First word -> the profile, the kind and the whole of each phrase that begins with it."""
        for how, phrases in (("keyword", self.phrases), ("workload", self.workloads)):
            for name, uses in phrases.items():
                for use in uses:
                    for opener in split_tokens(use)[:1]:
                        self.phrases_from.setdefault(opener, []).append((name, how, use))
        self.openers = frozenset(self.phrases_from)

    def strong_words(self, name: str) -> frozenset[str]:
        """Return the keywords of a profile that no other profile's words contain."""
        others = {
            word
            for other in self.words
            if other != name
            for words in (*self.workloads[other], *self.phrases[other])
            for word in words.split()
        }
        taken = {word for other in self.words if other != name for word in self.words[other]}
        return self.words[name] - others - taken

    def find(self, name: str, low: str) -> tuple[str, int, int] | None:
        """Return how, and where, a request of small letters names a profile."""
        if name not in self.names:
            return None
        match = self.names[name].search(low)
        return ("name", *match.span()) if match else None

    def names_other(self, name: str, low: str) -> bool:
        """Say whether a request of small letters names another profile."""
        return any(other != name and names.search(low) for other, names in self.names.items())

    def has_name(self, low: str) -> bool:
        """Say whether a request of small letters names any profile."""
        for head in self.heads:  # to look for plain words first is several times faster
            start = low.find(head)
            while start >= 0:
                if self.any_name.match(low, start):
                    return True
                start = low.find(head, start + 1)
        return False

    def find_use(
        self, name: str, low: str, tokens: frozenset[bytes]
    ) -> tuple[str, int, int] | None:
        """Return where a request of small letters and its tokens say what a profile is for."""
        spoken = self.own.get(name, NOTHING) & tokens
        if spoken:
            word = min(spoken).decode()
            start = low.find(word)
            return "keyword", start, start + len(word)
        for first in sorted(self.openers & tokens):
            for owner, how, phrase in self.phrases_from[first]:
                start = low.find(phrase) if owner == name else -1
                end = start + len(phrase)
                if start >= 0 and not (
                    low[start - 1 : start].isalnum() or low[end : end + 1].isalnum()
                ):
                    return how, start, end
        return None

    def speaks_of_other(self, name: str, low: str, tokens: frozenset[bytes]) -> bool:
        """Say whether a request of small letters says what only other profiles are for."""
        for first in self.openers & tokens:
            for owner, _, phrase in self.phrases_from[first]:
                if owner != name and phrase in self.sole[owner] and phrase in low:
                    return True
        return any(other != name and len(own & tokens) > 1 for other, own in self.sure.items())

    def hint(self, low: str) -> Hint:
        """Return what a request of small letters says of all profiles."""
        words = set(WORD.findall(low))
        return Hint(
            frozenset(name for name, names in self.names.items() if names.search(low)),
            frozenset(name for name, uses in self.sole.items() if any(use in low for use in uses)),
            frozenset(
                name
                for name, own in self.words.items()
                if not own.isdisjoint(words) or any(phrase in low for phrase in self.phrases[name])
            ),
            frozenset(name for name, own in self.strong.items() if len(own & words) > 1),
        )


def tokens_of(low: str) -> frozenset[bytes]:
    """Return the words of a text in small letters."""
    return frozenset(split_tokens(low))


def split_tokens(low: str) -> list[bytes]:
    """Return the words of a text in small letters, as bytes: these are cut several times faster."""
    return low.encode("utf-8", "replace").translate(SEPARATED).split()


def encode(words: Iterable[str]) -> frozenset[bytes]:
    """Return words as the tokens of a text are."""
    return frozenset(word.encode() for word in words)


def plain(workload: str) -> str:
    """Return a workload in small letters without its article."""
    return ARTICLE.sub("", workload.lower())


def sole_claims(workloads: dict[str, list[str]]) -> set[str]:
    """Return the workloads that only one profile claims, not part of another's."""
    claims = [(name, words) for name, uses in workloads.items() for words in uses]
    return {
        words
        for name, words in claims
        if not any(words in other and name != owner for owner, other in claims)
    }


def compile_names(names: Iterable[str]) -> dict[str, re.Pattern[str]]:
    """Return profile name -> pattern of the ways to write it; "profile E" if that is one only."""
    names = list(names)
    parts = {name: SPLIT.split(name.lower()) for name in names}
    heads = {tuple(words[:-1]) for words in parts.values()}
    lasts = [words[-1] for words in parts.values()]
    patterns = {}
    for name in names:
        *head, last = map(re.escape, parts[name])
        forms = [r"[ _.-]?".join((*head, last))]
        if head and len(heads) == 1 and lasts.count(parts[name][-1]) == 1:
            forms.append(rf"(?:{TITLES})(?:\sprofile|\sclass)?\s?[:=\"'_-]?\s?{last}")
        patterns[name] = re.compile(rf"(?<![a-z0-9_])(?:{'|'.join(forms)})(?![a-z0-9_]|-[a-z0-9])")
    return patterns
