"""``leadlex webhooks listen --ensure``: the webhook that leads to the listener, and its secret."""

from __future__ import annotations

import sys
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import ConfigurationError, LeadLexError
from . import keys, report
from .run import finish
from .safe import on_terminal
from .ticket_file import store
from .webhooks import ITSELF, VARIABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yarl import URL

    from ..client import LeadLex
    from ..models.webhooks import Webhook
    from .webhooks import Listening

HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - it is replaced
"""The address of this machine that leads to what listens everywhere."""


async def register(
    leadlex: LeadLex, given: Listening, address: URL, known: Sequence[str], stack: AsyncExitStack
) -> list[str]:
    """Register the address; the secret of a new webhook is kept, and told. With none known it is an error."""
    if given["ensure"] == ITSELF:
        webhook = await _register_itself(leadlex, address, given["events"])
        stack.push_async_callback(partial(_unregister, leadlex, webhook))
    else:
        webhook = await leadlex.webhooks.ensure(given["ensure"] or "", given["events"])
        if webhook.secret:
            keep(webhook, Path(given["secret_file"]) if given["secret_file"] else None)
    if not webhook.secret and not known:
        raise ConfigurationError(
            f"the webhook {webhook.id} exists already and its secret is not known here: set {VARIABLE}, or make a new "
            f"one: {_anew(webhook)}"
        )
    report.say(f"webhook {webhook.id} gets {', '.join(webhook.events)}", err=True)
    return [webhook.secret] if webhook.secret else []


async def _register_itself(leadlex: LeadLex, address: URL, events: list[str]) -> Webhook:
    """With a sandbox: what a listener before has left behind is replaced, since nobody knows its secret."""
    if not leadlex.base_url.startswith("http://"):
        raise click.UsageError(
            "--ensure needs URL, the public https address that leads here; only a sandbox needs none"
        )
    url = str(address.with_host(HERE.get(address.host or "", address.host or "")))
    webhook = await leadlex.webhooks.ensure(url, events)
    if webhook.secret is None:
        await leadlex.webhooks.delete(webhook.id)
        webhook = await leadlex.webhooks.ensure(url, events)
    return webhook


async def _unregister(leadlex: LeadLex, webhook: Webhook) -> None:
    async def delete() -> None:
        with suppress(LeadLexError):
            await leadlex.webhooks.delete(webhook.id)

    await finish(delete())


def keep(webhook: Webhook, file: Path | None) -> None:
    """Write a new secret where it is kept, before older ones; or show it, this once, on a terminal."""
    if file is None:
        _show(webhook)
        return
    older = ""
    with suppress(keys.MissingFile):
        older = keys.private_text(file)
    try:
        store(file, "\n".join([webhook.secret or "", *older.split()]))
    except OSError as error:
        report.say(f"leadlex: {file} cannot be written: {error.strerror}", err=True)
        _show(webhook)
    else:
        report.say(f"the webhook's secret is in {file}", err=True)


def _show(webhook: Webhook) -> None:
    if not on_terminal(sys.stderr):
        raise ConfigurationError(f"the secret of webhook {webhook.id} is lost; make a new one: {_anew(webhook)}")
    report.say(f"the webhook's secret, shown this once: {webhook.secret}", err=True)
    report.say(f"keep it: {VARIABLE} holds it for the next time", err=True)


def _anew(webhook: Webhook) -> str:
    return f"leadlex call webhooks.delete id={webhook.id}, then this command again"
