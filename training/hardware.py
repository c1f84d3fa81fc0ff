"""What this machine computes fast: precision, threads, memory."""

from __future__ import annotations

from typing import Any, Literal

Dtype = Literal["auto", "float32", "bfloat16", "float16"]


def choose_dtype(wanted: Dtype) -> Any:
    """Return the torch dtype: as wanted, or the fastest this machine has arithmetic for.

    A CPU without AVX512-BF16 or AMX emulates bfloat16 at about an eighth of its float32 speed
    (measured:
    30 against 250 GFLOP/s on two cores), so `auto` means float32 there. GPUs before Ampere get
    float16.
    """
    import torch

    if wanted != "auto":
        return getattr(torch, wanted)
    if torch.cuda.is_available():
        return torch.bfloat16 if torch.cuda.get_device_capability()[0] >= 8 else torch.float16
    return torch.bfloat16 if has_cpu_bfloat16() else torch.float32


def has_cpu_bfloat16() -> bool:
    """Say whether the CPU multiplies bfloat16 natively (AVX512-BF16 or AMX)."""
    import torch

    probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, probe, bool)() for probe in probes)


def describe_hardware() -> dict[str, Any]:
    """Return what a timing needs beside it: processor kind, threads, load, precision."""
    import os
    import platform

    import torch

    return {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "cuda": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "dtype": str(choose_dtype("auto")).removeprefix("torch."),
    }


def peak_rss_mb() -> float:
    """Return the most memory this process has held, in MB (resident set)."""
    import resource
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
