"""What do people do to a text while they type or speak it?  Slips, short forms, fillers, case.

Values are marks here, so nothing of this touches them; words that tell what a number is are spared.
"""

from __future__ import annotations

from collections.abc import Callable

Draw = Callable[[], float]
SPARED = frozenset({
    "port", "ports", "public", "private", "server", "device", "profile", "class", "minutes",
    "hours", "seconds", "phone", "number", "client", "source", "local", "internal", "external",
    "address", "mask", "slash", "token", "until", "expires",
})  # fmt: skip
"""Words without which a number near them may be read as something else."""
NEIGHBOURS = {
    "a": "sqz", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj",
    "i": "uo", "j": "hk", "k": "jl", "l": "ko", "m": "n", "n": "bm", "o": "ip", "p": "o",
    "q": "wa", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe", "x": "zc",
    "y": "tu", "z": "x",
}  # fmt: skip
"""Letter -> letters beside it on a keyboard."""
SHORT_FORMS = (
    ("please", "pls"), ("Please", "Pls"), (" with ", " w/ "), (" you ", " u "), (" and ", " & "),
    (" are ", " r "), ("because", "bc"), ("thanks", "thx"), ("tomorrow", "tmrw"),
    ("server", "srv"), (" to ", " 2 "), ("connection", "conn"), ("session", "sess"),
    ("I am ", "im "), ("it is ", "its "), ("I would", "id"), ("something", "smth"),
    ("number", "nr"), ("about", "abt"), ("your", "ur"), ("without", "w/o"),
)  # fmt: skip
CONTRACTIONS = (
    ("I am ", "I'm "), ("it is ", "it's "), ("It is ", "It's "), ("we are ", "we're "),
    ("We are ", "We're "), ("I would ", "I'd "), ("we have ", "we've "), ("that is ", "that's "),
    ("do not ", "don't "), ("cannot ", "can't "), ("there is ", "there's "),
)  # fmt: skip


def slip(text: str, draw: Draw) -> str:
    """Return a text with one or two typing slips in plain words."""
    words = text.split(" ")
    for _ in range(2 if draw() < 0.3 else 1):
        for _ in range(4):
            place = int(draw() * len(words))
            word = words[place]
            if len(word) > 3 and word.isalpha() and word.isascii() and word.lower() not in SPARED:
                words[place] = slip_word(word, draw)
                break
    return " ".join(words)


def slip_word(word: str, draw: Draw) -> str:
    """Return a word with a letter left out, doubled, swapped or taken from beside."""
    kind = draw()
    place = 1 + int(draw() * (len(word) - 2))
    if kind < 0.35:
        return word[:place] + word[place + 1 :]
    if kind < 0.65:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if kind < 0.8:
        return word[:place] + word[place] + word[place:]
    near = NEIGHBOURS.get(word[place].lower(), word[place])
    return word[:place] + near[int(draw() * len(near))] + word[place + 1 :]


def shorten(text: str, draw: Draw) -> str:
    """Return a text with some of the short forms of messages."""
    for long, short in SHORT_FORMS:
        if long in text and draw() < 0.6 and long != " to ":
            text = text.replace(long, short)
    return text


def contract(text: str) -> str:
    """Return a text with contractions."""
    for long, short in CONTRACTIONS:
        if long in text:
            text = text.replace(long, short)
    return text


def hesitate(text: str, fillers: tuple[str, ...], draw: Draw) -> str:
    """Return a text with one or two fillers at its commas."""
    for _ in range(1 if draw() < 0.6 else 2):
        text = text.replace(", ", fillers[int(draw() * len(fillers))], 1)
    return text


def drop_articles(text: str) -> str:
    """Return a text without articles, as some learners write."""
    return text.replace(" the ", " ").replace(" a ", " ").replace(" an ", " ")


def tidy(text: str) -> str:
    """Remove doubled blanks and punctuation that optional parts left behind."""
    if "  " in text:
        text = text.replace("   ", " ").replace("  ", " ")
    for wrong, right in ((" ,", ","), (" .", "."), (" ?", "?"), (" ;", ";")):
        if wrong in text:
            text = text.replace(wrong, right)
    for wrong, right in DOUBLED:
        if wrong in text:
            text = text.replace(wrong, right)
    return text.strip(" ,;")


DOUBLED = (
    (",,,", ","), (",,", ","), (",.", "."), (",;", ";"), (",?", "?"), (";;", ";"), (";,", ","),
    ("?.", "?"), ("!.", "!"), ("...", "\0"), ("..", "."), ("\0", "..."), (",:", ":"),
    (", and, ", ", and "),
)  # fmt: skip
