"""Answers from a model folder through transformers: greedy, batched, on CPU or one GPU."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from callforge_core.errors import ConfigError, MissingExtra
from callforge_core.prompting import Messages
from eval.engines import Answer, Finish

log = logging.getLogger(__name__)


class TransformersEngine:
    """Greedy answers of a causal language model, with a LoRA adapter merged in memory if given.

    `stop_at_json_end` cuts an answer where its first JSON object closes: faster, but then nothing
    tells whether the model would have gone on, so strict scores need it off.
    """

    def __init__(
        self,
        model: str | Path,
        *,
        adapter: Path | None = None,
        dtype: str = "auto",
        batch_size: int = 32,
        stop_at_json_end: bool = False,
    ) -> None:
        if batch_size < 1:
            raise ConfigError(f"batch_size is {batch_size}; give 1 or more")
        if adapter is not None and not (adapter / "adapter_config.json").is_file():
            raise ConfigError(f"{adapter} holds no LoRA adapter (adapter_config.json is missing)")
        self.source, self.adapter, self.dtype = str(model), adapter, dtype
        self.batch_size = batch_size
        self.stop_at_json_end = stop_at_json_end
        self.pieces: dict[int, str] = {}

    @functools.cached_property
    def loaded(self) -> tuple[Any, Any]:
        """The model and its tokenizer, read when the first answer is wanted."""
        return load(self.source, self.adapter, self.dtype)

    @property
    def model(self) -> Any:
        """The model, on its device."""
        return self.loaded[0]

    @property
    def tokenizer(self) -> Any:
        """The tokenizer of the model."""
        return self.loaded[1]

    @functools.cached_property
    def ends(self) -> frozenset[int]:
        """Every token that ends an answer: the model's and the tokenizer's."""
        told = self.model.generation_config.eos_token_id
        found = {*(told if isinstance(told, list) else [told]), self.tokenizer.eos_token_id}
        return frozenset(int(token) for token in found if token is not None)

    @property
    def description(self) -> Mapping[str, Any]:
        """What decides the answers."""
        return {
            "engine": "transformers",
            "dtype": self.dtype,
            "has_adapter": self.adapter is not None,
            "batch_size": self.batch_size,
            "stop_at_json_end": self.stop_at_json_end,
        }

    def generate(self, prompts: Sequence[Messages], *, max_new_tokens: int) -> Iterator[Answer]:
        """Yield answers as they finish, longest prompts first."""
        ids = [self.encode(prompt) for prompt in prompts]
        room = context_length(self.model) - max_new_tokens
        fitting = []
        for index, tokens in enumerate(ids):
            if len(tokens) <= room:
                fitting.append(index)
            else:
                why = f"the prompt has {len(tokens)} tokens, the model has room for {room}"
                yield Answer(index=index, text="", prompt_tokens=len(tokens), error=why)
        if not fitting:
            return
        from eval.decoding import shared_prefix

        prefix = shared_prefix(self.model, [ids[index] for index in fitting])
        fitting.sort(key=lambda index: (-len(ids[index]), index))
        for start in range(0, len(fitting), self.batch_size):
            batch = fitting[start : start + self.batch_size]
            yield from self.answer(batch, ids, prefix, max_new_tokens)

    def answer(
        self, batch: Sequence[int], ids: Sequence[list[int]], prefix: Any, limit: int
    ) -> Iterator[Answer]:
        """Yield the answers of one batch; a batch that does not fit into memory is halved."""
        import torch

        from eval.decoding import decode

        ends = [JsonEnd() for _ in batch]
        left = list(batch)

        def is_done(row: int, token: int) -> bool:
            return self.stop_at_json_end and ends[row].feed(self.piece(token))

        try:
            rows = decode(
                self.model,
                [ids[index] for index in batch],
                prefix,
                ends=self.ends,
                limit=limit,
                is_done=is_done,
            )
            for done in rows:
                left.remove(batch[done.row])
                yield Answer(
                    index=batch[done.row],
                    text=self.decode(done.tokens),
                    prompt_tokens=len(ids[batch[done.row]]),
                    completion_tokens=len(done.tokens),
                    latency_s=round(done.seconds, 4),
                    batch_size=len(batch),
                    finish=finish(done.reason),
                )
            return
        except torch.OutOfMemoryError as exc:
            if len(left) == 1:
                why = f"out of memory: {str(exc).splitlines()[0]}"
                yield Answer(index=left[0], text="", prompt_tokens=len(ids[left[0]]), error=why)
                return
        log.info("out of memory with %d rows; halving the batch", len(batch))
        middle = (len(left) + 1) // 2
        yield from self.answer(left[:middle], ids, prefix, limit)
        yield from self.answer(left[middle:], ids, prefix, limit)

    def encode(self, prompt: Messages) -> list[int]:
        """Return the tokens of a prompt under the model's own chat template."""
        tokens = self.tokenizer.apply_chat_template(
            prompt, add_generation_prompt=True, tokenize=True, return_dict=False
        )
        return [int(token) for token in tokens]

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the text of an answer without its end token; other special tokens stay."""
        said = tokens[:-1] if tokens[-1] in self.ends else tokens
        return str(self.tokenizer.decode(said, clean_up_tokenization_spaces=False))

    def piece(self, token: int) -> str:
        """Return the text of one token; quotes and braces are whole in every tokenizer."""
        if token not in self.pieces:
            self.pieces[token] = str(self.tokenizer.decode([token]))
        return self.pieces[token]


class JsonEnd:
    """Watches a text grow and tells when its first JSON object is closed."""

    def __init__(self) -> None:
        self.depth = 0
        self.in_string = False
        self.is_escaped = False

    def feed(self, text: str) -> bool:
        """Read some more text; say whether the object has been closed in it."""
        return any(self.step(character) for character in text)

    def step(self, character: str) -> bool:
        """Read one character; True at the brace that closes the outermost object."""
        if self.in_string:
            if self.is_escaped:
                self.is_escaped = False
            elif character == "\\":
                self.is_escaped = True
            elif character == '"':
                self.in_string = False
        elif character == '"':
            self.in_string = self.depth > 0
        elif character == "{":
            self.depth += 1
        elif character == "}" and self.depth:
            self.depth -= 1
            return self.depth == 0
        return False


def finish(reason: str) -> Finish:
    """Return why decoding ended, as answers call it."""
    return "end" if reason == "end" else "length" if reason == "length" else "stop"


def load(model: str, adapter: Path | None, dtype: str) -> tuple[Any, Any]:
    """Load model and tokenizer, merge the adapter; MissingExtra or ConfigError if that fails."""
    try:
        import torch
        import transformers

        if adapter is not None:
            import peft
    except ImportError as exc:
        raise MissingExtra(exc.name or "torch", "train") from exc
    transformers.utils.logging.disable_progress_bar()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if dtype == "auto" and device == "cpu":
        dtype = "float32"  # 16-bit products are slower than 32-bit ones on most CPUs
    try:
        loaded = transformers.AutoModelForCausalLM.from_pretrained(
            model, dtype=dtype, attn_implementation="sdpa"
        )
        tokenizer = transformers.AutoTokenizer.from_pretrained(model)
        if adapter is not None:
            loaded = peft.PeftModel.from_pretrained(loaded, str(adapter)).merge_and_unload()
    except (OSError, ValueError, RuntimeError) as exc:
        what = model if adapter is None else f"{model} with adapter {adapter}"
        raise ConfigError(f"{what} cannot be loaded: {' '.join(str(exc).split())[:300]}") from exc
    if not tokenizer.chat_template:
        raise ConfigError(f"{model} has no chat template; use an instruction-tuned model")
    return loaded.to(device).eval(), tokenizer


def context_length(model: Any) -> int:
    """Return how many tokens the model was made for."""
    return int(getattr(model.config, "max_position_embeddings", None) or 1 << 30)
