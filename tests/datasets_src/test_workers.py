"""Stretches of rows in several processes: order kept, errors told, nothing left behind."""

from __future__ import annotations

import gc
import operator
import os
import signal
import threading
from collections.abc import Iterator
from multiprocessing import connection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets_src.workers import WorkerDied, count_cores, map_in_order, start_method, stretches


def test_results_come_back_in_order() -> None:
    found = map_in_order(operator.neg, range(40), workers=2, prepare=gc.disable, arguments=())
    assert list(found) == [-n for n in range(40)]


def test_no_items_are_no_work() -> None:
    assert list(map_in_order(operator.neg, [], workers=2, prepare=gc.disable, arguments=())) == []


def test_a_worker_that_dies_is_told_in_one_line() -> None:
    with pytest.raises(WorkerDied, match="run again with fewer --workers"):
        list(map_in_order(os._exit, [1], workers=1, prepare=gc.disable, arguments=()))


def die_half_way(size: int) -> bytes:
    """Return a result whose writing ends in the middle, by SIGKILL."""

    def send(pipe: Any, written: Any) -> None:
        os.write(pipe.fileno(), bytes(written)[: len(written) // 2])
        os.kill(os.getpid(), signal.SIGKILL)

    connection.Connection._send = send  # type: ignore[attr-defined]
    return bytes(size)


@pytest.mark.parametrize("size", [100, 50_000])
def test_a_worker_killed_while_it_writes_a_result_is_no_hang(size: int) -> None:
    sizes = [size] * 8
    with pytest.raises(WorkerDied, match="run again with fewer --workers"):
        list(map_in_order(die_half_way, sizes, workers=2, prepare=gc.disable, arguments=()))


def test_an_error_in_the_work_stays_what_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        list(map_in_order((1).__truediv__, [0], workers=1, prepare=gc.disable, arguments=()))


def test_an_error_in_the_source_reaches_the_caller() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise LookupError("the file ends early")

    found = map_in_order(operator.neg, broken(), workers=1, prepare=gc.disable, arguments=())
    with pytest.raises(LookupError, match="ends early"):
        list(found)


@given(
    items=st.lists(st.binary(max_size=9), max_size=30),
    most=st.integers(1, 7),
    largest=st.integers(1, 20),
)
def test_stretches_hold_every_item_once_and_keep_their_limits(
    items: list[bytes], most: int, largest: int
) -> None:
    parts = list(stretches(items, len, most=most, largest=largest))
    assert [item for part in parts for item in part] == items
    for part in parts:
        assert 1 <= len(part) <= most
        assert sum(map(len, part[:-1])) < largest


def test_there_is_a_core() -> None:
    assert count_cores() >= 1


def test_no_process_is_forked_beside_a_thread_that_may_hold_a_lock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert start_method() == "spawn"


def test_a_spawned_process_gives_the_same_results(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    found = map_in_order(operator.neg, range(5), workers=2, prepare=gc.disable, arguments=())
    assert list(found) == [0, -1, -2, -3, -4]
