"""``leadlex doctor``."""

from __future__ import annotations

import click

from .options import form, with_json
from .run import run


@click.command()
@with_json
def doctor(*, as_json: bool) -> int:
    """Say what works and what does not, with three requests at most.

    Looks at the key, the address, the proxy, the way there, the permissions that a launch needs, the quota and the
    clock. Nothing is changed. Exits with 0 if a launch would work, else with 1.
    """
    from .doctor_run import examine

    return run(examine(form(as_json=as_json)))
