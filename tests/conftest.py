"""What every test runs under: no network, an empty home, fixed random examples.

The environment is set here, before a test imports anything that reads it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

HOME = Path(tempfile.mkdtemp(prefix="callforge-tests-"))

os.environ.update(
    HOME=str(HOME),
    XDG_CACHE_HOME=str(HOME / "cache"),
    HF_HOME=str(HOME / "huggingface"),
    HF_HUB_OFFLINE="1",
    HF_DATASETS_OFFLINE="1",
    TRANSFORMERS_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    HF_HUB_DISABLE_XET="1",  # native code that no socket guard of Python sees
    HF_HUB_DISABLE_PROGRESS_BARS="1",
    HYPOTHESIS_STORAGE_DIRECTORY=str(HOME / "hypothesis"),
    TOKENIZERS_PARALLELISM="false",
    NO_COLOR="1",  # command output without escape codes, whatever the terminal
    COLUMNS="120",
)
# A converted base model is half a gigabyte: who sets CALLFORGE_CACHE shares one between sessions.
os.environ.setdefault("CALLFORGE_CACHE", str(HOME / "cache" / "callforge"))
for secret in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "OPENAI_API_KEY"):
    os.environ.pop(secret, None)

settings.register_profile("callforge", derandomize=True, deadline=None, database=None)
settings.load_profile("callforge")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the home of this session."""
    shutil.rmtree(HOME, ignore_errors=True)
