"""``Op``: one documented operation of the API, as data."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar, get_origin

from attrs import field, frozen

from .record import Page

T = TypeVar("T")

Method = Literal["GET", "POST", "PATCH", "PUT", "DELETE"]


@frozen
class Op(Generic[T]):
    """Method, path and answer of one operation.

    ``returns`` is the type of the answer's payload; ``envelope`` the key it lies under inside ``data`` (a payload that
    lies there bare is accepted too, since the API's pages disagree). ``scope`` is the permission its page names,
    ``idempotent`` whether it documents ``Idempotency-Key``, ``timeout`` overrides the client's (seconds, per try).
    """

    method: Method
    path: str
    returns: type[T]
    envelope: str = ""
    scope: str = field(default="", kw_only=True)
    idempotent: bool = field(default=False, kw_only=True)
    credits: str = field(default="", kw_only=True)
    timeout: float | None = field(default=None, kw_only=True)
    label: str = field(init=False, repr=False)
    """How logs and errors name the operation: no ids in it."""
    safe: bool = field(init=False, repr=False)
    """Whether sending it twice has the effect of sending it once."""
    paged: bool = field(init=False, repr=False)
    """Whether it answers a ``Page``."""

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "label", f"{self.method} {self.path}")
        object.__setattr__(self, "paged", get_origin(self.returns) is Page)
        object.__setattr__(self, "safe", self.method == "GET" or self.idempotent)
