"""Cheaper forward and backward passes for LoRA on a CPU: the same mathematics in fewer trips
through memory.

On two cores a training step spends 40 % of its time moving activations (profiled on SmolLM2-135M:
scaling
and adding the LoRA branch, and the five temporaries of RMSNorm). Two autograd functions remove
most of it:

* a LoRA linear layer accumulates its low-rank branch into the product it already has (addmm in
place);
* RMSNorm saves only its input and one number per token.

Parameters stay where PEFT put them, so saving, loading and merging are PEFT's. Layers with
anything unusual
(dropout, DoRA, bias, quantised weights, several adapters at once) keep PEFT's own forward.
"""

from __future__ import annotations

import ctypes
import types
from typing import Any

import torch


class LoraProduct(torch.autograd.Function):  # type: ignore[misc]  # untyped base
    """y = x W^T + scale (x A^T) B^T for x [N, in], W [out, in] frozen, A [r, in], B [out, r]."""

    @staticmethod
    def forward(ctx: Any, x: Any, weight: Any, a: Any, b: Any, scale: float) -> Any:
        """Compute y, keeping x and x A^T for the way back."""
        kind = a.dtype  # adapters stay in float32 beside a bfloat16 model
        a, b = a.to(x.dtype), b.to(x.dtype)
        low = x @ a.t()
        y = x @ weight.t()
        y.addmm_(low, b.t(), alpha=scale)
        ctx.save_for_backward(x, weight, a, b, low)
        ctx.scale, ctx.kind = scale, kind
        return y

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """Return gradients for x, A and B; W is frozen."""
        (dy,) = grads
        x, weight, a, b, low = ctx.saved_tensors
        dlow = (dy @ b).mul_(ctx.scale)
        dx = None
        if ctx.needs_input_grad[0]:
            dx = (dy @ weight).addmm_(dlow, a)
        da = (dlow.t() @ x).to(ctx.kind)
        db = (dy.t() @ low).mul_(ctx.scale).to(ctx.kind)
        return dx, None, da, db, None


class RmsNorm(torch.autograd.Function):  # type: ignore[misc]  # untyped base
    """y = w x / sqrt(mean(x^2) + eps) over the last dimension, w frozen."""

    @staticmethod
    def forward(ctx: Any, x: Any, weight: Any, eps: float) -> Any:
        """Compute y, keeping x and the inverse root mean square of each token."""
        square = torch.linalg.vecdot(x, x).unsqueeze(-1)
        inverse = square.div_(x.shape[-1]).add_(eps).rsqrt_()
        ctx.save_for_backward(x, weight, inverse)
        return (x * inverse).mul_(weight)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """dx = r (g - x r^2 mean(g x)) with g = w dy and r the inverse root mean square."""
        (dy,) = grads
        x, weight, inverse = ctx.saved_tensors
        g = dy * weight
        share = torch.linalg.vecdot(g, x).unsqueeze(-1)
        share.mul_(inverse * inverse).div_(x.shape[-1])
        return g.addcmul_(x, share, value=-1).mul_(inverse), None, None


def fuse(model: Any) -> int:
    """Give eligible LoRA linear and RMSNorm layers their fused forward; return how many."""
    from peft.tuners.lora import Linear

    count = 0
    for module in model.modules():
        if isinstance(module, Linear) and type(module.get_base_layer()) is torch.nn.Linear:
            module.forward = types.MethodType(lora_forward, module)
            count += 1
        elif type(module).__name__.endswith("RMSNorm") and hasattr(module, "variance_epsilon"):
            module.forward = types.MethodType(rms_norm_forward, module)
            count += 1
    return count


def lora_forward(self: Any, x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
    """Apply a LoRA layer in one go when it is a plain one, as PEFT does otherwise."""
    adapters = self.active_adapters
    base = self.get_base_layer()
    plain = (
        len(adapters) == 1
        and adapters[0] in self.lora_A
        and not (self.disable_adapters or self.merged or args or kwargs)
        and base.bias is None
        and not base.weight.requires_grad
        and not self.lora_variant
        and isinstance(self.lora_dropout[adapters[0]], torch.nn.Identity)
        and base.weight.dtype == x.dtype
    )
    if not plain:
        return type(self).forward(self, x, *args, **kwargs)
    name = adapters[0]
    y = LoraProduct.apply(
        x.reshape(-1, x.shape[-1]),
        base.weight,
        self.lora_A[name].weight,
        self.lora_B[name].weight,
        self.scaling[name],
    )
    return y.view(*x.shape[:-1], -1)


def rms_norm_forward(self: Any, hidden_states: torch.Tensor) -> torch.Tensor:
    """Apply RMSNorm in two passes when it is frozen and in float32, as the model does otherwise."""
    if self.weight.requires_grad or hidden_states.dtype != torch.float32:
        return type(self).forward(self, hidden_states)
    return RmsNorm.apply(hidden_states, self.weight, self.variance_epsilon)


def keep_freed_memory() -> bool:
    """Tell glibc to keep freed activations instead of returning them to the system after every
    step.

    A step frees and asks again for hundreds of megabytes; page faults cost about a tenth of it.
    Returns
    False where the C library has no mallopt (macOS, musl): nothing changes there.
    """
    m_trim_threshold, m_mmap_threshold = -1, -3  # malloc.h
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    largest = 2**31 - 1  # mallopt takes an int
    return bool(mallopt(m_mmap_threshold, largest)) and bool(mallopt(m_trim_threshold, largest))
