"""The programmes under which a pool may be opened, read from the scheme files.

No service lists them, and the files are the same for every service; which one may bind a loan on
the day, the service judges again.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

from shared.schemes import library
from shared.schemes.scheme import Mode, Scheme
from shared.schemes.vocabulary import PARTIES, Words

PARTNER_ROLES = tuple(role for role in PARTIES if role not in ("pool", "bank"))
"""Whom one can let into a pool beside banks: who pays in, who shares the loss."""


@dataclass(frozen=True)
class Programme:
    """A programme whose scheme is complete."""

    code: str
    name: Words
    place: Words


@cache
def programmes() -> tuple[Programme, ...]:
    """Those that share losses and whose first mode, under which a pool opens, is complete."""
    schemes = [library.load(name) for name in library.programmes()]
    return tuple(
        Programme(scheme.programme, scheme.name, scheme.place)
        for scheme in schemes
        if _shares_losses(scheme)
    )


def _shares_losses(scheme: Scheme) -> bool:
    first: Mode = next(iter(scheme.modes.values()))
    if first.status != "complete":
        return False
    day = scheme.valid_to or max(scheme.valid_from, date.today())
    return scheme.terms(on=day, mode=first.code).sharing is not None
