"""How is every value of a scenario written?  Words for all of them, before a sentence is made."""

from __future__ import annotations

from random import Random

from generators.credentials import Assertion, Credential
from generators.durations import CLAUSES
from generators.flat import Table
from generators.lexicon import Group, Lexicon
from generators.lexicon_files import LanguageEntry
from generators.marks import MARKS
from generators.scenarios import Scenario
from generators.spoken import speak_ipv4, speak_phone, speak_port
from generators.wordings import (
    port_flavour,
    word_device_ipv4,
    word_ipv6,
    word_name,
    word_network,
    word_phone,
    word_ports,
)

DEVICE, SERVER, PORTS, DEVICE_PORTS, PROFILE, DURATION, SINK = range(7)
VAGUE = {"device": DEVICE, "server": SERVER, "ports": PORTS, "device_ports": DEVICE_PORTS,
         "profile": PROFILE, "duration": DURATION, "sink": SINK}  # fmt: skip
UNFIRM = frozenset({"interval", "bare", "aside", "iso", "corrected", "sum", "days"})
"""Kinds of durations beside which no other length of time may be told."""
V_DEVICE, V_PHONE, V_SERVER = MARKS["device"], MARKS["phone"], MARKS["server"]
V_IPV4, V_IPV6, V_PORTS = MARKS["ipv4"], MARKS["ipv6"], MARKS["ports"]
V_SINK = MARKS["sink"]
MARKS_OF = {
    Credential: (MARKS["token"], MARKS["expires"]),
    Assertion: (MARKS["client"], MARKS["token_uri"]),
}
"""Kind of credential -> what stands for its facts, in their order."""


class ScenarioWords:
    """The wording of every value of a scenario, for one register."""

    __slots__ = ("duration", "facts", "firm", "group", "profile", "tables", "use", "values")

    def __init__(
        self,
        scenario: Scenario,
        rng: Random,
        lexicon: Lexicon,
        spoken: float = 0.0,
        language: LanguageEntry | None = None,
    ) -> None:
        self.tables: list[Table | None] = [None] * 7
        """The clauses of each slot; None for a slot that is absent."""
        self.values: list[tuple[str, str]] = []
        """Marks and what stands for them: values that nothing may change."""
        self.facts: dict[str, str] = {}
        self.group: Group = lexicon.groups["neutral"]
        self.profile = self.use = self.duration = ""
        """Words that take part in the case of the text."""
        self.firm = True
        speaks = spoken > 0 and rng.random() >= 1 - spoken
        self.word_device(scenario, rng, lexicon, speaks)
        self.word_server(scenario, rng, lexicon, speaks)
        if scenario.device_ports:
            words = self.facts["devicePorts"] = word_ports(scenario.device_ports, rng)
            flavour = port_flavour(scenario.device_ports)
            self.tables[DEVICE_PORTS] = lexicon.tables[DEVICE_PORTS][flavour]
            self.values.append((MARKS["device_ports"], words))
        if scenario.profile is not None:
            self.word_profile(scenario, rng, lexicon)
        duration = scenario.duration
        if duration is not None:
            flavour = CLAUSES.get(duration.kind, "length")
            self.tables[DURATION] = lexicon.tables[DURATION][flavour]
            self.duration = self.facts["duration"] = duration.words
            self.firm = duration.kind not in UNFIRM
        if scenario.sink or scenario.credential:
            self.word_sink(scenario, lexicon)
        if language is not None:
            self.translate(scenario, rng, lexicon, language)
        for slot, words in scenario.vague.items():
            self.word_vague(VAGUE[slot], slot, words, lexicon)

    @property
    def addressed(self) -> bool:
        """Say whether the device has an address, which could be a server's."""
        return "device.ipv4Address" in self.facts or "device.ipv6Address" in self.facts

    def word_device(self, scenario: Scenario, rng: Random, lexicon: Lexicon, speaks: bool) -> None:
        """Word the device's identifiers."""
        address = ""
        facts = self.facts
        if scenario.device_ipv4:
            address = facts["device.ipv4Address"] = word_device_ipv4(scenario.device_ipv4, rng)
        elif scenario.device_ipv6:
            address = facts["device.ipv6Address"] = word_ipv6(scenario.device_ipv6, rng)
        flavours, flavour = lexicon.tables[DEVICE], "phone"
        if scenario.device_ipv4 and scenario.device_ipv6:
            second = facts["device.ipv6Address"] = word_ipv6(scenario.device_ipv6, rng)
            address = f"{address} / {second}"
        if scenario.phone:
            if speaks and not address:
                phone = speak_phone(scenario.phone.e164, rng.random)
                flavour = "spoken"
            else:
                phone = word_phone(scenario.phone, rng)
            facts["device.phoneNumber"] = phone
            if address:
                self.values += ((V_PHONE, phone), (V_DEVICE, address))
                self.tables[DEVICE] = flavours["both"]
            else:
                self.values.append((V_DEVICE, phone))
                self.tables[DEVICE] = flavours[flavour]
        elif address:
            self.values.append((V_DEVICE, address))
            self.tables[DEVICE] = flavours["address"]

    def word_server(self, scenario: Scenario, rng: Random, lexicon: Lexicon, speaks: bool) -> None:
        """Word the server's addresses and ports; one port may be glued to one address."""
        ipv4, ipv6, ports = scenario.server_ipv4, scenario.server_ipv6, scenario.server_ports
        flavours, facts, address, flavour = lexicon.tables[SERVER], self.facts, "", ""
        if scenario.server_addresses:
            *others, last = scenario.server_addresses
            address = f"{', '.join(others)} and {last}" if others else last
            facts["applicationServer.ipAddresses"] = address
            flavour = "several" if others else "address"
        elif ipv4 and ipv6:
            ipv6 = facts["applicationServer.ipv6Address"] = word_ipv6(ipv6, rng)
            facts["applicationServer.ipv4Address"] = ipv4
            self.values += ((V_IPV4, ipv4), (V_IPV6, ipv6))
            flavour = "both"
        elif ipv4:
            address = speak_ipv4(ipv4, rng.random) if speaks else word_network(ipv4, rng)
            facts["applicationServer.ipv4Address"] = address
            flavour = "network" if "/" in ipv4 else "address"
        elif ipv6:
            address = facts["applicationServer.ipv6Address"] = word_ipv6(ipv6, rng)
            flavour = "network" if "/" in ipv6 else "address"
        if ports:
            words = word_ports(ports, rng)
            kind = port_flavour(ports)
            if kind == "one" and speaks and rng.random() > 0.4:
                words = speak_port(ports.singles[0])
                kind = "spoken"
            elif kind == "one" and flavour == "address" and not speaks and rng.random() >= 0.8:
                address = f"{address}:{words}" if ipv4 else f"[{address}]:{words}"
                kind = ""
            facts["applicationServerPorts"] = words
            if kind:
                self.tables[PORTS] = lexicon.tables[PORTS][kind]
                self.values.append((V_PORTS, words))
        if flavour:
            self.tables[SERVER] = flavours[flavour]
            if flavour != "both":
                self.values.append((V_SERVER, address))

    def word_profile(self, scenario: Scenario, rng: Random, lexicon: Lexicon) -> None:
        """Word the profile: its name, what it is for, what it must give, or name and use."""
        flavours = lexicon.tables[PROFILE]
        name = str(scenario.profile)
        if scenario.workload is None:
            self.profile = self.facts["qosProfile"] = word_name(name, rng)
            self.tables[PROFILE] = flavours["named"]
            return
        draw = rng.random
        workload = lexicon.workloads.get(scenario.workload.lower())
        use = scenario.workload
        if workload is not None:
            self.group = workload.group
            place = int(draw() * (len(workload.words) + 2))
            if place > 1:
                use = workload.words[place - 2]
        if scenario.is_named:
            self.profile = self.facts["qosProfile"] = word_name(name, rng)
            self.use = use
            self.tables[PROFILE] = flavours["both"]
            return
        flavour = "implied"
        kind = draw()
        if kind > 0.86 and self.group.needs:
            options = self.group.needs if kind > 0.93 else self.group.labels
            flavour = "need" if kind > 0.93 else "label"
            use = options[int(draw() * len(options))]
        self.tables[PROFILE] = flavours[flavour]
        self.profile = self.facts["qosProfile"] = use

    def word_sink(self, scenario: Scenario, lexicon: Lexicon) -> None:
        """Word where notifications go, and the token they are sent with."""
        facts, sink, credential = self.facts, scenario.sink, scenario.credential
        if sink:
            facts["sink"] = sink
            self.values.append((V_SINK, sink))
        if credential:
            facts.update(credential.facts)
            self.values += zip(MARKS_OF[type(credential)], credential.facts.values(), strict=True)
        if isinstance(credential, Assertion):
            flavour = "assertion" if sink else "assertion_alone"
        else:
            flavour = "url" if not credential else "token" if sink else "credential"
        self.tables[SINK] = lexicon.tables[SINK][flavour]

    def translate(
        self, scenario: Scenario, rng: Random, lexicon: Lexicon, language: LanguageEntry
    ) -> None:
        """Say the length of time, and what it is for, in another language."""
        if scenario.duration is not None:
            seconds = scenario.duration.seconds
            size = next(size for size in language.units if seconds % size == 0)
            one, several = language.units[size]
            number = seconds // size
            words = f"{number} {one if number == 1 else several}"
            self.duration = self.facts["duration"] = words
            self.tables[DURATION] = lexicon.tables[DURATION]["length"]
            self.firm = False
        uses = language.uses.get(self.group.name)
        if uses:
            use = uses[int(rng.random() * len(uses))]
            if scenario.is_named:
                self.use = use
            else:
                self.profile = self.facts["qosProfile"] = use
                self.tables[PROFILE] = lexicon.tables[PROFILE]["implied"]

    def word_vague(self, place: int, slot: str, words: str, lexicon: Lexicon) -> None:
        """Put words that give no value in a slot's place."""
        self.tables[place] = lexicon.tables[place]["vague"]
        if slot in ("profile", "duration"):
            setattr(self, slot, words)
        else:
            self.values.append((MARKS[slot], words))
