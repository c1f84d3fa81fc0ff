"""What of a foreign text may stand on a page? Cut when long, odd characters named, secrets hidden.

Escaping is the templates' work. A token that a payload carries is hidden wherever it turns up on
the page: in the payload, in the request, in a message that quotes a piece of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from markupsafe import Markup, escape

HIDDEN = "••••••"
SPARE = 400
GRAM = 8  # so many characters in a row of a secret are a piece of it
SECRET_NAMES = frozenset(
    {
        "accesstoken", "refreshtoken", "idtoken", "authtoken", "bearertoken", "sinktoken", "token",
        "notificationauthtoken", "clientsecret", "secret", "password", "apikey", "clientassertion",
    }
)  # fmt: skip
LONG_NAME = r"(?:access|refresh|id|auth|bearer|notification_?auth)_?token|client_?secret|api_?key"
NAME = rf"(?:{LONG_NAME}|sink_?token|token|secret|password|client_?assertion)"
GROUP = r"\{[^{}]*\}?|\[[^\[\]]*\]?"
TEXT = rf"""{GROUP}|"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\\"(?:[^"\\])*|[^\s"'\\,;}}\]]+"""
ASSIGNED = re.compile(
    rf"""(?ix) (?:\\?["']{NAME}\\?["'] | \b(?:{LONG_NAME})) \s* [:=] \s* (?P<value>{TEXT})"""
)
BARE = re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]+)*|(?i:\bbearer\s+)([\w.~+/-]{16,})")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
WORDS = frozenset({"null", "true", "false", "{", "["})

# What a browser would not show, or would use to show other text in another order.
ODD = {
    code: f"⟨U+{code:04X}⟩"
    for code in [
        *range(0x09), 0x0B, 0x0C, *range(0x0D, 0x20), *range(0x7F, 0xA0), 0xAD, 0x061C, 0x180E,
        0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xFFF9,
        0xFFFA, 0xFFFB, *range(0xE0000, 0xE0080),
    ]
}  # fmt: skip
MANY_SECRETS = 5000


def visible(text: str) -> str:
    """Return a text with every character that a reader could not see named."""
    return text.replace("\r\n", "\n").translate(ODD)


def cut(text: str, most: int, redactor: Redactor | None = None) -> Markup:
    """Return a text as HTML, escaped, without secrets, with a note of how much was cut off."""
    rest = len(text) - most
    head = text[: most + SPARE]  # so that a secret is seen whole at the edge
    shown = escape(visible((redactor.clean(head) if redactor else head)[:most]))
    if rest <= 0:
        return shown
    return shown + Markup('<span class="note"> … {} more characters</span>').format(rest)


def is_secret_name(name: str) -> bool:
    """Say whether a member of this name holds a secret."""
    return name.replace("_", "").replace("-", "").lower() in SECRET_NAMES


def find_secrets(text: str) -> Iterator[str]:
    """Yield the values of tokens and passwords in a JSON text, a broken one, or plain words."""
    for match in ASSIGNED.finditer(text):
        value = match["value"].lstrip("\\").strip("\"'")
        if value[:1] in ("{", "["):
            yield from (text for text in QUOTED.findall(value) if len(text) >= GRAM)
        elif value and value not in WORDS:
            yield value
    for match in BARE.finditer(text):
        yield match[1] or match[0]


class Redactor:
    """Hides known secrets, and pieces of them, in any text."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.grams: set[str] = set()
        for text in texts:
            self.learn(text)

    def learn(self, text: str) -> None:
        """Remember the secrets that stand in a text."""
        for secret in find_secrets(text):
            if len(self.grams) > MANY_SECRETS * GRAM:
                return
            places = range(len(secret) - GRAM + 1)
            self.grams.update(secret[at : at + GRAM] for at in places[:MANY_SECRETS])

    def clean(self, text: str) -> str:
        """Return the text with every piece of a secret replaced."""
        text = BARE.sub(HIDDEN, ASSIGNED.sub(hide, text))
        if not self.grams:
            return text
        hits = [at for at in range(len(text) - GRAM + 1) if text[at : at + GRAM] in self.grams]
        parts, done = [], 0
        for at in hits:
            if at >= done:
                parts += [text[done:at], HIDDEN]
            done = max(done, at + GRAM)
        return "".join([*parts, text[done:]])


def hide(match: re.Match[str]) -> str:
    """Return an assignment without its value; null, true and false are no secrets."""
    value = match["value"]
    if value.strip("\"'") in WORDS:
        return match[0]
    before = match[0][: len(match[0]) - len(value)]
    mark = value[0] if value[0] in "\"'" else ""
    end = mark if mark and len(value) > 1 and value.endswith(mark) else ""
    return f"{before}{mark}{HIDDEN}{end}"
