"""Packing changes how much is computed, never what: the padded batch is the oracle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra [train]")

from training.likelihood import measure_likelihood, target_log_probs  # noqa: E402
from training.packing import (  # noqa: E402
    IGNORED,
    grid_attention,
    pack,
    shared_prefix,
    use_packed_attention,
)
from training.row_attention import RowAttention  # noqa: E402

PREFIX = [5, 6, 7, 8]


def row(
    rest: list[int], answer: list[int], prefix: list[int] | None = None
) -> dict[str, list[int]]:
    """A tokenised row: prefix and rest carry no loss, the answer does."""
    prompt = (PREFIX if prefix is None else prefix) + rest
    return {"input_ids": prompt + answer, "labels": [IGNORED] * len(prompt) + answer}


BATCHES = {
    "shared prefix, different lengths": [
        row([9], [10, 11, 12]), row([13, 14, 15], [16]), row([17], [18, 19])
    ],
    "nothing shared": [row([9], [10], [20]), row([11, 12], [13, 14], [21])],
    "one row": [row([9, 10], [11, 12])],
    "prompt is the prefix (two answers to one prompt)": [row([], [10, 11]), row([], [12])],
}  # fmt: skip


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> Any:
    from transformers import AutoModelForCausalLM

    loaded = AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32)
    use_packed_attention(loaded)
    for parameter in loaded.parameters():
        parameter.requires_grad_(False)
    return loaded.eval()


def one_by_one(model: Any, rows: list[dict[str, list[int]]]) -> Any:
    """Log-probabilities of the targets, each row alone through the whole model."""
    found = []
    for each in rows:
        ids = torch.tensor([each["input_ids"]])
        log_p = torch.log_softmax(model(input_ids=ids).logits[0], dim=-1)
        for place, label in enumerate(each["labels"]):
            if label != IGNORED:
                found.append(log_p[place - 1, label])
    return torch.stack(found)


@pytest.mark.parametrize("name", BATCHES)
def test_packed_rows_get_the_log_probabilities_they_get_alone(model: Any, name: str) -> None:
    rows = BATCHES[name]
    with torch.no_grad():
        packed = target_log_probs(model, pack(rows))
        alone = one_by_one(model, rows)
    torch.testing.assert_close(packed, alone, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", BATCHES)
def test_packed_rows_get_the_gradients_they_get_alone(model: Any, name: str) -> None:
    rows, gradients = BATCHES[name], []
    weight = model.model.layers[0].self_attn.k_proj.weight
    weight.requires_grad_(True)
    try:
        for log_probs in (target_log_probs(model, pack(rows)), one_by_one(model, rows)):
            weight.grad = None
            (log_probs * torch.arange(1.0, len(log_probs) + 1)).sum().backward()
            gradients.append(weight.grad.clone())
    finally:
        weight.requires_grad_(False)
    torch.testing.assert_close(*gradients, atol=1e-4, rtol=1e-4)


def test_the_prefix_stops_before_the_first_token_that_carries_loss() -> None:
    assert shared_prefix([row([], [10, 11]), row([], [10, 12])]) == len(PREFIX)
    assert shared_prefix([row([9], [10]), row([9], [11])]) == len(PREFIX) + 1
    assert shared_prefix([row([9], [10], [1]), row([9], [10], [2])]) == 0


def test_shared_tokens_stand_once_in_the_packed_sequence() -> None:
    rows = BATCHES["shared prefix, different lengths"]
    packed = pack(rows)
    saved = (len(rows) - 1) * len(PREFIX)
    assert packed["input_ids"].shape[1] == sum(len(each["input_ids"]) for each in rows) - saved
    assert packed["targets"].tolist() == [10, 11, 12, 16, 18, 19]
    assert packed["owners"].tolist() == [0, 0, 0, 1, 2, 2]


def test_the_likelihood_of_a_set_does_not_depend_on_the_batch_size(model: Any) -> None:
    rows = [each for batch in BATCHES.values() for each in batch]
    found = [measure_likelihood(model, rows, batch_size=size) for size in (1, 3, 8)]
    assert {each.tokens for each in found} == {14}
    assert max(each.nll for each in found) - min(each.nll for each in found) < 1e-6


def test_two_answers_to_one_prompt_see_the_prompt_and_themselves_only(model: Any) -> None:
    pairs = [([9, 20], [10, 11, 12], [13, 14]), ([21], [15], [10, 16, 17])]
    forked, apart = [], []
    for rest, chosen, rejected in pairs:
        prompt = PREFIX + rest
        forked.append(
            {
                "input_ids": prompt + chosen + rejected,
                "labels": [IGNORED] * len(prompt) + chosen + rejected,
                "fork": (len(prompt), len(prompt) + len(chosen)),
            }
        )
        apart += [row(rest, chosen), row(rest, rejected)]
    packed = pack(forked)
    with torch.no_grad():
        found = target_log_probs(model, packed)
        alone = one_by_one(model, apart)
    torch.testing.assert_close(found, alone, atol=1e-5, rtol=1e-5)
    assert packed["owners"].tolist() == [0, 0, 0, 2, 2, 1, 3, 3, 3]


def test_two_answers_to_a_prompt_that_is_all_prefix(model: Any) -> None:
    prompt, chosen, rejected = PREFIX, [10, 11], [12, 13, 14]
    forked = {
        "input_ids": prompt + chosen + rejected,
        "labels": [IGNORED] * len(prompt) + chosen + rejected,
        "fork": (len(prompt), len(prompt) + len(chosen)),
    }
    with torch.no_grad():
        found = target_log_probs(model, pack([forked]))
        alone = one_by_one(model, [row([], chosen), row([], rejected)])
    torch.testing.assert_close(found, alone, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", BATCHES)
@pytest.mark.parametrize("group", [1, 3])
def test_rows_on_a_cpu_and_the_grid_of_a_gpu_attend_alike(name: str, group: int) -> None:
    packed = pack(BATCHES[name])
    layout, tokens = packed["layout"], packed["input_ids"].shape[1]
    torch.manual_seed(0)
    start = [torch.randn(heads, tokens, 8, dtype=torch.float64) for heads in (2 * group, 2, 2)]
    weights = torch.randn(1, tokens, 2 * group, 8, dtype=torch.float64)
    found = []
    for way in ("rows", "grid"):
        query, key, value = (each.clone().requires_grad_(True) for each in start)
        if way == "rows":
            out = RowAttention.apply(query, key, value, layout["spans"], layout["hidden"], 0.25)
            out = out.transpose(0, 1).unsqueeze(0)
        else:
            keys, values = (
                each.repeat_interleave(group, dim=0).unsqueeze(0) for each in (key, value)
            )
            out = grid_attention(query.unsqueeze(0), keys, values, layout, 0.25)
        (out * weights).sum().backward()
        found.append((out.detach(), query.grad, key.grad, value.grad))
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other)
