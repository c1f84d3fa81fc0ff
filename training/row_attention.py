"""Attention of packed rows on a CPU: row by row, nothing padded, key heads never repeated.

One kernel call over a padded grid of rows computes the padding too, masks element by element, and
needs each key head copied for every query head of its group. On two cores that was a third of a
training step. Here the query heads of a group stand in one matrix product with their key head, and
each row has its own length; what the way back needs are the probabilities, kept in the dtype of the
model.
"""

from __future__ import annotations

from typing import Any

import torch


class RowAttention(torch.autograd.Function):  # type: ignore[misc]  # untyped base
    """softmax(q k^T scale) v for query [heads, T, D] and key, value [kv heads, T, D].

    The prefix sees itself; every row sees the prefix and, as `masks` allow, itself.
    """

    @staticmethod
    def forward(
        ctx: Any, query: Any, key: Any, value: Any, spans: Any, masks: Any, scale: float
    ) -> Any:
        """Return [heads, T, D], keeping the probabilities of every row."""
        heads, tokens, size = query.shape
        out = query.new_empty(tokens, heads, size).transpose(0, 1)  # as the next layer reads it
        query, groups = query * scale, (len(key), heads // len(key))
        kept = []
        for (prefix, start, end), mask in zip(spans, masks, strict=True):
            q = folded(query, start, end, groups[0])
            scores = torch.bmm(q, seen(key, prefix, start, end).transpose(1, 2))
            scores.view(*groups, *mask.shape).masked_fill_(mask, float("-inf"))
            found = torch.softmax(scores, dim=-1)
            rows = torch.bmm(found, seen(value, prefix, start, end))
            out[:, start:end] = rows.view(heads, end - start, size)
            kept.append(found)
        ctx.save_for_backward(query, key, value, *kept)
        ctx.spans, ctx.scale = spans, scale
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """Return the gradients of query, key and value."""
        (dout,) = grads
        query, key, value, *kept = ctx.saved_tensors
        dq = torch.empty_like(query)
        dk, dv = torch.zeros_like(key), torch.zeros_like(value)
        for (prefix, start, end), found in zip(ctx.spans, kept, strict=True):
            q, do = (folded(each, start, end, len(key)) for each in (query, dout))
            keys, values = (seen(each, prefix, start, end) for each in (key, value))
            spread(dv, torch.bmm(found.transpose(1, 2), do), prefix, start, end)
            slope = torch.bmm(do, values.transpose(1, 2))
            slope = torch.ops.aten._softmax_backward_data(slope, found, -1, found.dtype)
            dq[:, start:end] = torch.bmm(slope, keys).view(len(dq), end - start, -1)
            spread(dk, torch.bmm(slope.transpose(1, 2), q), prefix, start, end)
        return dq.mul_(ctx.scale), dk, dv, None, None, None


def folded(states: Any, start: int, end: int, kv_heads: int) -> Any:
    """[heads, T, D] -> [kv heads, group * L, D]: the query heads of a group one below the other."""
    return states[:, start:end].reshape(kv_heads, -1, states.shape[-1])


def seen(states: Any, prefix: int, start: int, end: int) -> Any:
    """Return the keys or values [kv heads, P + L, D] that a row looks at."""
    own = states[:, start:end]
    return torch.cat([states[:, :prefix], own], dim=1) if prefix else own


def spread(total: Any, part: Any, prefix: int, start: int, end: int) -> None:
    """Add the gradient of what a row looked at to the prefix and to the row."""
    if prefix:
        total[:, :prefix] += part[:, :prefix]
    total[:, start:end] += part[:, prefix:]
