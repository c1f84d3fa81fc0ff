"""A model small enough to train in a test, with a real tokenizer, and rows it can read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="training tests need the extra [train]")

CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SYSTEM = "Turn the request into JSON. Keys: device, duration."


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A randomly initialised two-layer Llama with a byte-level tokenizer, saved to a folder."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    special = ["<|im_start|>", "<|im_end|>"]
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: place for place, token in enumerate([*special, *letters])}
    raw = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw, eos_token="<|im_end|>", pad_token="<|im_end|>"
    )
    tokenizer.add_special_tokens({"additional_special_tokens": special})
    tokenizer.chat_template = CHAT_TEMPLATE
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(vocabulary),
        hidden_size=48,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=6,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        eos_token_id=1,
        pad_token_id=1,
        bos_token_id=0,
    )
    folder = tmp_path_factory.mktemp("tiny")
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def sft_row(number: int) -> dict[str, Any]:
    """One prompt/completion row; requests and answers differ in length."""
    request = f"session for phone +4477009{number:05d}" + " please" * (number % 3)
    answer = f'{{"device":"+4477009{number:05d}","duration":{number * 60}}}'
    return {
        "prompt": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": request},
        ],
        "completion": [{"role": "assistant", "content": answer}],
    }


def preference_row(number: int) -> dict[str, Any]:
    """One pair whose rejected side invents a field."""
    row = sft_row(number)
    wrong = row["completion"][0]["content"][:-1] + ',"priority":"high"}'
    return {
        "prompt": row["prompt"],
        "chosen": row["completion"],
        "rejected": [{"role": "assistant", "content": wrong}],
        "fault": {"class": "S2", "pointer": "/priority"},
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder as `build` writes it: 12 + 4 SFT rows, 8 + 4 pairs."""
    from callforge_core.jsonl import write_rows

    folder = tmp_path / "data"
    write_rows(folder / "sft" / "train.jsonl", [sft_row(n) for n in range(12)])
    write_rows(folder / "sft" / "validation.jsonl", [sft_row(n) for n in range(50, 54)])
    write_rows(folder / "preference" / "train.jsonl", [preference_row(n) for n in range(8)])
    write_rows(
        folder / "preference" / "validation.jsonl", [preference_row(n) for n in range(60, 64)]
    )
    return folder
