"""The people of the workspace."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class User:
    """A person who works in the workspace."""

    id: str
    full_name: str | None = None
    email: str | None = None
