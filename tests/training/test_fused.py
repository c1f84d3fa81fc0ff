"""The fused layers give PEFT's results and gradients, and step aside for anything unusual."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra [train]")

from training.fused import fuse, keep_freed_memory  # noqa: E402


def build(tiny_model: Path, **settings: Any) -> Any:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    base = AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32)
    config = LoraConfig(
        r=4, lora_alpha=8, target_modules=["q_proj", "v_proj", "down_proj"], **settings
    )
    model = get_peft_model(base, config)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.1)
    return model.train()


def gradients(model: Any) -> tuple[Any, dict[str, Any]]:
    ids = torch.arange(2, 40).view(2, 19)
    model.zero_grad()
    loss = model(input_ids=ids, labels=ids).loss
    loss.backward()
    found = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
    return loss.detach(), found


def test_fused_layers_give_the_same_loss_and_gradients(tiny_model: Path) -> None:
    model = build(tiny_model)
    loss, expected = gradients(model)
    assert fuse(model) == 2 * 3 + 2 * 2 + 1  # LoRA layers, norms of two blocks, last norm
    fused_loss, found = gradients(model)
    torch.testing.assert_close(fused_loss, loss)
    assert found.keys() == expected.keys()
    for name in expected:
        torch.testing.assert_close(found[name], expected[name], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("settings", [{"lora_dropout": 0.5}, {"use_dora": True}])
def test_unusual_layers_keep_their_own_forward(tiny_model: Path, settings: dict[str, Any]) -> None:
    model = build(tiny_model, **settings)
    torch.manual_seed(1)
    loss, expected = gradients(model)
    fuse(model)
    torch.manual_seed(1)
    fused_loss, found = gradients(model)
    torch.testing.assert_close(fused_loss, loss)
    for name in expected:
        torch.testing.assert_close(found[name], expected[name], atol=1e-5, rtol=1e-4)


def test_a_disabled_adapter_gives_the_base_model(tiny_model: Path) -> None:
    model = build(tiny_model).eval()
    ids = torch.arange(2, 12).view(1, 10)
    fuse(model)
    with torch.no_grad(), model.disable_adapter():
        off = model(input_ids=ids).logits
    with torch.no_grad():
        on = model(input_ids=ids).logits
        base = model.unload()(input_ids=ids).logits
    torch.testing.assert_close(off, base)
    assert not torch.allclose(on, base)


def test_adapters_in_float32_serve_a_bfloat16_model(tiny_model: Path) -> None:
    model = build(tiny_model)
    for name, parameter in model.named_parameters():
        if "lora_" not in name:
            parameter.data = parameter.data.bfloat16()
    fuse(model)
    _, found = gradients(model)
    assert found
    assert all(grad.dtype == torch.float32 and grad.isfinite().all() for grad in found.values())


def test_keeping_freed_memory_never_fails() -> None:
    assert keep_freed_memory() in (True, False)
