"""Which country calling codes does a text state, by a country's name or by the code itself?"""

from __future__ import annotations

import re
from itertools import pairwise

COUNTRIES = {
    "1": "us usa america american canada canadian",
    "27": "south_africa", "30": "greece greek", "31": "netherlands dutch holland",
    "32": "belgium belgian", "33": "france french", "34": "spain spanish", "36": "hungary",
    "39": "italy italian", "40": "romania", "41": "switzerland swiss", "43": "austria austrian",
    "44": "uk gb britain british england english scotland wales united_kingdom",
    "45": "denmark danish", "46": "sweden swedish", "47": "norway norwegian",
    "48": "poland polish", "49": "germany german", "51": "peru", "52": "mexico mexican",
    "54": "argentina", "55": "brazil brazilian", "56": "chile", "57": "colombia",
    "60": "malaysia", "61": "australia australian", "62": "indonesia", "63": "philippines",
    "64": "new_zealand", "65": "singapore", "66": "thailand", "81": "japan japanese",
    "82": "korea korean", "84": "vietnam", "86": "china chinese", "90": "turkey turkish",
    "91": "india indian", "92": "pakistan", "94": "sri_lanka", "212": "morocco",
    "234": "nigeria", "254": "kenya", "351": "portugal portuguese", "352": "luxembourg",
    "353": "ireland irish", "354": "iceland", "358": "finland finnish", "370": "lithuania",
    "371": "latvia", "372": "estonia", "380": "ukraine", "381": "serbia", "385": "croatia",
    "386": "slovenia", "420": "czech czechia", "421": "slovakia", "852": "hong_kong",
    "886": "taiwan", "971": "emirates uae", "972": "israel",
}  # fmt: skip
BY_NAME = {
    name.replace("_", " "): code for code, names in COUNTRIES.items() for name in names.split()
}
CODE = re.compile(r"(?:\+|\bcode:?\s?|\bprefix:?\s?)(\d{1,3})(?!\d)")
WORDS = re.compile(r"[a-z]+")


def stated_codes(low: str) -> set[str]:
    """Return the calling codes that a text of small letters states."""
    words = WORDS.findall(low.replace("u.k.", "uk").replace("u.s.", "us"))
    pairs = {f"{one} {other}" for one, other in pairwise(words)}
    named = {BY_NAME[word] for word in {*words, *pairs} if word in BY_NAME}
    return named | set(CODE.findall(low))
