"""The log-probability of each wanted token, without ever holding the logits of a whole batch.

Only positions that carry loss reach the vocabulary projection, a chunk at a time; the gradient of
each
log-probability with respect to its hidden state is formed in the same pass, so the way back costs
nothing:

    d log p(t) / d h = W[t] - softmax(W h) W
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch

CHUNK = 256  # tokens whose logits exist at once: 50 MB in float32 for a vocabulary of 49,152


class TargetLogProbs(torch.autograd.Function):  # type: ignore[misc]  # untyped base
    """log softmax(h W^T)[targets] for h [N, d], W [V, d] frozen, targets [N]."""

    @staticmethod
    def forward(ctx: Any, hidden: Any, weight: Any, targets: Any, keep_gradient: bool) -> Any:
        """Return [N] float32 log-probabilities; keep one gradient row per token when asked."""
        found = torch.empty(len(targets), dtype=torch.float32)
        slopes = torch.empty_like(hidden) if keep_gradient else None
        for start in range(0, len(targets), CHUNK):
            part = slice(start, start + CHUNK)
            wanted = targets[part].unsqueeze(1)
            log_p = torch.log_softmax((hidden[part] @ weight.t()).float(), dim=-1)
            found[part] = log_p.gather(1, wanted).squeeze(1)
            if slopes is not None:
                spread = log_p.exp_().neg_()
                spread.scatter_add_(1, wanted, torch.ones_like(wanted, dtype=spread.dtype))
                slopes[part] = spread.to(weight.dtype) @ weight
        if slopes is not None:
            ctx.save_for_backward(slopes)
        return found

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """Scale the kept gradient rows."""
        (grad,) = grads
        (slopes,) = ctx.saved_tensors
        return slopes * grad.unsqueeze(1).to(slopes.dtype), None, None, None


def target_log_probs(model: Any, packed: dict[str, Any]) -> torch.Tensor:
    """Return the log-probability [N] of each target of a packed batch under a causal model."""
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    hidden = base.base_model(
        input_ids=packed["input_ids"],
        position_ids=packed["position_ids"],
        layout=packed["layout"],
        use_cache=False,
    ).last_hidden_state
    wanted = hidden[0].index_select(0, packed["sources"])
    head = base.get_output_embeddings().weight
    assert not head.requires_grad, "the vocabulary projection must be frozen"
    return TargetLogProbs.apply(wanted, head, packed["targets"], torch.is_grad_enabled())


class Likelihood(NamedTuple):
    """Negative log-likelihood in nats per completion token, over a whole set."""

    nll: float
    tokens: int


def measure_likelihood(
    model: Any, rows: list[dict[str, list[int]]], *, batch_size: int
) -> Likelihood:
    """Return the token-weighted negative log-likelihood; the batch size does not matter."""
    from training.packing import pack

    total, tokens = 0.0, 0
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        for start in range(0, len(rows), batch_size):
            found = target_log_probs(model, pack(rows[start : start + batch_size]))
            total -= float(found.double().sum())
            tokens += len(found)
    model.train(was_training)
    return Likelihood(total / max(tokens, 1), tokens)
