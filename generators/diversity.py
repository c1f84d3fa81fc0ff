"""How diverse are requests?  Distinct n-grams, self-BLEU, skeletons and families of a list.

Numbers and addresses would make any list look diverse, so each word that holds a digit counts as
the same word `#` here, and case does not count.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\S*\d\S*|[^\w\s]")
SAMPLE = 300  # requests that self-BLEU compares with each other
ORDER = 4
TINY = 0.1  # instead of no match at all (Chen and Cherry 2014, method 1)
SEGMENT = 1000  # words
Words = tuple[str, ...]


def measure_diversity(
    requests: Sequence[str], families: Sequence[str] = (), *, seed: int = 0
) -> dict[str, float]:
    """Return counts and shares (0..1) for a list of requests and their families.

    `skeletons` counts texts with `#` for values; `self_bleu` is high when requests are alike.
    """
    texts = [split_words(request) for request in requests]
    sizes = Counter(families)
    return {
        "requests": len(texts),
        "skeletons": len(set(texts)),
        "families": len(sizes),
        "largest_family": max(sizes.values()) / len(families) if sizes else 0.0,
        "distinct_1": distinct(texts, 1),
        "distinct_2": distinct(texts, 2),
        "type_token": type_token(texts),
        "self_bleu": self_bleu(texts, seed=seed),
        "words": sum(map(len, texts)) / len(texts) if texts else 0.0,
    }


def split_words(text: str) -> Words:
    """Return the words and signs of a text in small letters, `#` for all that hold a digit."""
    return tuple(
        "#" if any(map(str.isdigit, word)) else word for word in WORD.findall(text.lower())
    )


def iter_grams(words: Words, size: int) -> Iterable[Words]:
    """Yield every run of `size` words."""
    return (words[place : place + size] for place in range(len(words) - size + 1))


def distinct(texts: Sequence[Words], size: int) -> float:
    """Return distinct-n: different n-grams over all n-grams (Li et al. 2016, arXiv 1510.03055)."""
    seen: set[Words] = set()
    total = 0
    for words in texts:
        seen.update(iter_grams(words, size))
        total += max(0, len(words) - size + 1)
    return len(seen) / total if total else 0.0


def type_token(texts: Sequence[Words]) -> float:
    """Return different words over words, the mean over stretches of 1,000 words (Johnson 1944)."""
    words = [word for text in texts for word in text]
    stretches = [
        words[place : place + SEGMENT] for place in range(0, len(words) - SEGMENT + 1, SEGMENT)
    ] or [words]
    ratios = [len(set(stretch)) / len(stretch) for stretch in stretches if stretch]
    return sum(ratios) / len(ratios) if ratios else 0.0


def self_bleu(texts: Sequence[Words], *, seed: int = 0, sample: int = SAMPLE) -> float:
    """Return the mean BLEU-4 of each text with all others as references (arXiv 1802.01886).

    Looks at a fixed sample of at most `sample` texts: more texts give a higher figure.
    """
    kept = list(texts)
    if len(kept) > sample:
        kept = Random(seed).sample(kept, sample)
    if len(kept) < 2:
        return 0.0
    best = [most_counts(kept, size) for size in range(1, ORDER + 1)]
    lengths = sorted(len(words) for words in kept)
    return sum(bleu(words, best, lengths) for words in kept) / len(kept)


Most = dict[Words, tuple[int, int]]


def most_counts(texts: Sequence[Words], size: int) -> Most:
    """Return n-gram -> the two highest counts in one text, so that a text can be left out."""
    most: Most = {}
    for words in texts:
        for gram, count in Counter(iter_grams(words, size)).items():
            first, second = most.get(gram, (0, 0))
            if count > first:
                most[gram] = (count, first)
            elif count > second:
                most[gram] = (first, count)
    return most


def bleu(words: Words, best: Sequence[Most], lengths: Sequence[int]) -> float:
    """Return BLEU of one text against all others (Papineni et al. 2002)."""
    if not words:
        return 0.0
    total = 0.0
    for size, most in enumerate(best, start=1):
        counts = Counter(iter_grams(words, size))
        all_grams = sum(counts.values())
        if not all_grams:
            continue
        matches = 0
        for gram, count in counts.items():
            first, second = most[gram]
            matches += min(count, second if count == first else first)
        total += math.log((matches or TINY) / all_grams) / len(best)
    others = list(lengths)
    others.remove(len(words))
    nearest = min(others, key=lambda length: (abs(length - len(words)), length))
    brevity = 1.0 if len(words) >= nearest else math.exp(1 - nearest / len(words))
    return brevity * math.exp(total)
