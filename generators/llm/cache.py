"""Which answers are there already? An SQLite file that a killed run leaves usable.

One row a request, committed as its answer arrives; failures are kept with their reason and asked
again by the next run. No key and no header is ever stored.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from callforge_core.errors import DataError, OutputError
from generators.llm.asks import Reply, canonical

SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    terms TEXT NOT NULL,
    text TEXT,
    finish TEXT,
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    error TEXT,
    tries INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS terms (endpoint TEXT PRIMARY KEY, terms TEXT NOT NULL);
"""
WRITE = "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
FIND = (
    "SELECT text, finish, prompt_tokens, completion_tokens FROM answers"
    " WHERE key = ? AND error IS NULL"
)
TRIES = "SELECT tries FROM answers WHERE key = ?"


class Stored(NamedTuple):
    """How many requests have an answer, and how many only a failure."""

    answered: int
    failed: int


class AnswerCache:
    """The answers of one output folder; a context manager that closes the file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise OutputError(f"{path.parent} cannot be made: {exc.strerror}") from exc
        try:
            # Autocommit: each answer is written before the next one is handled.
            self.file = sqlite3.connect(path, timeout=30, isolation_level=None)
        except sqlite3.OperationalError as exc:
            raise OutputError(f"{path} cannot be opened: {exc}; choose another --out") from exc
        try:
            self.file.execute("PRAGMA journal_mode=WAL")
            # A killed process loses nothing; a power cut may cost the last answers, not the file.
            self.file.execute("PRAGMA synchronous=NORMAL")
            self.file.executescript(SCHEMA)
        except sqlite3.DatabaseError as exc:
            self.file.close()
            raise DataError(f"{path} is no store of answers ({exc}); move it away") from exc

    def __enter__(self) -> AnswerCache:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def find(self, key: str, row: int) -> Reply | None:
        """Return the answer to a request, None when there is none or only a failure."""
        found = self.file.execute(FIND, (key,)).fetchone()
        if found is None:
            return None
        text, finish, prompt, completion = found
        return Reply(
            row=row,
            text=text,
            finish=finish,
            prompt_tokens=prompt,
            completion_tokens=completion,
            is_stored=True,
        )

    def keep(
        self, key: str, base_url: str, body: Mapping[str, Any], terms: str, reply: Reply, tries: int
    ) -> None:
        """Write an answer or a failure; tries of earlier runs are added."""
        before = self.file.execute(TRIES, (key,)).fetchone()
        kept: tuple[Any, ...] = (None, None, None, None, reply.error)
        if not reply.error:
            kept = (reply.text, reply.finish, reply.prompt_tokens, reply.completion_tokens, None)
        total = tries + (before[0] if before else 0)
        self.file.execute(WRITE, (key, canonical(base_url, body), terms, *kept, total))

    def terms(self, endpoint: str) -> str:
        """Return what an earlier run learned of a server; empty when nothing."""
        query = "SELECT terms FROM terms WHERE endpoint = ?"
        found = self.file.execute(query, (endpoint,)).fetchone()
        return str(found[0]) if found else ""

    def keep_terms(self, endpoint: str, terms: str) -> None:
        """Remember what a server does not take."""
        self.file.execute("INSERT OR REPLACE INTO terms VALUES (?, ?)", (endpoint, terms))

    def count(self) -> Stored:
        """Return how many requests are answered and how many have only failed."""
        query = "SELECT COUNT(*), COALESCE(SUM(error IS NOT NULL), 0) FROM answers"
        total, failed = self.file.execute(query).fetchone()
        return Stored(total - failed, failed)
