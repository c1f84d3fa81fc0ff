"""Faults of the text itself: F1 truncated, F2 wrapped, F3 not quite JSON, F4 duplicate key."""

from __future__ import annotations

import json

from callforge_core.jsonl import render_json
from callforge_core.records import Payload
from generators.edits import INJECTORS, Edit, Ground, NotApplicable, pick

WRAPPERS = (
    ("sentence", "Here is the request body: {}"),
    ("sentence", "Sure! {}"),
    ("fence", "```json\n{}\n```"),
    ("fence", "```\n{}\n```"),
    ("sentence and fence", "The call is:\n```json\n{}\n```"),
    ("trailing sentence", "{}\nLet me know if anything should change."),
    ("label", "JSON: {}"),
    ("trailing sentence", "{} This creates the session."),
)


@INJECTORS.register("F1")
def truncate(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """The text ends before the object does."""
    text = render_json(gold)
    kept = len(text) - 1 - int(ground.rng.random() ** 2 * (len(text) - 2))
    return Edit(text=text[:kept], detail="cut", pointer="", before=text[kept:])


@INJECTORS.register("F2")
def wrap(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """Words or a code fence stand around the object."""
    detail, pattern = pick(WRAPPERS, ground.rng)
    text = pattern.replace("{}", render_json(gold))
    return Edit(text=text, detail=detail, pointer="", after=pattern)


@INJECTORS.register("F3")
def almost_json(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """The text is almost JSON."""
    text = render_json(gold)
    variants = {
        "trailing comma": text[:-1] + ",}",
        "single quotes": text.replace('"', "'"),
        "comment": text[:-1] + " /* seconds */}",
        "bare key": text.replace('"qosProfile":', "qosProfile:", 1),
        "NaN": replace_number(text, gold, "NaN"),
        "missing comma": text.replace(',"qosProfile"', ' "qosProfile"', 1),
        "equals sign": text.replace('"qosProfile":', '"qosProfile"=', 1),
    }
    detail = pick([name for name, variant in variants.items() if variant != text], ground.rng)
    return Edit(text=variants[detail], detail=detail, pointer="", before=text)


@INJECTORS.register("F4")
def say_twice(gold: Payload, ground: Ground) -> Edit | NotApplicable:
    """One key is said twice, with different values."""
    others = {"duration": pick([60, 300, 1800, 7200], ground.rng), "qosProfile": "QOS_X"}
    names = ground.catalogue.active
    others["qosProfile"] = pick(names, ground.rng).name
    key = pick([name for name in others if name in gold], ground.rng)
    text = render_json(gold)[:-1] + f",{json.dumps(key)}:{json.dumps(others[key])}}}"
    return Edit(text=text, detail=key, pointer=f"/{key}", before=gold[key], after=others[key])


def replace_number(text: str, gold: Payload, word: str) -> str:
    """Return the text with the duration written as `word`."""
    return text.replace(f'"duration":{gold.get("duration")}', f'"duration":{word}', 1)
