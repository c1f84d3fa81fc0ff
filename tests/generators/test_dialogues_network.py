"""The session service behind dialogues: states and times as the API has them, no clock read."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from callforge_core.records import Payload
from generators.dialogues_network import ERRORS, Network, error, session_info, status_event

BODY: Payload = {
    "device": {"phoneNumber": "+447700900123", "ipv6Address": "2001:db8::7"},
    "applicationServer": {"ipv4Address": "203.0.113.5"},
    "qosProfile": "QOS_E",
    "duration": 600,
}


def test_a_requested_session_has_no_times_yet() -> None:
    network = Network(Random(1))
    session = network.create(BODY, is_available=False)
    told = session_info(session)
    assert told["qosStatus"] == "REQUESTED"
    assert "startedAt" not in told
    assert told["device"] == {"phoneNumber": "+447700900123"}, "the one identifier in use"
    network.promote(session)
    assert session_info(session)["qosStatus"] == "AVAILABLE"
    assert session_info(session)["startedAt"] < session_info(session)["expiresAt"]


@given(st.integers(min_value=0, max_value=2**32), st.integers(min_value=1, max_value=86400))
def test_small_steps_of_time_end_no_session_and_a_long_one_does(seed: int, seconds: int) -> None:
    network = Network(Random(seed))
    session = network.create(BODY | {"duration": seconds}, is_available=True)
    for _ in range(20):
        network.tick()
    assert session.ends is not None
    assert network.now <= session.ends
    network.run_out(session)
    assert network.now > session.ends
    told = session_info(session)
    assert (told["qosStatus"], told["statusInfo"]) == ("UNAVAILABLE", "DURATION_EXPIRED")
    assert told["duration"] == seconds
    assert not network.running_on(BODY["device"])


def test_a_session_that_is_cut_off_counts_what_was_used() -> None:
    network = Network(Random(3))
    session = network.create(BODY, is_available=True)
    network.tick(200)
    used = network.now - (session.started or network.now)
    network.terminate(session, "NETWORK_TERMINATED")
    assert session_info(session)["duration"] == max(1, int(used.total_seconds()))


def test_an_event_names_its_session() -> None:
    network = Network(Random(4))
    session = network.create(BODY, is_available=True)
    event = status_event(session, network)
    assert event["data"] == {"sessionId": session.id, "qosStatus": "AVAILABLE"}
    assert event["specversion"] == "1.0"


def test_errors_have_status_code_and_message() -> None:
    for code, (status, message) in ERRORS.items():
        assert error(code) == {"status": status, "code": code, "message": message}
        assert 400 <= status < 600


def test_the_same_random_numbers_give_the_same_sessions() -> None:
    one, other = Network(Random(9)), Network(Random(9))
    assert one.now == other.now
    assert one.create(BODY, is_available=True).id == other.create(BODY, is_available=True).id
