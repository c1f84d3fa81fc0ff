"""How do facts become one request in free order?  Clauses in any order, joined as a register does.

The wish may stand first, last, inside or nowhere; some facts hang on it, the others are clauses,
fragments or pairs of name and value. What comes out still holds marks for values.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from random import Random

from generators.flat import CAPITAL, FORMS, draw_parts, first_capital
from generators.lexicon import Lexicon
from generators.marks import MARKS
from generators.registers import Arrangement, Register
from generators.scenario_words import DEVICE, DURATION, PORTS, PROFILE, SERVER, ScenarioWords

Draw = Callable[[], float]
TAIL, SAY, KV, SHORT, V, KEY = map(FORMS.index, ("tail", "say", "kv", "short", "v", "key"))
ORDERS = [tuple(permutations(range(count))) for count in range(8)]
"""Count -> every order of so many things, the plainest first."""
ATTACHED = 0.75  # of the server's ports stand right behind the server
ARROWS = (" -> ", " -> ", " > ", " → ", " to ", " => ", " -- ")
"""Between a device and a server that nothing else tells apart."""
PLAIN_ARROWS = (*ARROWS, ", ", ", ", " / ", " / ", "; ", " and ", " - ")
"""Between a telephone number and a server."""
MINUTES = ("minutes", "mins", "duration_min", "length_min", "duration_minutes")
JSON_ONLY = 2  # the first of these: elsewhere the number before such a name may seem to be its own
HEADER = frozenset({"\n", "\n- ", "\n* ", "\n• "})
WRAPS: dict[str, tuple[str, ...]] = {
    "json": ('"{}": "{}"',),
    "equals": ("{}={}", "{}={}", '{}="{}"', "{} = {}"),
    "colon": ("{}: {}", "{}: {}", '{}: "{}"', "{} : {}"),
    "flag": ("--{} {}", "--{}={}", "-{} {}"),
    "table": ("| {} | {} |", "{}={};", "{}: {} |"),
}
DIGITS4 = MARKS["digits4"]


def compose(
    arrangement: Arrangement,
    register: Register,
    words: ScenarioWords,
    lexicon: Lexicon,
    rng: Random,
) -> str:
    """Return a request of one arrangement that states every slot of the words, values as marks."""
    draw = rng.random
    if arrangement.wrap:
        body = compose_pairs(arrangement, register, words, lexicon, draw)
    else:
        body = compose_clauses(arrangement, register, words, lexicon, draw)
    opening = register.open[int(draw() * len(register.open))]
    closing = register.close[int(draw() * len(register.close))]
    tables = words.tables
    return draw_parts(opening, draw, tables) + body + draw_parts(closing, draw, tables)


def compose_clauses(
    arrangement: Arrangement, register: Register, words: ScenarioWords, lexicon: Lexicon, draw: Draw
) -> str:
    """Return the wish and all facts as clauses."""
    tables = words.tables
    joints = arrangement.joints
    joint = joints[int(draw() * len(joints))]
    sentences = joint == ". "
    capital = CAPITAL if sentences else 0
    rest = [slot for slot in range(7) if tables[slot] is not None]
    ports = PORTS in rest
    if ports and (SERVER in rest) and draw() < ATTACHED:
        rest.remove(PORTS)
    else:
        ports = False
    ask = ""
    if arrangement.ask != "none":
        capitals = sentences or joint in HEADER
        ask, rest = word_wish(arrangement, register, words, lexicon, draw, rest, ports, capitals)
        if sentences:
            ask += register.mark
    pair = ""
    if arrangement.pair and DEVICE in rest and SERVER in rest:
        rest.remove(DEVICE)
        arrows = ARROWS if words.addressed else PLAIN_ARROWS
        pair = pick(tables, DEVICE, V, draw) + arrows[int(draw() * len(arrows))]
    items = []
    forms = arrangement.body
    for place in order_of(len(rest), draw):
        slot = rest[place]
        form = forms[0] if len(forms) == 1 else forms[int(draw() * len(forms))]
        if slot == SERVER and pair:
            text = pair + pick(tables, SERVER, V, draw)
        else:
            text = pick(tables, slot, form + capital, draw)
        if slot == SERVER and ports:
            if form == KV:
                text += f"{', ' if draw() < 0.5 else ' '}{pick(tables, PORTS, KV, draw)}"
            else:
                text = f"{text} {pick(tables, PORTS, TAIL, draw)}"
        items.append(text + "." if sentences else text)
    if draw() > 1 - register.aside:
        add_remark(items, forms[-1], sentences, words, lexicon, draw)
    if ask:
        where = arrangement.ask
        at = 0 if where == "first" else len(items)
        items.insert(int(draw() * (at + 1)) if where == "inside" else at, ask)
    if sentences:
        return " ".join(items)
    return join_items(items, joint, arrangement, register, draw)


def word_wish(
    arrangement: Arrangement,
    register: Register,
    words: ScenarioWords,
    lexicon: Lexicon,
    draw: Draw,
    slots: list[int],
    ports: bool,
    capitals: bool,
) -> tuple[str, list[int]]:
    """Return the wish with the facts that hang on it, and the slots it leaves over."""
    tables = words.tables
    asks = register.ask_capital if capitals else register.ask
    if arrangement.about and PROFILE in slots:
        asks = lexicon.about_capital if capitals else lexicon.about
        slots = [slot for slot in slots if slot != PROFILE]
    ask = draw_parts(asks[int(draw() * len(asks))], draw, tables)
    heads = [slot for slot in arrangement.head if slot in slots]
    for place in order_of(len(heads), draw):
        slot = heads[place]
        ask = f"{ask} {pick(tables, slot, TAIL, draw)}"
        if slot == SERVER and ports:
            ask = f"{ask} {pick(tables, PORTS, TAIL, draw)}"
    return ask, [slot for slot in slots if slot not in heads] if heads else slots


def join_items(
    items: list[str], joint: str, arrangement: Arrangement, register: Register, draw: Draw
) -> str:
    """Return clauses joined by one joint, or by several kinds of them."""
    if arrangement.mixed:
        joints = arrangement.joints
        text = items[0]
        for item in items[1:]:
            text += joints[int(draw() * len(joints))] + item
        return text
    text = joint.join(items)
    if arrangement.ask == "none" and len(joint) == 3 and joint[0] == "\n":
        return joint[1:] + text
    if register.mark == "?" and joint == ", ":
        return text + "?"
    return text


def compose_pairs(
    arrangement: Arrangement, register: Register, words: ScenarioWords, lexicon: Lexicon, draw: Draw
) -> str:
    """Return all facts as names and values: JSON, flags, a table."""
    tables = words.tables
    patterns = WRAPS[arrangement.wrap]
    pattern = patterns[int(draw() * len(patterns))]
    rest = [slot for slot in range(7) if tables[slot] is not None]
    items = []
    for place in order_of(len(rest), draw):
        slot = rest[place]
        name, value = pick(tables, slot, KEY, draw), pick(tables, slot, V, draw)
        plain = False
        if slot == DURATION and words.firm and draw() > 0.65:
            minutes = minutes_of(words)
            if minutes:
                names = MINUTES if arrangement.wrap == "json" else MINUTES[JSON_ONLY:]
                name, plain = names[int(draw() * len(names))], True
        plain = plain or value == MARKS["ports"]
        shown = pattern.format(name, value)
        items.append(f'"{name}": {value}' if plain and arrangement.wrap == "json" else shown)
    if draw() > 1 - register.aside:
        names = lexicon.lists["remark_key"]
        shown = pattern.format(names[int(draw() * len(names))], DIGITS4)
        items.insert(int(draw() * (len(items) + 1)), shown)
    joint = arrangement.joints[int(draw() * len(arrangement.joints))]
    text = joint.join(items)
    return f"{{{text}}}" if arrangement.wrap == "json" else text


def minutes_of(words: ScenarioWords) -> bool:
    """Say whether a length is a plain number of minutes, and keep only the number if so."""
    number, _, unit = words.duration.partition(" ")
    if not (number.isdigit() and unit in ("minutes", "min", "mins")):
        return False
    words.duration = words.facts["duration"] = number
    return True


def add_remark(
    items: list[str], form: int, sentences: bool, words: ScenarioWords, lexicon: Lexicon, draw: Draw
) -> None:
    """Put a remark among the clauses, mostly one with a number that is no fact of the call."""
    lists = lexicon.lists
    if form in (SHORT, KV) and not sentences:
        texts = lists["remark_short"]
    elif words.firm and draw() > 0.9:
        texts = lists["waited"]
    else:
        texts = lists["remark"]
    remark = texts[int(draw() * len(texts))]
    if sentences:
        remark = first_capital(remark) + "."
    items.insert(int(draw() * (len(items) + 1)), remark)


def pick(tables: list[tuple[tuple[str, ...], ...] | None], slot: int, form: int, draw: Draw) -> str:
    """Return one text of a form of a slot."""
    texts = tables[slot][form]  # type: ignore[index]
    return texts[int(draw() * len(texts))]


def order_of(count: int, draw: Draw) -> tuple[int, ...]:
    """Return an order of so many things."""
    orders = ORDERS[count]
    return orders[int(draw() * len(orders))]
