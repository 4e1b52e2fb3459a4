"""The file of a journal: made whole or not at all, locked while it is open, refused where it is something else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from ..errors import JournalError

VERSION = 1
APPLICATION = 0x4C4C4A31
"""SQLite's ``application_id``: LLJ1."""

_SCHEMA = f"""
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
CREATE TABLE batch (base_url TEXT NOT NULL);
CREATE TABLE launches (
    campaign_id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('intent', 'waiting', 'decided')),
    ticket TEXT NOT NULL,
    launch TEXT,
    decided INTEGER
) WITHOUT ROWID;
"""
_REASONS = {
    "SQLITE_BUSY": "it is open already, most likely in another process; only one may launch from a journal at a time",
    "SQLITE_FULL": "the disk is full. What it holds is kept; make room, then launch again with it",
    "SQLITE_READONLY": "it may not be written here; give it another place or its directory other permissions",
    "SQLITE_CANTOPEN": "it cannot be opened; its directory must exist and be writable",
    "SQLITE_IOERR_LOCK": "it cannot be locked: it may not be written, or its file system has no locks; move it",
    "SQLITE_IOERR": "it cannot be read or written: the disk may be full, or failing. What it holds is kept",
    "SQLITE_NOTADB": "it is no journal of launches; give another path",
    "SQLITE_CORRUPT": "it is damaged. Keep it, since it tells what was started; `sqlite3 FILE .recover` may read it",
}


def opened(path: str, base_url: str) -> sqlite3.Connection:
    """A connection to the journal, locked for this process; a journal that does not exist is made."""
    try:
        if not Path(path).exists():
            _refuse_remains(path)
            _make(path, base_url)
        return _connected(path, base_url)
    except sqlite3.Error as error:
        raise unusable(path, error) from None
    except OSError as error:
        raise JournalError(f"the journal {path} cannot be used: {error.strerror}") from None


def unusable(path: str, error: BaseException) -> JournalError:
    """Our error for one of SQLite."""
    name = getattr(error, "sqlite_errorname", "")
    kind = next((kind for kind in _REASONS if name.startswith(kind)), "")
    return JournalError(f"the journal {path} cannot be used: {_REASONS.get(kind, str(error))}")


def damaged(path: str) -> JournalError:
    """The error of a journal that holds what was never written to it."""
    return JournalError(f"the journal {path} cannot be used: {_REASONS['SQLITE_CORRUPT']}")


def _refuse_remains(path: str) -> None:
    """What SQLite has written beside a journal belongs to it; a new one of that name would take it for its own."""
    for end in ("-wal", "-shm"):
        if Path(path + end).exists():
            raise JournalError(
                f"{path} is missing, but {path}{end} is there: put the journal back, or give another path"
            )


def _make(path: str, base_url: str) -> None:
    """Under another name first: a file that exists is never a journal half made."""
    draft = f"{path}.{uuid4().hex}.new"
    try:
        with closing(sqlite3.connect(draft)) as connection:
            connection.executescript(_SCHEMA)
            with connection:
                connection.execute("INSERT INTO batch VALUES (?)", (base_url,))
        _put(draft, path)
    finally:
        Path(draft).unlink(missing_ok=True)


def _put(draft: str, path: str) -> None:
    """Give it its name, unless another process was faster: that one may have launched from its journal already."""
    try:
        Path(path).hardlink_to(draft)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links
        if not Path(path).exists():
            Path(draft).rename(path)


def _connected(path: str, base_url: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=0)
    try:
        # The lock is taken by the first access and lasts until the connection closes, or the process ends.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        _check(path, connection, base_url)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        with connection:
            connection.execute("UPDATE batch SET base_url = base_url")
    except BaseException:
        connection.close()
        raise
    return connection


def _check(path: str, connection: sqlite3.Connection, base_url: str) -> None:
    application, version = (_pragma(connection, name) for name in ("application_id", "user_version"))
    if application != APPLICATION:
        raise JournalError(f"{path} is no journal of launches; give another path")
    if version != VERSION:
        raise JournalError(f"the journal {path} has version {version}, this release reads version {VERSION}; upgrade")
    if _pragma(connection, "quick_check(1)") != "ok":
        raise damaged(path)
    known = _first(connection, "SELECT base_url FROM batch")
    if known != base_url:
        raise JournalError(f"the journal {path} belongs to {known}, this client talks to {base_url}")


def _pragma(connection: sqlite3.Connection, name: str) -> object:
    return _first(connection, f"PRAGMA {name}")


def _first(connection: sqlite3.Connection, query: str) -> object:
    row: tuple[object] | None = connection.execute(query).fetchone()
    return row[0] if row is not None else None
