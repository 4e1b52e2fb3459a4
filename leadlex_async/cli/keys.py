"""Where the API key comes from: the environment, or a file that nobody else can read."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path

from attrs import field, frozen

from .._http.wire import Secret
from ..errors import ConfigurationError

VARIABLE = "LEADLEX_API_KEY"
FILE_VARIABLE = "LEADLEX_API_KEY_FILE"
LARGEST_FILE = 4096
"""Bytes: neither a key nor a few webhook secrets take more."""


@frozen
class Found:
    """A key, and where it was found: the name of a variable or the path of a file."""

    key: Secret = field(repr=False)
    where: str


def find() -> Found:
    """The key of ``LEADLEX_API_KEY``, else of the file ``LEADLEX_API_KEY_FILE``, else of the configured file.

    Without any it is a ``ConfigurationError``, and so is a file that others could read.
    """
    if key := os.environ.get(VARIABLE):
        return Found(Secret(key), VARIABLE)
    if named := os.environ.get(FILE_VARIABLE):
        return Found(_of_file(Path(named)), named)
    usual = usual_file()
    try:
        if usual is not None:
            return Found(_of_file(usual), str(usual))
    except FileNotFoundError:
        pass
    beside = f", or write the key to {usual}, with mode 600" if usual is not None else ""
    raise ConfigurationError(
        f"no API key: set {VARIABLE}; or set {FILE_VARIABLE} to a file with the key{beside}. "
        "Keys are made in LeadLex under Settings, API & Integrations"
    )


def usual_file() -> Path | None:
    """``leadlex/key`` in the user's folder of configurations; None where there is no such folder."""
    configured, home = os.environ.get("XDG_CONFIG_HOME", ""), os.environ.get("HOME")
    if Path(configured).is_absolute():
        return Path(configured) / "leadlex" / "key"
    return Path(home) / ".config" / "leadlex" / "key" if home else None


def private_text(path: Path) -> str:
    """The text of a file that only its owner, the user of this process, can read.

    Any other is a ``ConfigurationError`` that says what to do, a missing one too: that is ``MissingFile``.
    """
    try:
        # Not blocking: opening a named pipe would wait for its writer.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            _require_private(path, os.fstat(handle))
            return os.read(handle, LARGEST_FILE).decode()
        finally:
            os.close(handle)
    except (FileNotFoundError, NotADirectoryError):
        raise MissingFile(f"{path} cannot be read: there is no such file") from None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} is no text") from None


class MissingFile(ConfigurationError, FileNotFoundError):
    """There is no such file."""


def _of_file(path: Path) -> Secret:
    key = private_text(path).strip()
    if not key:
        raise ConfigurationError(f"{path} is empty: write the API key into it")
    return Secret(key)


def _require_private(path: Path, known: os.stat_result) -> None:
    if not stat.S_ISREG(known.st_mode):
        raise ConfigurationError(f"{path} is not a regular file")
    if known.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(
            f"others may read {path}, which holds a secret: run chmod 600 {shlex.quote(str(path))}"
        )
    if known.st_uid != os.geteuid():
        raise ConfigurationError(f"{path} belongs to another user: use a file of your own")
