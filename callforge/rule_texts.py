"""What does a rule say that a finding rests on? In our own words, for the appendix of the page.

Rule numbers are those of the rule pack. A pointer into an API definition is put into words from its
last keyword. `explain` knows both, and admits when it knows nothing.
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple


class RuleText(NamedTuple):
    """One rule as a reader meets it."""

    spec: str
    title: str
    text: str
    answer: str = ""
    """What the API would say to such a call."""

    @property
    def anchor(self) -> str:
        """Where the rule stands on the page."""
        return anchor_of(self.spec)


# number | title, what it demands and why, what the API would answer
TABLE = """
R1 | Only declared members
Every member is one the operation declares, at every level, the kind of a credential taken into
account. Release 1.1.0 neither closes its objects nor forbids more, so there this is our own line;
from 1.2.0-rc on the definition says it.
= 1.1.0 leaves it open

R2 | Port ranges run upwards
In a range, from is not above to. A port that is said twice is legal and only pointed out.
= unspecified, 400 is to be expected

R3 | A credential needs a sink
sinkCredential is for calling the sink, so without sink it has no use. The definition only
recommends the pair; that it is required is our own line.
= unspecified

R4 | A credential is a whole access token
The credential is of type ACCESSTOKEN and carries the token, when it expires, and its type.
= 400

R4a | Only ACCESSTOKEN
PLAIN and REFRESHTOKEN stand in the list of types, but the text rules them out for this release.
= 400 INVALID_CREDENTIAL

R4b | An access token is complete
accessToken, accessTokenExpiresUtc and accessTokenType are all there, each as a text. The subtype
requires them, although a plain schema check never gets to see that subtype.
= 400

R4c | The token type is bearer
accessTokenType is bearer in small letters: the prose has a capital letter, the list of values has
not, and the list counts.
= 400 INVALID_TOKEN or INVALID_ARGUMENT

R4d | Expiry with a zone
accessTokenExpiresUtc is a date and time of RFC 3339 with its zone.
= 400

R4e | The token outlives the session
It should not expire before the session ends. Looked at only when a clock is given.
= a warning only

R4f | The other kind of credential
From 1.2.0-rc on, a PRIVATE_KEY_JWT credential names clientId and an https tokenUri as texts, and
no member of a credential is longer than the definition allows.
= 400

R5 | The server's IPv6 address is one
It parses as an IPv6 address, alone or with a width of 0 to 128. In 1.1.0 the schema has neither
pattern nor format there.
= unspecified, 400 is to be expected

R6 | The server's IPv4 address is one
Four numbers of 0 to 255 without leading zeros, alone or with a width of 0 to 32. Bits beyond the
width are legal and only pointed out.
= unspecified, 400 is to be expected

R7 | The profile exists and is active
qosProfile is a name of the provider's catalogue, with the same capital letters, and its status is
ACTIVE.
= 400 INVALID_ARGUMENT or 422 QUALITY_ON_DEMAND.QOS_PROFILE_NOT_APPLICABLE

R8 | The duration fits the profile
duration lies between the least and the most that the profile allows, units converted.
= 400 QUALITY_ON_DEMAND.DURATION_OUT_OF_RANGE or INVALID_ARGUMENT

R9 | The token decides about the device
With a two-legged token the device is named, with a three-legged one it is left out. Checked only
where a row states its token.
= 422 MISSING_IDENTIFIER or UNNECESSARY_IDENTIFIER

R10 | No network access identifier
The field is kept for later use; a call must not rely on it.
= 422 UNSUPPORTED_IDENTIFIER

R11 | No placeholders
Stand-ins such as +1234567890, documentation addresses or example.com appear only if the request
itself says them.
= 201 or 404: the wrong session, or none

R12 | Whole numbers are written whole
An integer has no fraction and no exponent: 3600, not 3600.0 or 3.6e3.
= 400

R13 | Each key once
One object does not say a key twice. Parsers differ on which of the two counts, so nobody can tell
what such a call does.
= depends on the parser

R14 | Phone numbers are E.164
+ and 5 to 15 plain digits, the first of them not 0, and nothing after them, not even a line
break.
= 400

R15 | Seconds fit 32 bits
duration and requestedAdditionalDuration are at most 2147483647, as their format says; common
validators do not look at it.
= 400

R16 | The sink is an https address
sink is a URI of scheme https with a host. The pattern alone would let blanks pass.
= 400 INVALID_SINK or INVALID_ARGUMENT

R17 | A device IPv4 is complete
publicAddress comes with publicPort or with privateAddress: behind one public address there are
many devices. Single addresses, no networks.
= 400 INVALID_ARGUMENT

R18 | Several identifiers
Naming a device in several ways is legal; nobody here can tell whether they mean the same one.
= a warning only: 201, or the API picks one

R19 | Listed addresses differ
From 1.2.0-rc on, a server may have a list of addresses: each stands there once, in whatever
spelling. The schema compares the texts only.
= unspecified, 400 is to be expected

RFC 8259 | JSON
The answer is exactly one JSON object as RFC 8259 has it: nothing around it, double quotes, no
comments, no trailing commas, no NaN.
= 400
"""

KEYWORDS = {
    "allOf": "all of its parts have to hold",
    "anyOf": "at least one of the alternatives given there has to hold",
    "oneOf": "exactly one of the alternatives given there has to hold",
    "not": "what stands there must not hold",
    "type": "the value has the JSON type named there",
    "enum": "the value is one of the words listed there",
    "const": "the value is the one given there",
    "pattern": "the text matches the pattern given there, from its beginning to its end",
    "format": "the text has the format named there",
    "minLength": "the text is not shorter than stated there",
    "maxLength": "the text is not longer than stated there",
    "minimum": "the number is not below the one stated there",
    "maximum": "the number is not above the one stated there",
    "exclusiveMinimum": "the number is above the one stated there",
    "exclusiveMaximum": "the number is below the one stated there",
    "multipleOf": "the number is a multiple of the one stated there",
    "required": "the members listed there are present",
    "minProperties": "the object has at least as many members as stated there",
    "maxProperties": "the object has at most as many members as stated there",
    "minItems": "the list has at least as many items as stated there",
    "maxItems": "the list has at most as many items as stated there",
    "uniqueItems": "no item of the list occurs twice",
    "additionalProperties": "the object has no other members than those declared",
    "unevaluatedProperties": "the object has no other members than those declared",
    "dependentRequired": "a member brings the others along that are named there",
}
IN_RULES = {"DeviceIpv4Addr/anyOf": "R17", "PhoneNumber/pattern": "R14"}
"""The end of a pointer -> the rule that says the same in plain words."""

UNNAMED = frozenset({"components", "schemas", "properties", "allOf", "items", "content", "schema"})


def read_table() -> dict[str, RuleText]:
    """Return number -> rule."""
    rules = {}
    for block in TABLE.strip().split("\n\n"):
        head, *lines, answer = block.splitlines()
        spec, title = head.split(" | ")
        rules[spec] = RuleText(spec, title, " ".join(lines), answer.removeprefix("= "))
    return rules


RULE_TEXTS = read_table()


def explain(spec: str) -> RuleText:
    """Return the words for a rule number or a pointer into the definition."""
    if spec in RULE_TEXTS:
        return RULE_TEXTS[spec]
    if "/" not in spec:
        return RuleText(spec, spec, "This page has no words of its own about this rule.")
    keyword = spec.rpartition("/")[2]
    means = KEYWORDS.get(keyword)
    text = f"The definition says at this place: {means}." if means else "A place of the definition."
    same = next((rule for end, rule in IN_RULES.items() if spec.endswith(end)), None)
    if same:
        text += f" In words ({same}): {RULE_TEXTS[same].text}"
    return RuleText(spec, title_of(spec), text, "400 is to be expected")


def title_of(pointer: str) -> str:
    """Name a place of the definition by the schema and the members on the way there."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")]
    *way, keyword = [step for step in steps if step not in ("", "#")]
    names = [step for step in way if step not in UNNAMED and not step.isdecimal()]
    return " › ".join([*names, keyword])


def anchor_of(spec: str) -> str:
    """Return the name of a rule's place on the page, short and safe for any spec."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", spec).strip("-")
    if len(plain) <= 12:
        return f"rule-{plain}"
    return f"rule-{hashlib.blake2b(spec.encode('utf-8', 'replace'), digest_size=5).hexdigest()}"
