"""Records that several groups of the API share."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class Deleted:
    """What a delete answers: the id of the record that is gone."""

    id: str
    deleted: bool = True
