"""Who may ask for the page, and who may decide with it: no other page of the same browser."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..addresses import loopback
from ..answers import Refusal
from ..gateway import header

if TYPE_CHECKING:
    from ..._http.wire import Request

OWN = "X-Sandbox-Page"
"""A header that only scripts can set, and scripts of other origins only with a permission nobody gives them."""


def check_host(request: Request) -> None:
    """Refuse, with 403, a name that is not the sandbox's own: any name of the internet may lead to this machine."""
    host, bound = f"http://{header(request, 'Host')}", request.url
    if not loopback(host) and _name(host) != _name(bound):
        raise Refusal(403, "forbidden", f"Open this page as {_origin(bound)}: under another name nothing is shown")


def check_origin(request: Request) -> None:
    """Refuse, with 403, whatever does not come from the page itself."""
    own = f"http://{header(request, 'Host')}".lower()
    site = header(request, "Sec-Fetch-Site") or "same-origin"
    if header(request, "Origin").lower() != own or site != "same-origin" or not header(request, OWN):
        raise Refusal(403, "forbidden", "Only the sandbox's own page decides here; programs use the API")


def _name(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
