"""``LeadLex``: the client, with one attribute per resource."""

from __future__ import annotations

import math
import os
import re
from functools import cached_property
from ipaddress import ip_address
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from . import __version__
from ._http.clock import ServerClock
from ._http.core import Core
from ._http.op import Op
from ._http.pace import PLACES, Pacer
from ._http.plan import Plan
from ._http.transport import AiohttpTransport
from ._http.wire import Secret, literal
from .errors import ClientClosed, ConfigurationError
from .resources import Resources

if TYPE_CHECKING:
    from collections.abc import Mapping

    import aiohttp

    from ._http.op import Method
    from ._http.pace import RateLimit
    from ._http.transport import Transport
    from ._http.wire import JSONValue
    from .approvals.service import Approvals
    from .bulk.campaigns import Campaigns

BASE_URL = "https://data.leadlex.com/functions/v1/api-gateway"

_UNFIT = re.compile(r"[\s@?#\\]|[^\x21-\x7e]")
_KEY = re.compile(r"wbk_[A-Za-z0-9_\-]+")


class LeadLex(Resources):
    """A client of the LeadLex API, for one event loop and any number of tasks.

    The key comes from ``LEADLEX_API_KEY`` and the address from ``LEADLEX_BASE_URL`` where they are not given.
    ``session`` is your own ``aiohttp.ClientSession`` (proxy, TLS, tracing); it is used as it is and never closed here.
    ``timeout`` is in seconds for each try of a request (calls that take long, research say, have a longer one of their
    own), ``max_retries`` counts the tries after the first. ``plan``
    (``"starter"``, ``"pro"``, ``"org"`` or a ``Plan``) sets the pace from the first request on; without it the plan is
    learnt from the first answer. ``transport`` replaces the network: a sandbox in process, say.

    Building a client sends nothing and needs no running loop. A missing or malformed key, or an address that would
    send it in the clear, is a ``ConfigurationError``.
    """

    def __init__(  # noqa: PLR0913 - each is an independent choice of the caller
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        session: aiohttp.ClientSession | None = None,
        timeout: float = 30.0,
        max_retries: int = 3,
        plan: Plan | str | None = None,
        transport: Transport | None = None,
    ) -> None:
        # What is bound here shows in tracebacks with locals.
        api_key = Secret(api_key or os.environ.get("LEADLEX_API_KEY") or "")
        self._owner: LeadLex | None = None
        self._closed = False
        if session is not None and transport is not None:
            raise ConfigurationError("give a session or a transport, not both")
        clock = ServerClock()
        self._core = Core(
            transport or AiohttpTransport(session),
            Pacer(Plan.named(plan) if plan is not None else None, clock, places=_places(session)),
            clock,
            base_url=_checked_url(base_url or os.environ.get("LEADLEX_BASE_URL") or BASE_URL),
            headers={
                "Authorization": Secret(f"Bearer {_checked_key(api_key)}"),
                "Accept": "application/json",
                "User-Agent": f"leadlex_async/{__version__}",
            },
            timeout=_checked_timeout(timeout),
            max_retries=_checked_retries(max_retries),
        )

    async def __aenter__(self) -> Self:
        if self._closed:
            raise ClientClosed("this client is closed")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        core = self.__dict__.get("_core")  # absent when building it failed, and a traceback shows it
        return f"<LeadLex {core.base_url if core else 'unfinished'}{' closed' if self.__dict__.get('_closed') else ''}>"

    async def aclose(self) -> None:
        """Close the connections and end every wait with ``ClientClosed``; closing twice is fine.

        A view made by ``with_options`` lives as long as its client and closes nothing.
        """
        if self._owner is not None or self._closed:
            return
        self._closed = True
        self._core.pace.close()
        try:
            if "approvals" in self.__dict__:
                await self.approvals.aclose()
        finally:
            await self._core.transport.aclose()

    def with_options(self, *, timeout: float | None = None, max_retries: int | None = None) -> LeadLex:
        """A view of this client with another timeout (seconds, for every call) or number of retries, else the same.

        Launches keep the client's own: they share its poll loop.
        """
        view = object.__new__(type(self))
        view.__dict__ = {
            "_core": self._core.with_options(
                timeout=None if timeout is None else _checked_timeout(timeout),
                max_retries=None if max_retries is None else _checked_retries(max_retries),
            ),
            "_owner": self._owner or self,
            "_closed": False,
        }
        return view

    async def request(
        self,
        method: Method,
        path: str,
        *,
        json: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
    ) -> JSONValue:
        """Call an endpoint this release has no method for; returns the parsed body, envelope and all.

        ``path`` starts with ``/v1/``; what is percent-encoded in it already stays so. Only a GET is tried again after
        an unclear failure.
        """
        if not path.startswith("/") or "?" in path or "#" in path:
            raise ConfigurationError(f"path must start with / and have no query, not {path!r}; use query={{...}}")
        op: Op[object] = Op(method, literal(path), object)
        return await self._core.raw(op, self._core.request(op, json=json, query=query))

    @property
    def rate_limit(self) -> RateLimit | None:
        """The day's quota as the last answer told it; None before the first."""
        return self._core.pace.rate_limit

    @property
    def requests_sent(self) -> int:
        """How many requests this client has sent, tries and polls included."""
        return self._core.pace.sent

    @property
    def base_url(self) -> str:
        """The address this client talks to, without a trailing slash."""
        return self._core.base_url

    @cached_property
    def approvals(self) -> Approvals:
        """Launches in two steps: ``begin`` and ``wait``; one poll loop serves every waiter."""
        if self._owner is not None:
            return self._owner.approvals
        from .approvals.service import Approvals

        return Approvals(self._core, self.lexi)

    @cached_property
    def campaigns(self) -> Campaigns:
        """Campaigns, ``start_and_wait_for_approval``, and ``launch_many``."""
        from .bulk.campaigns import Campaigns

        return Campaigns(self._core, self.approvals)


def _places(session: aiohttp.ClientSession | None) -> int:
    """As many requests at once as the caller's session has connections, if it limits them."""
    connector = session.connector if session is not None else None
    limits = (connector.limit, connector.limit_per_host) if connector is not None else ()
    return min(PLACES, *(limit or PLACES for limit in limits), PLACES)


def _checked_key(key: Secret) -> Secret:
    if not key:
        raise ConfigurationError(
            "no API key: set LEADLEX_API_KEY or pass api_key; make one in LeadLex under Settings, API & Integrations"
        )
    if not _KEY.fullmatch(key):
        raise ConfigurationError(
            "the API key is malformed: keys start with wbk_ and have letters, digits, _ and - only"
        )
    return key


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in {"http", "https"} or not host or _UNFIT.search(url):
        raise ConfigurationError(f"base_url must be like {BASE_URL}, without user, query or fragment")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ConfigurationError(f"base_url must be https: over http the key would travel to {host} in the clear")
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _checked_timeout(timeout: float) -> float:
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 < timeout < math.inf:
        raise ConfigurationError(f"timeout is in seconds and more than 0, not {timeout!r}")
    return timeout


def _checked_retries(retries: int) -> int:
    if isinstance(retries, bool) or not isinstance(retries, int) or retries < 0:
        raise ConfigurationError(f"max_retries is 0 or more, not {retries!r}")
    return retries
