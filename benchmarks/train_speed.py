"""SFT tokens/s on this machine: callforge against TRL's own SFTTrainer, all else equal.

Run alone (a second busy process slows PyTorch on two cores about tenfold):

    python benchmarks/train_speed.py [--recipe cpu-smollm2] [--steps 4]

`callforge bench train` prints the same.
"""

from __future__ import annotations

import argparse

from callforge.bench import bench_training

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", default="cpu-smollm2")
    parser.add_argument("--steps", type=int, default=4)
    chosen = parser.parse_args()
    print(bench_training(chosen.recipe, steps=chosen.steps))
