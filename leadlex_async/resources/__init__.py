"""One module per group of the API's pages: operations, bodies and the class that calls them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Generic, Self, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._http.core import Core
    from .activities import Activities
    from .ai import AI
    from .api_keys import APIKeys
    from .audit_logs import AuditLogs
    from .calendar import Calendar
    from .channels import Channels
    from .companies import Companies
    from .contacts import Contacts
    from .deals import Deals
    from .documents import Documents
    from .email import Email
    from .enrich import Enrich
    from .events import Events
    from .lexi import Lexi
    from .lists import Lists
    from .notes import Notes
    from .pipelines import Pipelines
    from .prospector import Prospector
    from .prospects import Prospects
    from .settings import Settings
    from .stats import Stats
    from .tags import Tags
    from .tasks import Tasks
    from .users import Users
    from .webhooks import Webhooks
    from .workflows import Workflows

R = TypeVar("R")


class Resource(Generic[R]):
    """A resource of a client, imported when first used: a program pays for what it calls."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self.name = ""

    def __set_name__(self, _: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, client: None, _: type) -> Self: ...
    @overload
    def __get__(self, client: Resources, _: type) -> R: ...
    def __get__(self, client: Resources | None, _: type) -> Self | R:
        if client is None:
            return self
        made = self.load()(client._core)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - a resource is a part of its client
        client.__dict__[self.name] = made
        return made

    def load(self) -> Callable[[Core], R]:
        """The class of the resource, from the module of the attribute's name."""
        kind: Callable[[Core], R] = getattr(import_module(f".{self.name}", __name__), self._kind)
        return kind


class Resources:
    """The resources of a client, one attribute each."""

    _core: Core

    activities: Resource[Activities] = Resource("Activities")
    ai: Resource[AI] = Resource("AI")
    api_keys: Resource[APIKeys] = Resource("APIKeys")
    audit_logs: Resource[AuditLogs] = Resource("AuditLogs")
    calendar: Resource[Calendar] = Resource("Calendar")
    channels: Resource[Channels] = Resource("Channels")
    companies: Resource[Companies] = Resource("Companies")
    contacts: Resource[Contacts] = Resource("Contacts")
    deals: Resource[Deals] = Resource("Deals")
    documents: Resource[Documents] = Resource("Documents")
    email: Resource[Email] = Resource("Email")
    enrich: Resource[Enrich] = Resource("Enrich")
    events: Resource[Events] = Resource("Events")
    lexi: Resource[Lexi] = Resource("Lexi")
    lists: Resource[Lists] = Resource("Lists")
    notes: Resource[Notes] = Resource("Notes")
    pipelines: Resource[Pipelines] = Resource("Pipelines")
    prospector: Resource[Prospector] = Resource("Prospector")
    prospects: Resource[Prospects] = Resource("Prospects")
    settings: Resource[Settings] = Resource("Settings")
    stats: Resource[Stats] = Resource("Stats")
    tags: Resource[Tags] = Resource("Tags")
    tasks: Resource[Tasks] = Resource("Tasks")
    users: Resource[Users] = Resource("Users")
    webhooks: Resource[Webhooks] = Resource("Webhooks")
    workflows: Resource[Workflows] = Resource("Workflows")
