"""A real server for the embedded model: python real_server.py GGUF; says its address, serves.

A process of its own: native code cannot be stopped from within, and has no place in a test run.
"""

from __future__ import annotations

import sys
import time

import xllamacpp


def main(model: str) -> None:
    """Serve until the process is ended."""
    settings = xllamacpp.CommonParams()
    settings.model.path = model
    settings.hostnames = ["127.0.0.1"]
    settings.port = 0
    settings.n_ctx = 2048
    settings.n_parallel = 1
    settings.warmup = False
    for threads in (settings.cpuparams, settings.cpuparams_batch):
        threads.n_threads = 1  # two would wait for each other on a busy machine
    settings.verbosity = 0
    server = xllamacpp.Server(settings)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main(sys.argv[1])
