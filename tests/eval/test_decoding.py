"""Batched greedy answers are those of the model asked alone, one prompt at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from callforge_core.errors import ConfigError
from callforge_core.prompting import Messages, messages
from eval.engines import Answer
from eval.transformers_engine import JsonEnd, TransformersEngine
from tests.fakes import build_tiny_model

pytest.importorskip("torch", reason="decoding tests need the extra [train]")

SYSTEM = "Turn the request into JSON."
REQUESTS = (
    "one hour for +447700900123",
    "two",
    "low latency for cloud gaming to 198.51.100.0/24, ports 5010 to 5020, please",
    "",
    "a video call",
    "two",
    "naïve – ünïcode 測試",
)
LIMIT = 24


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model whose favourite letters end answers now and then."""
    import torch
    from transformers import AutoModelForCausalLM

    folder = build_tiny_model(tmp_path_factory.mktemp("tiny"))
    model = AutoModelForCausalLM.from_pretrained(folder)
    torch.manual_seed(1)
    with torch.no_grad():  # small weights repeat one letter for ever: make it livelier
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.3)
    model.save_pretrained(folder)
    return folder


def ask(engine: TransformersEngine, requests: Sequence[str] = REQUESTS) -> list[Answer]:
    prompts: list[Messages] = [messages(SYSTEM, request) for request in requests]
    answers = list(engine.generate(prompts, max_new_tokens=LIMIT))
    return sorted(answers, key=lambda answer: answer.index)


def naive(engine: TransformersEngine, request: str) -> list[int]:
    """Return what model.generate says to one prompt alone."""
    import torch

    ids = engine.encode(messages(SYSTEM, request))
    output = engine.model.generate(
        torch.tensor([ids]), attention_mask=torch.ones(1, len(ids)), max_new_tokens=LIMIT,
        do_sample=False, pad_token_id=1,
    )  # fmt: skip
    tokens: list[int] = output[0, len(ids) :].tolist()
    return tokens


def test_batches_say_what_each_prompt_alone_gets(tiny: Path) -> None:
    engine = TransformersEngine(tiny, batch_size=4)
    # tokens that are said early in some answers end them: rows leave the batch at different times
    said = [naive(engine, request) for request in REQUESTS]
    ends = frozenset({1, said[0][3], said[2][7], said[4][5]})
    engine.ends = ends
    answers = ask(engine)
    for tokens, answer in zip(said, answers, strict=True):
        count = next((n for n, token in enumerate(tokens, 1) if token in ends), LIMIT)
        assert answer.completion_tokens == count
        assert answer.text == engine.decode(tokens[:count])
        assert answer.finish == ("end" if tokens[count - 1] in ends else "length")
    assert len({answer.completion_tokens for answer in answers}) > 2


def test_the_batch_size_changes_no_answer(tiny: Path) -> None:
    texts = [
        [answer.text for answer in ask(TransformersEngine(tiny, batch_size=size))]
        for size in (1, 3, 32)
    ]
    assert texts[0] == texts[1] == texts[2]


def test_answers_tell_their_cost(tiny: Path) -> None:
    engine = TransformersEngine(tiny, batch_size=4)
    answers = ask(engine)
    assert [answer.prompt_tokens for answer in answers] == [
        len(engine.encode(messages(SYSTEM, request))) for request in REQUESTS
    ]
    assert sorted({answer.batch_size for answer in answers if answer.batch_size}) == [3, 4]
    assert all(answer.latency_s and answer.latency_s > 0 for answer in answers)


def test_the_shared_beginning_is_computed_once(tiny: Path, monkeypatch: Any) -> None:
    engine = TransformersEngine(tiny)
    lengths: list[int] = []
    forward = engine.model.forward

    def counted(*args: Any, **kwargs: Any) -> Any:
        lengths.append(kwargs["input_ids"].numel())
        return forward(*args, **kwargs)

    monkeypatch.setattr(engine.model, "forward", counted)
    ask(engine, REQUESTS[:2])
    ids = [engine.encode(messages(SYSTEM, request)) for request in REQUESTS[:2]]
    shared = next(n for n, (a, b) in enumerate(zip(*ids, strict=False)) if a != b)
    assert lengths[0] == shared > len(SYSTEM)
    assert lengths[1] == 2 * (max(map(len, ids)) - shared)
    assert max(lengths[2:]) <= 2  # one token per row from there on


def test_a_merged_adapter_answers_as_the_adapted_model(tiny: Path, tmp_path: Path) -> None:
    import torch
    from peft import LoraConfig, get_peft_model

    base = TransformersEngine(tiny)
    adapted = get_peft_model(
        TransformersEngine(tiny).model, LoraConfig(r=2, target_modules=["q_proj", "v_proj"])
    )
    torch.manual_seed(2)
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.5)
    adapted.save_pretrained(tmp_path / "adapter")
    engine = TransformersEngine(tiny, adapter=tmp_path / "adapter")
    ids = torch.tensor([engine.encode(messages(SYSTEM, REQUESTS[0]))])
    with torch.inference_mode():
        wanted = adapted(input_ids=ids).logits
        merged = engine.model(input_ids=ids).logits
    assert torch.allclose(merged, wanted, atol=1e-4)
    assert [a.text for a in ask(engine)] != [a.text for a in ask(base)]


def test_a_prompt_longer_than_the_model_reads_is_a_failure_of_its_row_only(tiny: Path) -> None:
    answers = ask(TransformersEngine(tiny), ["two", "x" * 3000])
    assert answers[0].error is None and answers[0].text
    assert answers[1].error is not None and "room for 2024" in answers[1].error


def test_a_batch_that_does_not_fit_is_halved(tiny: Path, monkeypatch: Any) -> None:
    import torch

    import eval.decoding

    decode, sizes = eval.decoding.decode, []

    def small(model: Any, prompts: Any, *args: Any, **kwargs: Any) -> Any:
        sizes.append(len(prompts))
        if len(prompts) > 2:
            raise torch.OutOfMemoryError("no room")
        yield from decode(model, prompts, *args, **kwargs)

    wanted = [answer.text for answer in ask(TransformersEngine(tiny))]
    monkeypatch.setattr(eval.decoding, "decode", small)
    answers = ask(TransformersEngine(tiny))
    assert [answer.text for answer in answers] == wanted
    assert sizes == [7, 4, 2, 2, 3, 2, 1]


def test_a_row_that_does_not_fit_alone_is_a_failure(tiny: Path, monkeypatch: Any) -> None:
    import torch

    import eval.decoding

    def none(*_: Any, **__: Any) -> Any:
        raise torch.OutOfMemoryError("no room\nand a long report")
        yield

    monkeypatch.setattr(eval.decoding, "decode", none)
    assert {answer.error for answer in ask(TransformersEngine(tiny), REQUESTS[:3])} == {
        "out of memory: no room"
    }


def test_stopping_at_the_end_of_the_object_is_asked_for(tiny: Path) -> None:
    engine = TransformersEngine(tiny, stop_at_json_end=True)
    said = naive(engine, REQUESTS[0])
    token = next(token for token in said if token != said[0])
    count = said.index(token) + 1
    engine.pieces.update(dict.fromkeys(range(258), "x") | {token: '{"a":1}'})
    answer = ask(engine, REQUESTS[:1])[0]
    assert (answer.finish, answer.completion_tokens) == ("stop", count)
    assert count < LIMIT
    plain = TransformersEngine(tiny)
    plain.pieces.update(engine.pieces)
    assert ask(plain, REQUESTS[:1])[0].completion_tokens == LIMIT


@pytest.mark.parametrize(
    ("pieces", "ends"),
    [
        (["{", "}"], [False, True]),
        (['{"a', '":{"}', '"', ":1}", "}"], [False, False, False, False, True]),
        (['{"a\\"}', '"', ":1}"], [False, False, True]),
        (["} so", '"{', "}"], [False, False, True]),
        (["text"], [False]),
    ],
)
def test_the_end_of_an_object_is_seen_across_tokens(pieces: list[str], ends: list[bool]) -> None:
    watch = JsonEnd()
    assert [watch.feed(piece) for piece in pieces] == ends


def test_a_folder_without_a_model_or_adapter_is_told_in_one_line(
    tiny: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="cannot be loaded"):
        ask(TransformersEngine(tmp_path))
    with pytest.raises(ConfigError, match="holds no LoRA adapter"):
        TransformersEngine(tiny, adapter=tmp_path)
    with pytest.raises(ConfigError, match="give 1 or more"):
        TransformersEngine(tiny, batch_size=0)
