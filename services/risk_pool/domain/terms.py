"""The scheme's terms for what a pool decides on a day."""

from datetime import date

from shared.schemes import library
from shared.schemes.scheme import SchemeNotInForce
from shared.schemes.terms import Terms


def terms_on(programme: str, day: date) -> Terms | None:
    """The terms for new entries on a day; None where the scheme is not in force."""
    try:
        return library.load(programme).terms(on=day)
    except SchemeNotInForce:
        return None
