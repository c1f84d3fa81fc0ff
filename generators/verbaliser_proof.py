"""Does a request really state every value of its payload? The check of the verbaliser.

Reads the finished text, not how it was made: each value stands in it as it is, or in words that
mean just this value, and words that stand for several values stand there as often.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from callforge_core.jsonl import render_json
from callforge_core.spec_documents import escape
from generators.verbaliser_lexicon import load_wordbook
from generators.verbaliser_values import squeeze, words_for


def states_all(payload: Any, request: str, facts: Mapping[str, Any], at: str = "") -> list[str]:
    """Return the JSON pointers of the values that a request does not state; empty when all is said.

    `facts` maps each pointer to the words of its value; `at` is the pointer of `payload` itself.
    """
    leaves = list(iter_values(payload, at))
    missing = [
        pointer
        for pointer, value in leaves
        if pointer not in facts
        or not is_said(str(facts[pointer]), request)
        or not means(value, str(facts[pointer]))
    ]
    wanted = Counter(str(facts[pointer]) for pointer, _ in leaves if pointer in facts)
    short = {words for words, count in wanted.items() if request.count(words) < count}
    missing += [p for p, _ in leaves if p not in missing and str(facts[p]) in short]
    return missing


def iter_values(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every single value and every empty container with its JSON pointer."""
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from iter_values(child, f"{pointer}/{escape(key)}")
    elif isinstance(value, list) and value:
        for index, child in enumerate(value):
            yield from iter_values(child, f"{pointer}/{index}")
    else:
        yield pointer, value


def is_said(words: str, request: str) -> bool:
    """Say whether words stand in a request, a number not as a part of a longer one."""
    if not words:
        return False
    start = "(?<![0-9A-Za-z])" if words[0].isalnum() else r"(?<![0-9])" if words[0] in "-." else ""
    end = "(?![0-9A-Za-z])" if words[-1].isalnum() else ""
    end += r"(?![.,][0-9])" if words[-1:].isdigit() and words[:-1].isdigit() else ""
    return re.search(start + re.escape(words) + end, request) is not None


def means(value: Any, words: str) -> bool:
    """Say whether words mean a value: its own spelling, or one that is agreed."""
    if isinstance(value, str):
        if not value:
            return words in load_wordbook().file.empty_text
        return words == value or (squeeze(words) == squeeze(value) != "")
    if isinstance(value, bool):
        flags = load_wordbook().file
        forms = flags.with_ if value else flags.without
        return (
            words == render_json(value)
            or words in words_for(value)
            or any(words.startswith(form.partition("{")[0]) for form in forms)
        )
    if value is None or isinstance(value, dict | list):
        return words == render_json(value) or words in words_for(value)
    return words == render_json(value)
