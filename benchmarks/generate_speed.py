"""Validated samples a second on one core: callforge against Jinja2 templates and jsonschema.

Run alone (another busy process makes every figure smaller):

    python benchmarks/generate_speed.py [--rows 4000] [--repeats 5] [--workers 1 2] [--json FILE]

`callforge bench generate` prints the same.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from callforge.bench import bench_generation

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--workers", type=int, nargs="*", default=[])
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    print(
        bench_generation(
            rows=chosen.rows,
            repeats=chosen.repeats,
            workers=chosen.workers,
            json_file=chosen.json,
        )
    )
