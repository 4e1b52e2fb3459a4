"""The page's paths: its files, the state it shows, and the decisions it makes."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

import orjson

from ..._http.wire import Response
from ..addresses import loopback
from ..answers import Answer, Refusal, data, invalid
from .guard import check_host, check_origin
from .state import state

if TYPE_CHECKING:
    from ..._http.wire import Request
    from ..by_hand import ByHand

PREFIX = "/_sandbox/"
"""All paths of the page but ``/`` itself; those of the API start with ``/v1/``, or with the vendor's prefix."""

_FILES = {
    "/": ("page.html", "text/html; charset=utf-8"),
    "/_sandbox/page.css": ("page.css", "text/css; charset=utf-8"),
    "/_sandbox/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/_sandbox/icon.svg": ("icon.svg", "image/svg+xml"),
}
_READING = {"GET", "HEAD"}
_DECISION = re.compile(r"/_sandbox/tasks/([^/]+)/(approve|dismiss)")
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Page:
    """Answers the requests of the page; they need no key, cost no quota and are in no log."""

    def __init__(self, sandbox: ByHand) -> None:
        self._sandbox = sandbox

    def answer(self, request: Request) -> Response | None:
        """Answer one request; None says that it is one to the API.

        On an address of this machine the API is not served under foreign names either: it accepts every key.
        """
        try:
            target = urlsplit(request.url)
            ours = target.path.startswith(PREFIX) or (target.path == "/" and request.method in _READING)
            if ours or loopback(request.url):
                check_host(request)
            if not ours:
                return None
            answer = self._answer(request, target.path, target.query)
        except Refusal as refusal:
            answer = refusal.answer()
        except ValueError:  # an address that is none
            answer = Refusal(400, "bad_request", "The address cannot be read").answer()
        return Response(answer.status, {"Content-Type": answer.content_type, **_HEADERS}, answer.body)

    def _answer(self, request: Request, path: str, query: str) -> Answer:
        if request.method in _READING and path in _FILES:
            return _file(path)
        if request.method in _READING and path == f"{PREFIX}state":
            wanted = parse_qs(query).get("filter", [""])[0]
            return Answer(body=orjson.dumps(state(self._sandbox, wanted)))
        if request.method == "POST" and (decision := _DECISION.fullmatch(path)):
            check_origin(request)
            return self._decide(unquote(decision[1]), decision[2], request.body or b"{}")
        raise Refusal(404, "not_found", "The sandbox's page has nothing here")

    def _decide(self, task_id: str, action: str, body: bytes) -> Answer:
        if action == "approve":
            self._sandbox.approve(task_id)
        else:
            self._sandbox.dismiss(task_id, _reason(body))
        return data({"task_id": task_id, "status": self._sandbox.tasks[task_id].status})


@cache
def _file(path: str) -> Answer:
    name, content_type = _FILES[path]
    return Answer(body=Path(__file__).with_name(name).read_bytes(), content_type=content_type)


def _reason(body: bytes) -> str | None:
    try:
        given = orjson.loads(body)["reason"]
    except (ValueError, TypeError, KeyError):
        given = None
    if given is not None and not isinstance(given, str):
        raise invalid("The reason must be text")
    return (given or "").strip() or None
