"""Many rows, several processes: stretches of rows go out, their results come back in order.

Each process builds its own validator; nothing is shared. The parent reads lines and leaves parsing
to the workers.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from typing import Any, TypeVar

from callforge_core.errors import CallforgeError

Given = TypeVar("Given")
Made = TypeVar("Made")

AHEAD = 3  # stretches under way for each worker: enough to keep it busy, few enough for memory
PATIENCE = 2.0  # seconds without a result before the workers are looked after
ENDING = 20.0  # seconds that a broken pool is given to end


class WorkerDied(CallforgeError):
    """A worker process ended before its work was done."""


def count_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_in_order(
    work: Callable[[Given], Made],
    items: Iterable[Given],
    *,
    workers: int,
    prepare: Callable[..., None],
    arguments: tuple[Any, ...],
) -> Iterator[Made]:
    """Yield `work(item)` for each item, in order; `prepare(*arguments)` runs once a process.

    Raises WorkerDied when a process is killed. At most `AHEAD` items a worker are in memory.
    """
    pool = ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context(start_method()),
        initializer=prepare_worker,
        initargs=(prepare, arguments),
    )
    waiting: deque[Future[Made]] = deque()
    try:
        for item in items:
            with interrupts_held():
                waiting.append(pool.submit(work, item))
            if len(waiting) >= AHEAD * workers:
                yield outcome(pool, waiting.popleft())
        while waiting:
            yield outcome(pool, waiting.popleft())
    except BrokenProcessPool as exc:
        drop_unread(pool)
        raise WorkerDied(
            "a worker process died, perhaps for want of memory; "
            "run again with fewer --workers, or with --workers 1 to see what it says"
        ) from exc
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def outcome(pool: ProcessPoolExecutor, future: Future[Made]) -> Made:
    """Wait for a result; raise BrokenProcessPool when a worker died.

    The pool hears of a death by itself, unless the worker was killed while it wrote a result: then
    its thread waits for the rest of it and looks nowhere else. Closing the last end that could
    still write makes it see the end of the pipe.
    """
    while not wait([future], timeout=PATIENCE).done:
        processes = list((pool._processes or {}).values())
        if connection.wait([process.sentinel for process in processes], timeout=0):
            for process in processes:
                process.kill()
            pool._result_queue._writer.close()  # type: ignore[attr-defined]  # no public way
    return future.result()


def drop_unread(pool: ProcessPoolExecutor) -> None:
    """Read what no worker will read any more, until the pool has ended.

    Python before 3.11.5 waits for ever to write the rest of it (python/cpython#94777).
    """
    manager: Any = pool._executor_manager_thread
    queue: Any = getattr(pool, "_call_queue", None)
    deadline = time.monotonic() + ENDING
    while queue and manager and manager.is_alive() and time.monotonic() < deadline:
        try:
            if queue._reader.poll(0.05):
                os.read(queue._reader.fileno(), 1 << 16)
        except (OSError, ValueError):  # closed meanwhile: nobody waits
            break


def start_method() -> str:
    """Return how processes start: a fork has all modules at once, a new process imports for 0.5 s.

    To fork is safe as long as no other thread may hold a lock: no progress bar, no Arrow.
    """
    alone = threading.active_count() == 1 and "pyarrow" not in sys.modules
    return "fork" if alone and sys.platform == "linux" else "spawn"


def prepare_worker(prepare: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """Set up a worker, which ends when its parent is gone, even killed."""
    threading.Thread(target=end_with_parent, daemon=True).start()
    prepare(*arguments)


def end_with_parent() -> None:
    """Wait for the parent to end, then end at once."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back while processes start: they inherit that, so only the parent hears it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def stretches(
    items: Iterable[Given], size_of: Callable[[Given], int], *, most: int, largest: int
) -> Iterator[list[Given]]:
    """Cut a stream into lists of at most `most` items and not much more than `largest` bytes."""
    stretch: list[Given] = []
    size = 0
    for item in items:
        stretch.append(item)
        size += size_of(item)
        if len(stretch) >= most or size >= largest:
            yield stretch
            stretch, size = [], 0
    if stretch:
        yield stretch
