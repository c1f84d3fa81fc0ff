"""TRL's SFT and DPO trainers on packed batches: same losses, fewer floating-point operations.

Only the forward pass differs from TRL: rows are packed without padding, the shared prompt is
computed once
(packing.py), and the vocabulary projection sees only tokens that carry loss (likelihood.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from trl import DPOTrainer, SFTTrainer

from training.likelihood import target_log_probs
from training.packing import IGNORED, pack


def collate_sft(rows: Sequence[dict[str, list[int]]]) -> dict[str, Any]:
    """Pack tokenised rows (input_ids, labels)."""
    return pack(rows)


class PackedSFTTrainer(SFTTrainer):  # type: ignore[misc]  # untyped base
    """SFT: mean negative log-likelihood of completion tokens."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(data_collator=collate_sft, **kwargs)

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """Return the summed loss over the tokens of the whole (accumulated) batch, as TRL does."""
        log_probs = target_log_probs(self.accelerator.unwrap_model(model), inputs)
        count = len(log_probs) if num_items_in_batch is None else num_items_in_batch
        self._total_train_tokens += inputs["input_ids"].shape[1]
        loss = -log_probs.sum() / torch.as_tensor(count).clamp(min=1)
        return (loss, {"log_probs": log_probs.detach()}) if return_outputs else loss


def collate_dpo(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Pack pairs, each prompt once; reference log-probabilities ride along when known."""
    forked = []
    for row in rows:
        prompt, chosen, rejected = row["prompt_ids"], row["chosen_ids"], row["rejected_ids"]
        forked.append(
            {
                "input_ids": prompt + chosen + rejected,
                "labels": [IGNORED] * len(prompt) + chosen + rejected,
                "fork": (len(prompt), len(prompt) + len(chosen)),
            }
        )
    packed = pack(forked)
    for name in ("ref_chosen_logps", "ref_rejected_logps"):
        if name in rows[0]:
            packed[name] = torch.tensor([row[name] for row in rows], dtype=torch.float32)
    return packed


class PackedDPOTrainer(DPOTrainer):  # type: ignore[misc]  # untyped base
    """DPO, sigmoid loss; the reference is the policy before its first step, computed once.

    `sft_weight` adds the mean negative log-likelihood of the chosen tokens, which keeps
    log p(chosen) from falling while the margin grows (arXiv 2404.19733).
    """

    def __init__(self, *, sft_weight: float = 0.0, **kwargs: Any) -> None:
        self.sft_weight = sft_weight
        super().__init__(data_collator=collate_dpo, **kwargs)
        assert self.loss_types == ["sigmoid"], "only the sigmoid loss is packed"
        if "ref" in getattr(self.model, "peft_config", {}):
            self.model.delete_adapter("ref")  # TRL's copy: its log-probabilities are known by now

    def _precompute_ref_logps(self, dataset: Any, _name: str, batch_size: int) -> Any:
        """Add ref_chosen_logps and ref_rejected_logps: the starting policy is the reference."""
        chosen: list[float] = []
        rejected: list[float] = []
        self.model.eval()
        with torch.inference_mode():
            for start in range(0, len(dataset), batch_size):
                rows = [dataset[row] for row in range(start, min(start + batch_size, len(dataset)))]
                first, second = side_log_probs(self.model, collate_dpo(rows))
                chosen += first.tolist()
                rejected += second.tolist()
        self.model.train()
        dataset = dataset.add_column("ref_chosen_logps", chosen)
        return dataset.add_column("ref_rejected_logps", rejected)

    def _compute_loss(self, model: Any, inputs: dict[str, Any], return_outputs: bool) -> Any:
        """Mean -log sigmoid(beta (policy margin - reference margin)) (arXiv 2305.18290)."""
        chosen, rejected = side_log_probs(self.accelerator.unwrap_model(model), inputs)
        chosen_reward = self.beta * (chosen - inputs["ref_chosen_logps"])
        rejected_reward = self.beta * (rejected - inputs["ref_rejected_logps"])
        margin = chosen_reward - rejected_reward
        loss = -torch.nn.functional.logsigmoid(margin).mean()
        if self.sft_weight:
            chosen_tokens = int((inputs["owners"] < len(chosen)).sum())
            loss = loss - self.sft_weight * chosen.sum() / chosen_tokens
        metrics = self._metrics["train" if self.model.training else "eval"]
        found = {
            "rewards/chosen": chosen_reward,
            "rewards/rejected": rejected_reward,
            "rewards/accuracies": (margin > 0).float(),
            "rewards/margins": margin,
            "logps/chosen": chosen,
            "logps/rejected": rejected,
        }
        for name, values in found.items():
            metrics[name].append(values.detach().mean().item())
        return (loss, found) if return_outputs else loss


def side_log_probs(model: Any, inputs: dict[str, Any]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the summed log-probability of each chosen and each rejected completion."""
    found = target_log_probs(model, inputs)
    pairs = inputs["layout"]["mask"].shape[0]
    sums = torch.zeros(2 * pairs).index_add(0, inputs["owners"], found)
    chosen, rejected = sums.chunk(2)
    return chosen, rejected
