"""Every error this package raises. Catch ``LeadLexError`` for all of them.

    LeadLexError
    ├── ConfigurationError            the client cannot work as it was built
    ├── ClientClosed                  used after ``aclose()``, or closed under a waiter
    ├── TransportError                no usable answer; ``sent`` tells whether the request may have arrived
    │   └── RequestTimeout            also a ``TimeoutError``
    ├── DecodeError                   an answer that is not what the API documents; ``path`` says where
    ├── APIError                      the API said no, in a way none of the classes below names
    │   ├── ValidationError           400, 422: bad input; ``fields``, ``invalid_ids``
    │   │   ├── AmbiguousReference    a name matches several records; ``candidates``
    │   │   └── AlreadyStarted        the campaign is already under way
    │   ├── AuthenticationError       401
    │   ├── InsufficientCredits       402
    │   ├── PermissionDenied          403
    │   ├── NotFound                  404
    │   ├── Conflict                  409
    │   ├── PayloadTooLarge           413
    │   ├── RateLimited               429, or held back here; ``scope``, ``reset_at``
    │   └── ServerError               5xx
    ├── JournalError                  the journal of a bulk launch cannot be used; nothing was sent without it
    ├── QuotaExhausted                a bulk launch ended because the day is spent; ``reset_at``
    ├── WebhookVerificationError      a delivery that is not to be believed; ``check`` says why
    ├── StartOutcomeUnknown           a start whose answer was lost, and the truth could not be read
    └── ApprovalError                 a wait that did not end in a launch; ``ticket``, ``launch``
        ├── ApprovalDismissed
        ├── ApprovalFailed
        ├── ApprovalTimeout           also a ``TimeoutError``; the launch goes on at LeadLex
        └── ApprovalLost              the task is gone and the campaign was not started

Each keeps ``status``, ``code``, ``message``, ``request_id`` and ``operation`` where they are known, prints as one
line, pickles and copies. None ever holds the API key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from .approvals.launch import Launch
    from .approvals.ticket import LaunchTicket

__all__ = [
    "APIError",
    "AlreadyStarted",
    "AmbiguousReference",
    "ApprovalDismissed",
    "ApprovalError",
    "ApprovalFailed",
    "ApprovalLost",
    "ApprovalTimeout",
    "AuthenticationError",
    "Candidate",
    "ClientClosed",
    "ConfigurationError",
    "Conflict",
    "DecodeError",
    "InsufficientCredits",
    "JournalError",
    "LeadLexError",
    "NotFound",
    "PayloadTooLarge",
    "PermissionDenied",
    "QuotaExhausted",
    "RateLimited",
    "RequestTimeout",
    "ServerError",
    "StartOutcomeUnknown",
    "TransportError",
    "ValidationError",
    "WebhookVerificationError",
]


_Check = Literal["size", "signature", "timestamp", "content"]


class LeadLexError(Exception):
    """Base of every error raised by this package."""

    _hint: ClassVar[str] = ""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        operation: str | None = None,
    ) -> None:
        # Only the message goes to `args`: the rest lives in `__dict__`, which pickle and copy carry over by themselves.
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.request_id = request_id
        self.operation = operation

    def __str__(self) -> str:
        facts = [str(self.status or ""), self.code or "", f"request {self.request_id}" if self.request_id else ""]
        origin = " ".join(fact for fact in facts if fact)
        parts = [
            f"{self.operation}: " if self.operation else "",
            self.message.rstrip("."),
            f" ({origin})" if origin else "",
            f". {self.hint}" if self.hint else "",
        ]
        return " ".join("".join(parts).split())

    @property
    def hint(self) -> str:
        """What the reader can do about it; ends the printed line."""
        return self._hint


class ConfigurationError(LeadLexError):
    """The client was built or used in a way that cannot work; nothing was sent."""


class ClientClosed(LeadLexError):
    """The client is closed, or was closed under a waiter; a start that was in flight is in ``approvals.tickets``."""

    _hint = "Use the client inside its `async with` block"


class TransportError(LeadLexError):
    """No usable answer came back.

    ``sent`` is False when the request surely did not reach the API (connection refused, unknown host, TLS),
    True when it may have been carried out.
    """

    def __init__(
        self, message: str, *, sent: bool = True, permanent: bool = False, operation: str | None = None
    ) -> None:
        super().__init__(message, operation=operation)
        self.sent = sent
        self.permanent = permanent
        """True when trying again cannot help: a certificate that is not trusted, a proxy that refuses."""


class RequestTimeout(TransportError, TimeoutError):
    """No answer within the client's ``timeout`` (seconds, per try)."""


class DecodeError(LeadLexError):
    """The answer is not what the API documents; ``path`` (such as ``$.data.tasks[3].id``) says where."""

    def __init__(
        self, message: str, *, path: str = "$", status: int | None = None, operation: str | None = None
    ) -> None:
        super().__init__(message, status=status, operation=operation)
        self.path = path


class APIError(LeadLexError):
    """The API refused the request with a status that has no class of its own."""

    retry_after: float | None = None
    """Seconds the server asked to wait, from ``Retry-After``."""


class Candidate(NamedTuple):
    """One record that an ambiguous name may have meant."""

    id: str
    name: str


class ValidationError(APIError):
    """The input is not acceptable (400, 422), or was refused here before it was sent (``status`` is None then)."""

    fields: Mapping[str, str] = {}
    """Message by field name, where the API gives them."""
    invalid_ids: tuple[str, ...] = ()
    """The ids the API did not know, where it names them."""


class AmbiguousReference(ValidationError):
    """``contact_name`` or ``company_name`` matches several records; pass the id of one of ``candidates``."""

    _hint = "Give the id of one of `candidates` instead of the name"
    candidates: tuple[Candidate, ...] = ()


class AlreadyStarted(ValidationError):
    """The campaign is already running or waiting for approval; nothing was started."""

    _hint = "Join the launch that is under way with approvals.begin(campaign_id, adopt=True)"


class AuthenticationError(APIError):
    """The key is missing, wrong, expired or revoked (401)."""

    _hint = "Check LEADLEX_API_KEY; keys are made in LeadLex under Settings, API & Integrations"


class InsufficientCredits(APIError):
    """The workspace has too few credits for this AI call (402)."""

    _hint = "Buy credits or wait for the next billing period"


class PermissionDenied(APIError):
    """The key lacks a permission (403)."""

    _hint = "Make a key with this permission, or ask a workspace admin"


class NotFound(APIError):
    """No such record in this key's workspace (404)."""


class Conflict(APIError):
    """The record is in a state that does not allow this, or exists already (409)."""


class PayloadTooLarge(APIError):
    """The body is larger than the API takes (413)."""


class RateLimited(APIError):
    """The quota of the minute or the day is spent (429), or this client holds the request back for that reason.

    ``reset_at`` is when requests are let through again, if known. Daily quotas reset at 00:00 UTC.
    """

    scope: Literal["minute", "day"] | None = None
    reset_at: datetime | None = None

    @property
    def daily(self) -> bool:
        """Whether the quota of the day is spent, so that waiting means waiting for the reset."""
        return self.scope == "day"


class ServerError(APIError):
    """The API failed (5xx); a request that changes something may have been carried out."""


class JournalError(LeadLexError):
    """The journal of a bulk launch cannot be read or written; what it holds is kept, and nothing is sent without it."""


class QuotaExhausted(LeadLexError):
    """The day's quota is spent, and the bulk launch was told not to wait for the next; it goes on from its journal.

    ``reset_at`` is when requests are let through again, if known.
    """

    _hint = "Launch the same campaigns again with the same journal after the reset"

    def __init__(self, message: str, *, reset_at: datetime | None = None) -> None:
        super().__init__(message)
        self.reset_at = reset_at


class WebhookVerificationError(LeadLexError):
    """A delivery that is not to be believed: do nothing with it and answer 4xx (guide: webhooks).

    ``check`` is what it failed: the size of its body, its signature, its timestamp, or its content, which is signed but
    no event. Neither the secret nor anything of the delivery is in the error.
    """

    def __init__(self, message: str, *, check: _Check = "signature") -> None:
        super().__init__(message)
        self.check: _Check = check


class StartOutcomeUnknown(LeadLexError):
    """A start was sent, its answer was lost, and the truth could not be read in time.

    The campaign may or may not be under way. ``seen`` is what was read; ``ticket`` goes on from there:
    ``approvals.wait(error.ticket, ...)`` reads again and never starts anything.
    """

    _hint = "Go on with approvals.wait(error.ticket, timeout=...), which never starts anything"

    def __init__(self, message: str, *, ticket: LaunchTicket | None = None, seen: str = "") -> None:
        super().__init__(message)
        self.ticket = ticket
        self.seen = seen


class ApprovalError(LeadLexError):
    """The wait ended without a launch; ``ticket`` and ``launch`` tell what is known."""

    def __init__(self, message: str, *, ticket: LaunchTicket | None = None, launch: Launch | None = None) -> None:
        super().__init__(message)
        self.ticket = ticket
        self.launch = launch


class ApprovalDismissed(ApprovalError):
    """A person dismissed the launch; a dismissed task cannot be approved again."""

    _hint = "Change the campaign, then start it again"


class ApprovalFailed(ApprovalError):
    """The launch was approved but failed while it was carried out."""

    _hint = "Look at the campaign in LeadLex"


class ApprovalTimeout(ApprovalError, TimeoutError):
    """No decision was seen within ``timeout``; the approval stays open at LeadLex."""

    @property
    def hint(self) -> str:
        """How to go on, where there is a ticket to go on with."""
        return "Go on waiting with approvals.wait(error.ticket, timeout=...)" if self.ticket is not None else ""


class ApprovalLost(ApprovalError):
    """The approval task is in no list any more and the campaign was not started."""

    _hint = "Look at the campaign in LeadLex before you start it again"
