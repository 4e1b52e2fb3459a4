"""``LaunchTicket``: all it takes to go on waiting for a launch, in another process, days later."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

import orjson
from attrs import frozen

from .._http import convert
from .._http.wire import timestamp
from ..errors import DecodeError, ValidationError
from ..models.campaigns import CampaignStatus

if TYPE_CHECKING:
    from .._http.wire import JSONValue

VERSION = 1


@frozen(kw_only=True)
class LaunchTicket:
    """A launch that was begun: small, without secrets, good for ``approvals.wait`` anywhere.

    ``status`` is what the start answered, None when its answer was lost. ``task_id`` is the Lexi task that a person
    decides, None when the API did not name it. ``started_at`` is when the start was sent, by the server's clock.
    """

    campaign_id: str
    base_url: str
    started_at: datetime
    task_id: str | None = None
    status: CampaignStatus | None = None
    joined: bool = False
    """Whether the launch was under way before, so that its task may be older than ``started_at``."""

    def to_json(self) -> str:
        """The ticket as one line of JSON, to store or to hand to another process."""
        fields = {
            "version": VERSION,
            "campaign_id": self.campaign_id,
            "task_id": self.task_id,
            "status": self.status,
            "started_at": timestamp(self.started_at),
            "base_url": self.base_url,
            "joined": self.joined,
        }
        return orjson.dumps(fields).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> LaunchTicket:
        """Read what ``to_json`` wrote; anything else is a ``ValidationError``."""
        try:
            fields: object = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise ValidationError("this is no launch ticket: it is not JSON") from None
        if not isinstance(fields, dict) or "version" not in fields:
            raise ValidationError("this is no launch ticket: it has no version")
        if fields["version"] != VERSION:
            raise ValidationError(
                f"this launch ticket has version {fields['version']!r}, this release reads version {VERSION}; upgrade"
            )
        try:
            ticket = convert.structure(cast("JSONValue", fields), cls, path="$")
        except DecodeError as error:
            raise ValidationError(f"this launch ticket is damaged: {error.message}") from None
        if not ticket.campaign_id.strip():
            raise ValidationError("this launch ticket is damaged: its campaign_id is empty")
        return ticket

    @property
    def settled(self) -> bool:
        """Whether the campaign went out at once, so that there is nothing to wait for."""
        return self.status == CampaignStatus.ACTIVE and self.task_id is None
