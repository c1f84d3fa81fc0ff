"""How a batch of rows becomes one sequence without padding, computing the prompt they share only
once.

Rows of one operation start with the same system prompt. Laid out as

    [shared prefix][rest of row 1][rest of row 2] ...

every matrix product sees only real tokens, and attention lets each row look at the prefix and at
itself:
exactly what each row would see alone, so the loss and its gradients are those of the padded batch
(tests/training/test_packing.py compares them).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    import torch

ATTENTION = "callforge_packed"
IGNORED = -100  # the label of tokens that carry no loss, as in transformers


class Layout(TypedDict):
    """Where the rows of a packed sequence stand: B rows, L longest rest, P prefix.

    A plain dict, so that a trainer moves its tensors to the device of the model.
    """

    prefix: int
    rest: torch.Tensor
    """[B * L] positions in the packed sequence, padding repeats position 0."""
    back: torch.Tensor
    """[T - P] places of the packed rest tokens in the flattened [B * L] grid."""
    mask: torch.Tensor
    """[B, 1, L, P + L] True where a rest token may look."""
    spans: list[tuple[int, int, int]]
    """(visible prefix, start, end) of the prefix, if there is one, and of each row."""
    hidden: list[torch.Tensor]
    """Span by span [L, P + L], True where its tokens must not look."""


def pack(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Lay out tokenised rows ({"input_ids", "labels"}) as one sequence.

    A row may hold two answers to one prompt: its "fork" (end of the prompt, end of the first
    answer) says where; the second one sees the prompt and itself, at the positions it would have
    alone. Returns input_ids, position_ids and labels [1, T]; `sources` and `targets` [N]: hidden
    state `sources[i]` predicts token `targets[i]`; `owners` [N]: the answer each target belongs to
    (second answers count on after the last row); and the attention `layout`.
    """
    import torch

    prefix = shared_prefix(rows)
    ids: list[int] = list(rows[0]["input_ids"][:prefix])
    positions = list(range(prefix))
    labels = [IGNORED] * prefix
    found: list[tuple[int, int, int]] = []
    lengths: list[int] = []
    forks: list[tuple[int, int] | None] = []
    for owner, row in enumerate(rows):
        start, size = len(ids), len(row["input_ids"]) - prefix
        point, second = (place - prefix for place in row.get("fork", (prefix + size,) * 2))
        before = [*range(-1, second - 1), point - 1, *range(second, size - 1)][:size]
        for offset, label in enumerate(row["labels"][prefix:]):
            if label != IGNORED:
                source = start + before[offset] if before[offset] >= 0 else prefix - 1
                found.append((source, label, owner + len(rows) * (offset >= second)))
        ids += row["input_ids"][prefix:]
        labels += row["labels"][prefix:]
        rest = [*range(second), *range(point, point + size - second)]
        positions += [prefix + place for place in rest]
        lengths.append(size)
        forks.append((point, second) if "fork" in row else None)
    return {
        "input_ids": torch.tensor([ids]),
        "position_ids": torch.tensor([positions]),
        "labels": torch.tensor([labels]),
        "sources": torch.tensor([source for source, _, _ in found]),
        "targets": torch.tensor([target for _, target, _ in found]),
        "owners": torch.tensor([owner for _, _, owner in found]),
        "layout": lay_out(prefix, lengths, forks),
    }


def shared_prefix(rows: Sequence[Mapping[str, Any]]) -> int:
    """Return how many leading tokens all rows share, short of the first token that carries loss."""
    first = rows[0]["input_ids"]
    limit = min(first_label(row["labels"]) for row in rows)
    for place in range(limit):
        if any(row["input_ids"][place] != first[place] for row in rows):
            return place
    return limit


def first_label(labels: Sequence[int]) -> int:
    """Return the place of the first token that carries loss (the length when none does)."""
    return next((place for place, label in enumerate(labels) if label != IGNORED), len(labels))


def lay_out(prefix: int, lengths: Sequence[int], forks: Sequence[tuple[int, int] | None]) -> Layout:
    """Return the index tensors of a packed sequence; lengths and forks count after the prefix."""
    import torch

    longest, count = max(lengths), len(lengths)
    rest = torch.zeros(count, longest, dtype=torch.long)
    back, start = [], prefix
    for row, length in enumerate(lengths):
        rest[row, :length] = torch.arange(start, start + length)
        back.append(torch.arange(length) + row * longest)
        start += length
    causal = torch.ones(longest, longest, dtype=torch.bool).tril()
    mask = torch.cat([torch.ones(longest, prefix, dtype=torch.bool), causal], dim=1)
    # Padding queries look at what real ones look at: their result is thrown away, and no row is
    # all False.
    masks = mask.expand(count, 1, longest, -1).clone()
    for row, fork in enumerate(forks):
        if fork:
            point, second = fork
            masks[row, :, second:, prefix + point : prefix + second] = False
    hidden = [~masks[row, 0, :size, : prefix + size] for row, size in enumerate(lengths)]
    if prefix:
        hidden.insert(0, torch.ones(prefix, prefix, dtype=torch.bool).triu(1))
    return Layout(
        prefix=prefix,
        rest=rest.view(-1),
        back=torch.cat(back),
        mask=masks,
        spans=list(row_spans(prefix, lengths)),
        hidden=hidden,
    )


def row_spans(prefix: int, lengths: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Yield (visible prefix, start, end) of the prefix itself, if there is one, and of each row."""
    if prefix:
        yield 0, 0, prefix
    start = prefix
    for length in lengths:
        yield prefix, start, start + length
        start += length


def packed_attention(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    layout: Layout | None = None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """Attend within each row and to the shared prefix; without a layout this is plain SDPA
    attention.

    query is [1, heads, T, D], key and value [1, kv heads, T, D]; returns [1, T, heads, D].
    """
    from transformers.integrations.sdpa_attention import repeat_kv, sdpa_attention_forward

    if layout is None:
        out, _ = sdpa_attention_forward(module, query, key, value, attention_mask, **kwargs)
        return out, None
    if query.device.type == "cpu":
        from training.row_attention import RowAttention

        spans, hidden = layout["spans"], layout["hidden"]
        found = RowAttention.apply(query[0], key[0], value[0], spans, hidden, module.scaling)
        return found.transpose(0, 1).unsqueeze(0), None
    groups = module.num_key_value_groups
    key, value = repeat_kv(key, groups), repeat_kv(value, groups)
    return grid_attention(query, key, value, layout, module.scaling), None


def grid_attention(query: Any, key: Any, value: Any, layout: Layout, scale: float) -> torch.Tensor:
    """Attend in one kernel call over a padded grid of rows, as suits a GPU.

    query, key and value are [1, heads, T, D]; returns [1, T, heads, D].
    """
    import torch

    attend = torch.nn.functional.scaled_dot_product_attention
    prefix, rows = layout["prefix"], layout["mask"].shape[0]

    def grid(states: torch.Tensor) -> torch.Tensor:
        """[1, heads, T, D] -> [B, heads, L, D]"""
        chosen = states[0].index_select(1, layout["rest"])
        return chosen.view(chosen.shape[0], rows, -1, chosen.shape[-1]).transpose(0, 1)

    def with_prefix(states: torch.Tensor) -> torch.Tensor:
        """[1, heads, T, D] -> [B, heads, P + L, D]"""
        return torch.cat([states[:, :, :prefix].expand(rows, -1, -1, -1), grid(states)], dim=2)

    rests = attend(
        grid(query), with_prefix(key), with_prefix(value), attn_mask=layout["mask"], scale=scale
    )
    flat = rests.transpose(1, 2).flatten(0, 1).index_select(0, layout["back"])
    if not prefix:
        return flat.unsqueeze(0)
    head = attend(
        query[:, :, :prefix], key[:, :, :prefix], value[:, :, :prefix], is_causal=True, scale=scale
    )
    return torch.cat([head.transpose(1, 2), flat.unsqueeze(0)], dim=1)


def use_packed_attention(model: Any) -> None:
    """Switch a loaded model to packed attention; other callers of the model notice nothing."""
    from transformers import AttentionInterface
    from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS, AttentionMaskInterface

    AttentionInterface.register(ATTENTION, packed_attention)
    AttentionMaskInterface.register(ATTENTION, ALL_MASK_ATTENTION_FUNCTIONS["sdpa"])
    model.set_attn_implementation(ATTENTION)
