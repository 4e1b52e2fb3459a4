"""What ``leadlex doctor`` finds."""

from __future__ import annotations

import platform
from textwrap import wrap
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies

from attrs import asdict, define, field, frozen

from .. import __version__
from ..client import BASE_URL, LeadLex
from ..errors import ConfigurationError
from . import keys, report
from .clients import connected, proxy_for
from .doctor_once import Once
from .doctor_requests import Noted, ask_all
from .outline import STEP
from .safe import json_line, one_line
from .table import painted, room

if TYPE_CHECKING:
    from typing import Literal

    from .options import Form

    Standing = Literal["ok", "warn", "fail"]

WIDEST = 100
INDENT = 18
SHAPED = "wbk_0"
"""A key of the right shape, to look at the address alone."""


@frozen
class Finding:
    """How one thing stands, and what to do about it."""

    check: str
    status: Standing
    message: str
    advice: str = ""


@define
class Findings:
    """What has been found so far."""

    found: list[Finding] = field(factory=list[Finding])

    def add(self, check: str, status: Standing, message: str, advice: str = "") -> None:
        """Take in how one thing stands."""
        self.found.append(Finding(check, status, one_line(message), one_line(advice)))

    @property
    def failed(self) -> bool:
        """Whether a launch would not work."""
        return any(each.status == "fail" for each in self.found)


async def examine(form: Form) -> int:
    """Look at everything, print what was found, and tell the exit code."""
    findings = Findings()
    findings.add("version", "ok", f"leadlex_async {__version__}, Python {platform.python_version()}")
    found = _key(findings)
    proxy = _address(findings)
    if not findings.failed:
        noted = Noted(Once(proxy))
        async with connected(transport=noted, max_retries=0) as leadlex:
            await ask_all(leadlex, noted, found.key if found is not None else "", findings)
    for each in findings.found:
        report.say(json_line(asdict(each)) if form == "json" else _lines(each))
    return report.ERROR if findings.failed else 0


def _key(findings: Findings) -> keys.Found | None:
    """Whether a key is found, and whether it has the shape of one."""
    try:
        found = keys.find()
        LeadLex(found.key, base_url=BASE_URL)
    except ConfigurationError as error:
        findings.add("key", "fail", error.message, "run leadlex doctor again then")
        return None
    findings.add("key", "ok", f"found in {found.where}, {len(found.key)} characters")
    return found


def _address(findings: Findings) -> str | None:
    """The address and the proxy in effect, which is returned."""
    try:
        address = LeadLex(SHAPED).base_url
    except ConfigurationError as error:
        findings.add("address", "fail", error.message.replace("base_url", "LEADLEX_BASE_URL"), "or unset it")
        return None
    if address == BASE_URL:
        findings.add("address", "ok", address)
    else:
        findings.add("address", "warn", f"{address}, from LEADLEX_BASE_URL", "unset it to talk to the real LeadLex")
    try:
        proxy = proxy_for(address)
        told = _proxy_told(proxy)
    except ConfigurationError as error:
        findings.add("proxy", "fail", error.message, "set it right or unset it")
        return None
    findings.add("proxy", "ok", told)
    return proxy


def _proxy_told(proxy: str | None) -> str:
    if proxy is not None:
        parts = urlsplit(proxy)
        return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}, from HTTPS_PROXY"
    return "none for this address" if getproxies().get("https") else "none"


def _lines(finding: Finding) -> str:
    advice = f". {finding.advice[:1].upper()}{finding.advice[1:]}" if finding.advice else ""
    head = f"{painted(f'{finding.status:<4}', finding.status)}{STEP}{finding.check:<10}{STEP}"
    room_left = min(room(), WIDEST) - INDENT
    return head + f"\n{' ' * INDENT}".join(wrap(f"{finding.message}{advice}", max(20, room_left)))
