"""Greedy decoding of many prompts at once: what they share is computed once, who ends leaves.

Left padding stands between the shared beginning and the rest of a prompt; masks and positions hide
it, so every row says what it would say alone. Imports torch: import this module inside functions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

ROOM = 64  # tokens of spare room: copying a cache at every token costs as much as attention

Reason = Literal["end", "length", "stop"]


class Finished(NamedTuple):
    """One row that is done."""

    row: int
    tokens: list[int]
    """Generated tokens, the end token included."""
    reason: Reason
    seconds: float
    """From the start of the batch."""


class Prefix(NamedTuple):
    """The leading tokens that all prompts share, and their keys and values per layer."""

    tokens: list[int]
    layers: list[tuple[Any, Any]]


class RoomyLayer(DynamicLayer):  # type: ignore[misc]  # untyped base
    """A cache layer that writes into spare room instead of copying itself at every token."""

    keys: Any
    values: Any

    def __init__(self) -> None:
        super().__init__()
        self.buffers: tuple[Any, Any] | None = None

    def update(self, key_states: Any, value_states: Any, *_: Any, **__: Any) -> Any:
        """Append keys and values; return all of them."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        seen = self.get_seq_length()
        grown = seen + key_states.shape[-2]
        if self.buffers is None or self.buffers[0].shape[-2] < grown:
            old = (self.keys, self.values) if seen else None
            self.buffers = (enlarge(key_states, grown), enlarge(value_states, grown))
            for buffer, kept in zip(self.buffers, old or (), strict=False):
                buffer[..., :seen, :] = kept
        keys, values = self.buffers
        keys[..., seen:grown, :], values[..., seen:grown, :] = key_states, value_states
        self.keys, self.values = keys[..., :grown, :], values[..., :grown, :]
        return self.keys, self.values

    def batch_select_indices(self, indices: Any) -> None:
        """Keep some rows; the next token makes new room."""
        super().batch_select_indices(indices)
        self.buffers = None


def enlarge(states: Any, length: int) -> Any:
    """Return an empty tensor like `states` for `length` tokens and some more."""
    batch, heads, _, size = states.shape
    return states.new_empty((batch, heads, length + ROOM, size))


def shared_prefix(model: Any, prompts: Sequence[list[int]]) -> Prefix:
    """Compute the leading tokens that all prompts share; each prompt keeps a token of its own.

    Nothing is shared by models whose layers do not keep every key (sliding windows, states).
    """
    first, last = min(prompts), max(prompts)
    most = min(len(prompt) for prompt in prompts) - 1
    count = next((i for i in range(most) if first[i] != last[i]), most)
    cache = DynamicCache(config=model.config)
    if len(prompts) < 2 or count < 1 or not keeps_everything(cache):
        return Prefix([], [])
    tokens = list(first[:count])
    with torch.inference_mode():
        inputs = torch.tensor([tokens], device=model.device)
        model(input_ids=inputs, past_key_values=cache, use_cache=True, logits_to_keep=1)
    return Prefix(tokens, [(layer.keys, layer.values) for layer in cache.layers])


def keeps_everything(cache: Any) -> bool:
    """Say whether each layer of a cache is a plain one."""
    return bool(cache.layers) and all(type(layer) is DynamicLayer for layer in cache.layers)


def open_cache(model: Any, prefix: Prefix, rows: int) -> Any:
    """Return a cache that holds the prefix for each row."""
    cache = DynamicCache(config=model.config)
    if keeps_everything(cache):
        cache.layers = [RoomyLayer() for _ in cache.layers]
    for layer, (keys, values) in zip(cache.layers, prefix.layers, strict=False):
        layer.update(keys.expand(rows, -1, -1, -1), values.expand(rows, -1, -1, -1))
    return cache


def decode(
    model: Any,
    prompts: Sequence[Sequence[int]],
    prefix: Prefix,
    *,
    ends: frozenset[int],
    limit: int,
    is_done: Callable[[int, int], bool],
) -> Iterator[Finished]:
    """Yield the rows as they finish: at an end token, at `limit`, or when is_done(row, token)."""
    started = time.perf_counter()
    with torch.inference_mode():
        cache = open_cache(model, prefix, len(prompts))
        ids, mask = pad_left([prompt[len(prefix.tokens) :] for prompt in prompts], model.device)
        mask = torch.cat([mask.new_ones((len(prompts), len(prefix.tokens))), mask], dim=1)
        place = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, len(prefix.tokens) :]
        tokens = next_tokens(model, ids, mask, place, cache)
    alive, said = list(range(len(prompts))), [list[int]() for _ in prompts]
    for step in range(1, limit + 1):
        kept = []
        for index, (row, token) in enumerate(zip(alive, tokens.tolist(), strict=True)):
            said[row].append(token)
            stops = is_done(row, token)
            if token in ends or stops or step == limit:
                reason: Reason = "end" if token in ends else "stop" if stops else "length"
                yield Finished(row, said[row], reason, time.perf_counter() - started)
            else:
                kept.append(index)
        if not kept:
            return
        with torch.inference_mode():
            if len(kept) < len(alive):
                alive, some = [alive[i] for i in kept], torch.tensor(kept, device=model.device)
                cache.batch_select_indices(some)
                tokens, mask, place = tokens[some], mask[some], place[some]
            mask = torch.cat([mask, mask.new_ones((len(alive), 1))], dim=1)
            place = place[:, -1:] + 1
            tokens = next_tokens(model, tokens[:, None], mask, place, cache)


def next_tokens(model: Any, ids: Any, mask: Any, place: Any, cache: Any) -> Any:
    """Return the likeliest next token of each row; only the last position gets logits."""
    output = model(
        input_ids=ids,
        attention_mask=mask,
        position_ids=place,
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=1,
    )
    return output.logits[:, -1].argmax(dim=-1)


def pad_left(rows: Sequence[Sequence[int]], device: Any) -> tuple[Any, Any]:
    """Return token ids and their mask, padded on the left."""
    width = max(len(row) for row in rows)
    ids = torch.zeros((len(rows), width), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for index, row in enumerate(rows):
        ids[index, width - len(row) :] = torch.tensor(row)
        mask[index, width - len(row) :] = 1
    return ids.to(device), mask.to(device)
