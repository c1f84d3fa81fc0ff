"""What does a plain template set give?  Ten sentences, the baseline of the generalisation study.

Values stand in one form each and durations are a number and a unit, whatever the scenario's words.
"""

from __future__ import annotations

from generators.credentials import Assertion
from generators.scenarios import Ports, Scenario
from generators.utterances import Utterance

TEMPLATES = (
    "Please create a QoS session for {device} to server {server} with {profile} for {time}{sink}.",
    "I need {profile} for {device} with the application server {server} for {time}{sink}.",
    "Set up a session from {device} to {server} using {profile}, duration {time}{sink}.",
    "Can you start a quality on demand session between {device} and {server} for {time} with "
    "{profile}{sink}?",
    "We want {profile} on the connection of {device} to {server} for {time}{sink}.",
    "For {time}, give {device} {profile} towards {server}{sink}.",
    "Request a session: device {device}, server {server}, {profile}, duration {time}{sink}.",
    "Could you please reserve {profile} for the traffic of {device} to the server at {server} "
    "for {time}{sink}?",
    "Open a session to {server} for {device} for {time} with {profile}{sink}.",
    "The device {device} needs {profile} to reach {server} for {time}{sink}.",
)
FAMILIES = tuple(f"ten/{place}" for place in range(len(TEMPLATES)))
UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def utter_template(scenario: Scenario, place: int) -> Utterance:
    """Return one of the ten sentences, stating every fact of a scenario that is complete."""
    facts = word_facts(scenario)
    device = " and ".join(facts[slot] for slot in DEVICE if slot in facts) or "the device"
    server = " and ".join(facts[slot] for slot in SERVER if slot in facts)
    text = TEMPLATES[place].format(
        device=device + word_optional(facts, "devicePorts", " on device ports {}"),
        server=server + word_optional(facts, "applicationServerPorts", " on ports {}"),
        profile=facts["qosProfile"],
        time=facts["duration"],
        sink=word_optional(facts, "sink", ", notify {}") + word_credential(scenario),
    )
    return Utterance(text, FAMILIES[place], facts)


DEVICE = ("device.phoneNumber", "device.ipv4Address", "device.ipv6Address")
SERVER = (
    "applicationServer.ipv4Address",
    "applicationServer.ipv6Address",
    "applicationServer.ipAddresses",
)


def word_facts(scenario: Scenario) -> dict[str, str]:
    """Return payload slot -> its only wording."""
    facts: dict[str, str | None] = {
        "device.phoneNumber": scenario.phone.e164 if scenario.phone else None,
        "device.ipv6Address": scenario.device_ipv6,
        "applicationServer.ipv4Address": scenario.server_ipv4,
        "applicationServer.ipv6Address": scenario.server_ipv6,
        "applicationServer.ipAddresses": " and ".join(scenario.server_addresses),
        "sink": scenario.sink,
        "qosProfile": scenario.profile if scenario.is_named else scenario.workload,
    }
    address = scenario.device_ipv4
    if address:
        port = f" port {address.port}" if address.port is not None else ""
        private = f" (private {address.private})" if address.private else ""
        facts["device.ipv4Address"] = f"{address.public}{port}{private}"
    for slot, ports in (
        ("devicePorts", scenario.device_ports),
        ("applicationServerPorts", scenario.server_ports),
    ):
        facts[slot] = word_plainly(ports) if ports else None
    if scenario.credential:
        facts.update(scenario.credential.facts)
    if scenario.duration:
        facts["duration"] = word_length(scenario.duration.seconds)
    return {slot: words for slot, words in facts.items() if words}


def word_plainly(ports: Ports) -> str:
    """Return ports with hyphens and commas."""
    ranges = [f"{first}-{last}" for first, last in ports.ranges]
    return ", ".join([*ranges, *map(str, ports.singles)])


def word_length(seconds: int) -> str:
    """Return a number and the largest unit that fits: 90 minutes, 2 hours."""
    size, unit = next((size, unit) for size, unit in UNITS if seconds % size == 0)
    number = seconds // size
    return f"{number} {unit}{'' if number == 1 else 's'}"


def word_optional(facts: dict[str, str], slot: str, pattern: str) -> str:
    """Return the words of a fact in a pattern, nothing when it is absent."""
    return pattern.format(facts[slot]) if slot in facts else ""


def word_credential(scenario: Scenario) -> str:
    """Return the words for an access token, or for where one is got."""
    credential = scenario.credential
    if credential is None:
        return ""
    if isinstance(credential, Assertion):
        return f" as client {credential.client} with tokens from {credential.token_uri}"
    return f" with access token {credential.token} until {credential.expires}"
