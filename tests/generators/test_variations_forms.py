"""Another value in an author's form: lengths, phone numbers, addresses, ports, profiles."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.anchors import read_wording
from generators.length_forms import options_for, plain_wordings
from generators.numbers import Phone
from generators.phone_ranges import draw_phone_like, is_reserved_phone, ranges_of, split_phone
from generators.replacing import Replacer
from generators.respelling import draw_address_like, respell_address, respell_phone
from generators.seeds import Seed, is_reserved, iter_outside
from generators.transplant import combine, resample
from validators.lengths import read_lengths
from validators.payload import Validator

LENGTHS = (
    ("45 minutes", 2700, "30 minutes"),
    ("8h", 28800, "6h"),
    ("40mins", 2400, "20mins"),
    ("1 hour", 3600, "2 hours"),
    ("one hour", 3600, "two hours"),
    ("Three hours and twenty minutes", 12000, "Two hours and ten minutes"),
    ("half an hour", 1800, "an hour"),
    ("a quarter of an hour", 900, "half an hour"),
    ("an hour and a half", 5400, "two hours"),
    ("one and a half hours", 5400, "two and a half hours"),
    ("2 hours and a half", 9000, "3 hours and a half"),
    ("2 hours 15 minutes", 8100, "3 hours 30 minutes"),
    ("1 day 12 hours", 129600, "2 days 6 hours"),
    ("1 h 5 min", 3900, "2 h 10 min"),
    ("1h30", 5400, "2h15"),
    ("1.5 hours", 5400, "2.5 hours"),
    ("3/4 of an hour", 2700, "1/2 of an hour"),
    ("one hundred and twenty minutes", 7200, "ninety minutes"),
    ("one thousand two hundred seconds", 1200, "one thousand eight hundred seconds"),
    ("16:15-17:00", 2700, "16:30-17:30"),
    ("8pm to 11pm", 10800, "7pm to 9pm"),
    ("14:00 and end at 15:30", 5400, "13:00 and end at 15:00"),
    ("3600", 3600, "1800"),
    ("two days", 172800, "three days"),
    ("a week", 604800, "two weeks"),
)
PHONES = (
    ("+447700900345", "+447700900345", ("44", "7700", "900461"), "+447700900461"),
    ("+33 6 39 98 01 22", "+33639980122", ("33", "6", "39", "98", "45", "67"), "+33 6 39 98 45 67"),
    ("(+44) 7700-900345", "+447700900345", ("44", "7700", "900461"), "(+44) 7700-900461"),
    ("07700 900345", "+447700900345", ("44", "7700", "900461"), "07700 900461"),
    ("0033 6 39 98 01 22", "+33639980122", ("46", "8", "465", "00", "412"), "0046 8 465 00 412"),
    ("+44 (0)7700 900345", "+447700900345", ("44", "7700", "900461"), "+44 (0)7700 900461"),
    ("+1 (415) 555-0162", "+14155550162", ("1", "202", "555", "0143"), "+1 (202) 555-0143"),
    (
        "four four seven seven double oh nine double oh one five six",
        "+447700900156",
        ("44", "7700", "900211"),
        "four four seven seven double oh nine double oh two one one",
    ),
)


@pytest.mark.parametrize(("words", "seconds", "other"), LENGTHS)
def test_a_length_has_others_in_its_own_form(words: str, seconds: int, other: str) -> None:
    options = dict(options_for(words, seconds, ""))
    assert other in options
    assert seconds not in options.values()
    assert all(seconds / 3 <= length <= seconds * 3 for length in options.values())


@pytest.mark.parametrize(("words", "seconds", "other"), LENGTHS)
def test_every_length_that_is_written_is_read_as_the_same_seconds(
    words: str, seconds: int, other: str
) -> None:
    for text, length in options_for(words, seconds, ""):
        found = {round(read.seconds) for read in read_lengths(text.lower())}
        assert text.isdigit() or length in found, text


def test_no_length_says_one_hours_or_a_hour() -> None:
    for words, seconds, _ in LENGTHS:
        for text, _length in options_for(words, seconds, ""):
            low = f" {text.lower()} "
            for wrong in (" 1 hours", " one hours", " 2 hour ", " two hour ", " a hour", " an min"):
                assert wrong not in low, text


def test_an_article_in_front_fits_what_follows() -> None:
    after_a = [text for text, _ in options_for("20-minute", 1200, "for a ")]
    after_an = [text for text, _ in options_for("18-minute", 1080, "for an ")]
    assert after_a and after_an
    assert not any(text.startswith(("8", "11-", "18-")) for text in after_a)
    assert all(text.startswith(("8-", "11-", "18-")) for text in after_an)


def test_an_idiom_behind_another_article_is_left_alone() -> None:
    assert options_for("half an hour", 1800, "the last ") == ()
    assert options_for("some other words", 1800, "") == ()


@given(st.integers(min_value=1, max_value=2_000_000))
def test_every_length_has_a_plain_wording_that_says_it(seconds: int) -> None:
    for words in plain_wordings(seconds):
        assert seconds in {round(read.seconds) for read in read_lengths(words)}, words


@pytest.mark.parametrize(("text", "old", "groups", "expected"), PHONES)
def test_a_number_is_written_as_the_other_was(
    text: str, old: str, groups: tuple[str, ...], expected: str
) -> None:
    assert respell_phone(text, old, Phone(groups)) == expected


def test_a_national_number_takes_none_of_another_country() -> None:
    assert respell_phone("07700 900345", "+447700900345", Phone(("33", "6", "39980122"))) is None


@given(st.sampled_from(["44", "33", "49", "46", "353", "61", "1", "280", "81", "7"]), st.data())
def test_a_drawn_number_is_nobodys_and_a_split_one_keeps_its_digits(
    code: str, data: st.DataObject
) -> None:
    rest = data.draw(st.integers(min_value=10**6, max_value=10**11 - 1))
    old = f"+{code}{rest}"
    fold = data.draw(st.integers(0, 9))
    drawn = draw_phone_like(Random(data.draw(st.integers(0, 99))), fold, old, same_country=False)
    assert drawn is not None
    assert is_reserved_phone(drawn.e164)
    assert split_phone(old).e164 == old
    if ranges_of(split_phone(old).groups[0]):
        assert drawn.groups[0] == split_phone(old).groups[0]


@given(
    st.sampled_from(
        [
            *("203.0.113.9", "8.8.8.8", "10.1.2.3", "172.16.4.4", "192.168.0.9", "85.1.0.0/16"),
            *("192.0.2.64/26", "10.64.0.0/16", "203.0.113.0/24", "192.0.2.0/25", "1.2.3.4/30"),
            *("2001:db8:31::9", "2001:db8:aa::/48", "2001:DB8:7:1::20", "2a00:1450:4001::5"),
            *("2001:db8:1:2:3:4:5:6", "2001:db8::7", "2001:db8:a:b00::/56", "2a00::/64"),
        ]
    ),
    st.integers(0, 9),
    st.integers(0, 999),
)
def test_a_drawn_address_is_nobodys_and_of_the_same_kind(old: str, fold: int, seed: int) -> None:
    drawn = draw_address_like(Random(seed), fold, old)
    assert drawn is not None
    one, other = (ipaddress.ip_network(text, strict=False) for text in (old, drawn))
    assert one.version == other.version
    assert one.prefixlen == other.prefixlen
    assert ("/" in old) == ("/" in drawn)
    assert is_reserved("ipv6" if ":" in drawn else "ipv4", drawn)


def test_addresses_keep_their_capitals_and_their_spelling() -> None:
    assert respell_address("2001:DB8:7::20", "2001:db8:7::20", "2001:db8:ab::1") == "2001:DB8:AB::1"
    old, new = "192.0.2.0/24", "203.0.113.0/24"
    assert respell_address("192.0.2.0 slash 24", old, new) == "203.0.113.0 slash 24"
    assert respell_address("192.0.2.0 slash 24", old, "10.0.0.0/16") is None
    spoken = "one nine eight dot fifty one dot one hundred dot twelve"
    assert (
        respell_address(spoken, "198.51.100.12", "203.0.113.7")
        == "two zero three dot zero dot one hundred and thirteen dot seven"
    )


@pytest.mark.parametrize(
    "value",
    [
        "+447700900123",
        "+14155550123",
        "+33639980122",
        "+46701740611",
        "+61491570156",
        "+2821234567",
    ],
)
def test_numbers_for_fiction_are_known(value: str) -> None:
    assert is_reserved_phone(value)


@pytest.mark.parametrize(
    "value", ["+442071234567", "+14155550223", "+33612345678", "+819012345678"]
)
def test_numbers_of_people_are_none_for_fiction(value: str) -> None:
    assert not is_reserved_phone(value)


def test_what_names_somebody_is_found_in_the_call_and_in_the_words() -> None:
    payload = {"device": {"phoneNumber": "+442071234567"}, "sink": "https://hooks.acme.io/x"}
    request = "call 020 7123 4567 from 9.9.9.9, ask jane@acme.io; or 192.0.2.1 and a@example.com"
    assert set(iter_outside(payload, request)) == {
        "+442071234567",
        "https://hooks.acme.io/x",
        "9.9.9.9",
        "jane@acme.io",
    }
    token = {"sinkCredential": {"accessToken": "abc"}, "sink": "https://hooks.example.com/x"}
    assert list(iter_outside(token, "")) == ["accessToken=abc"]


def wording_of(validator: Validator, request: str, **payload: object):  # type: ignore[no-untyped-def]  # a test helper
    base = {"applicationServer": {"ipv4Address": "192.0.2.9"}, "qosProfile": "QOS_E"}
    seed = Seed(id="s", row=1, request=request, payload={**base, "duration": 1800} | payload)
    assert validator.verdict(seed.payload, request).ok
    return read_wording(seed, validator)


def drafts(validator: Validator, request: str, count: int = 12, **payload: object):  # type: ignore[no-untyped-def]  # a test helper
    wording = wording_of(validator, request, **payload)
    replacer = Replacer(validator)
    return [resample(wording, replacer, Random(seed), 3) for seed in range(count)]


def test_a_value_said_twice_is_replaced_twice(validator: Validator) -> None:
    request = (
        "line 0044 7700 900123, sorry, +44 7700 900123 to 192.0.2.9 (yes, 192.0.2.9) for 30 min"
    )
    for draft in drafts(validator, request, device={"phoneNumber": "+447700900123"}):
        assert draft is not None
        assert "900123" not in draft.request
        assert "192.0.2.9 " not in draft.request
        assert draft.request.count(draft.payload["applicationServer"]["ipv4Address"]) == 2
        assert validator.verdict(draft.payload, draft.request).ok


def test_a_number_that_was_taken_back_is_replaced_too(validator: Validator) -> None:
    request = "for +442071234567? no wait the number is +44 7700 900132, server 192.0.2.9, 30 min"
    for draft in drafts(validator, request, device={"phoneNumber": "+447700900132"}):
        assert draft is not None
        assert "2071234567" not in draft.request
        assert not list(iter_outside(draft.payload, draft.request))


def test_a_port_glued_to_an_address_moves_with_it(validator: Validator) -> None:
    request = "game server 192.0.2.9:27015 for half an hour"
    moved = set()
    for draft in drafts(validator, request, applicationServerPorts={"ports": [27015]}):
        assert draft is not None
        server = draft.payload["applicationServer"]["ipv4Address"]
        port = draft.payload["applicationServerPorts"]["ports"][0]
        assert f"{server}:{port}" in draft.request
        moved.add(port)
    assert len(moved) > 3


def test_ranges_and_lists_keep_their_pattern(validator: Validator) -> None:
    ports = {"ports": [7001, 7003], "ranges": [{"from": 9000, "to": 9010}]}
    request = "game server 192.0.2.9, ports 7001, 7003 and 9000-9010, for half an hour"
    for draft in drafts(validator, request, applicationServerPorts=ports):
        assert draft is not None
        found = draft.payload["applicationServerPorts"]
        assert found["ports"][1] - found["ports"][0] == 2
        assert found["ranges"][0]["to"] - found["ranges"][0]["from"] == 10
        assert validator.verdict(draft.payload, draft.request).ok


def test_a_port_stays_where_its_protocol_is_named(validator: Validator) -> None:
    request = "SIP calls to 192.0.2.9, SIP on port 5060, for half an hour"
    found = drafts(validator, request, qosProfile="QOS_L", applicationServerPorts={"ports": [5060]})
    assert {draft.payload["applicationServerPorts"]["ports"][0] for draft in found} == {5060}


def test_a_length_that_others_depend_on_stays(validator: Validator) -> None:
    request = "gaming on 192.0.2.9, twenty minutes plus a 10 minute buffer, so half an hour in all"
    assert {draft.payload["duration"] for draft in drafts(validator, request)} == {1800}
    request = "gaming on 192.0.2.9 all day (24 h)"
    assert {d.payload["duration"] for d in drafts(validator, request, duration=86400)} == {86400}


def test_a_number_with_a_foreign_unit_is_found(validator: Validator) -> None:
    request = "Server 192.0.2.9, Dauer 30 Minuten, QOS_E"
    found = drafts(validator, request, 30)
    assert len({draft.payload["duration"] for draft in found}) > 5
    for draft in found:
        assert f"Dauer {draft.payload['duration'] // 60} Minuten" in draft.request


def test_a_profile_changes_only_where_nothing_else_speaks_of_it(validator: Validator) -> None:
    named = drafts(validator, "need QOS_E to 192.0.2.9 for half an hour", 30)
    assert len({draft.payload["qosProfile"] for draft in named}) == 4
    told = drafts(validator, "need QOS_E for gaming on 192.0.2.9 for half an hour", 30)
    assert {draft.payload["qosProfile"] for draft in told} == {"QOS_E"}
    labelled = drafts(validator, "Use: cloud gaming; server: 192.0.2.9; time: 30 min", 30)
    assert len({draft.payload["qosProfile"] for draft in labelled}) == 4
    for draft in labelled:
        assert validator.verdict(draft.payload, draft.request).ok


def test_a_national_number_stays_in_the_country_that_is_told(validator: Validator) -> None:
    request = "my phone is 07700 900461 (uk), game server 192.0.2.9, half an hour"
    for draft in drafts(validator, request, 30, device={"phoneNumber": "+447700900461"}):
        assert draft is not None
        assert draft.payload["device"]["phoneNumber"].startswith("+44")
        assert "phone is 0" in draft.request


def test_a_number_stays_in_a_country_without_numbers_for_fiction(validator: Validator) -> None:
    request = "gaming on our Japanese SIM +81 90 1234 5678 with 192.0.2.9 for half an hour"
    for draft in drafts(validator, request, 30, device={"phoneNumber": "+819012345678"}):
        assert draft is not None
        assert draft.payload["device"]["phoneNumber"] == "+819012345678"
    untold = request.replace("Japanese ", "")
    moved = drafts(validator, untold, 30, device={"phoneNumber": "+819012345678"})
    assert not any("5678" in draft.request for draft in moved)


def test_a_link_without_its_scheme_stays_without(validator: Validator) -> None:
    request = "gaming on 192.0.2.9 for half an hour, tell hooks.acme.io/x"
    for draft in drafts(validator, request, sink="https://hooks.acme.io/x"):
        assert draft is not None
        assert draft.payload["sink"].startswith("https://")
        assert draft.request.endswith(draft.payload["sink"].removeprefix("https://"))
        assert "acme" not in draft.request


def test_values_travel_between_seeds_only_where_they_fit(validator: Validator) -> None:
    wording = wording_of(
        validator,
        "gaming on 192.0.2.9 for half an hour from +447700900461",
        device={"phoneNumber": "+447700900461"},
    )
    other = Seed(
        id="other",
        row=2,
        request="",
        payload={
            "device": {"ipv6Address": "2001:db8::1"},
            "applicationServer": {"ipv4Address": "198.51.100.0/24"},
            "qosProfile": "QOS_L",
            "duration": 3600,
        },
    )
    draft = combine(wording, [other], Replacer(validator), Random(1))
    assert draft is not None
    assert draft.parents == ("s", "other")
    assert draft.payload["duration"] == 3600
    assert "hour" in draft.request
    assert draft.payload["device"] == wording.seed.payload["device"]
    assert draft.payload["applicationServer"] == wording.seed.payload["applicationServer"]


def test_the_hand_written_seeds_have_an_anchor_for_nearly_every_value(
    validator: Validator,
) -> None:
    path = Path(__file__).parents[1] / "hand_written" / "development.jsonl"
    missing = []
    for line in path.read_text().splitlines():
        row = json.loads(line)
        seed = Seed(id=row["id"], row=1, request=row["request"], payload=row["payload"])
        places = {
            anchor.place[0] for anchor in read_wording(seed, validator).anchors if anchor.place
        }
        missing += [key for key in seed.payload if key not in places | {"qosProfile"}]
    assert set(missing) <= {"duration"}
    assert len(missing) <= 4
