"""A PostgreSQL of a test's own, on a free port, thrown away afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

BINARIES = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *map(Path, os.get_exec_path())]
USERS = ("postgres", "nobody")
"""Whom it runs as where the test is root, which PostgreSQL refuses to be."""


def binaries() -> Path | None:
    """The folder with initdb and pg_ctl; None where PostgreSQL is not installed."""
    return next((folder for folder in BINARIES if all((folder / name).exists() for name in ("initdb", "pg_ctl"))), None)


@contextmanager
def postgres(folder: Path) -> Generator[str]:
    """Start a server with the binaries of this folder, and give the URL of its database."""
    user = _user()
    data = tempfile.mkdtemp(prefix="leadlex-postgres-")
    if user is not None:
        shutil.chown(data, user)
    port = _free_port()
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={data} -c fsync=off"
    try:
        _run(user, folder / "initdb", "-D", data, "-U", "leadlex", "--auth=trust", "--no-sync", "-E", "UTF8")
        _run(user, folder / "pg_ctl", "-D", data, "-l", f"{data}/log", "-o", options, "-w", "-t", "60", "start")
        try:
            yield f"postgresql://leadlex:unused@127.0.0.1:{port}/postgres"
        finally:
            _run(user, folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _user() -> str | None:
    """An unprivileged user of this machine, where this process is root."""
    if os.geteuid() != 0:
        return None
    known = {each.pw_name for each in pwd.getpwall()}
    return next(name for name in USERS if name in known)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _run(user: str | None, program: Path, *arguments: str) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    command = [str(program), *arguments]
    # Its own output goes to a file: a server that inherits a pipe keeps it open.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(  # noqa: S603 - the program is PostgreSQL's
            command, check=False, user=user, cwd="/", env=clean, stdout=output, stderr=output
        )
        output.seek(0)
        assert done.returncode == 0, output.read().decode()
