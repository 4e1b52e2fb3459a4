"""Reading arguments: durations, tickets, addresses of this machine."""

from __future__ import annotations

import math
import re
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..approvals.ticket import LaunchTicket

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_NUMBER = r"([0-9]+(?:\.[0-9]+)?)"
_PARTS = re.compile("".join(f"(?:{_NUMBER}{unit})?" for unit in _UNITS))


def seconds(text: str) -> float:
    """Seconds of 90s, 15m, 1h, 2d, 1h30m or a plain number."""
    text = text.strip().lower()
    if re.fullmatch(_NUMBER, text):
        value = float(text)
    elif text and (parts := _PARTS.fullmatch(text)):
        value = sum(float(part or 0) * size for part, size in zip(parts.groups(), _UNITS.values(), strict=True))
    else:
        value = math.inf
    if math.isinf(value):
        raise click.BadParameter(f"{text!r} is no duration; use 90s, 15m, 1h, 2d, 1h30m or plain seconds")
    return value


def duration(text: str) -> float:
    """As ``seconds``, but more than 0."""
    value = seconds(text)
    if not value:
        raise click.BadParameter(f"{text!r} is no time at all; use 90s, 15m, 1h, 2d, 1h30m or plain seconds")
    return value


def campaign_id(text: str) -> str:
    """An id that can stand in a path."""
    return _id(text, "campaign")


def task_id(text: str) -> str:
    """An id that can stand in a path."""
    return _id(text, "task")


def _id(text: str, kind: str) -> str:
    if not text.strip() or text in {".", ".."}:
        raise click.BadParameter(f"{text!r} is no {kind} id")
    return text


def ticket(text: str) -> LaunchTicket:
    """A launch ticket: its JSON, ``@FILE`` that holds it, or ``-`` for stdin."""
    from ..approvals.ticket import LaunchTicket
    from ..errors import ValidationError

    try:
        return LaunchTicket.from_json(_content(text))
    except ValidationError as error:
        raise click.BadParameter(error.message) from None


def _content(text: str) -> str | bytes:
    if text == "-":
        return sys.stdin.buffer.read()
    if not text.startswith("@"):
        return text
    try:
        return Path(text[1:]).read_bytes()
    except OSError as error:
        raise click.BadParameter(f"{text[1:]} cannot be read: {error.strerror}") from None


def loopback(text: str) -> str:
    """An address that only this machine can reach."""
    try:
        local = ip_address(text).is_loopback
    except ValueError:
        local = text == "localhost"
    if not local:
        raise click.BadParameter(f"{text!r} is not an address of this machine alone; use 127.0.0.1, ::1 or localhost")
    return text
