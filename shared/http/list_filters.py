"""The query parameters that many lists take."""

from datetime import date
from typing import Annotated, TypeVar

from fastapi import Query

from shared.http.field_messages import NO_NUL
from shared.http.requests import IsoDate
from shared.money import EITHER_WAY, parse_fen
from shared.refusals import FieldFault, FieldsWrong

V = TypeVar("V", str, date)
Code = Annotated[str | None, Query(max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Words = Annotated[str | None, Query(max_length=100, pattern=NO_NUL)]
Amount = Annotated[
    str | None,
    Query(max_length=20, examples=["1000000.00"], json_schema_extra={"pattern": EITHER_WAY}),
]
"""In yuan, to the fen."""
Day = Annotated[IsoDate | None, Query(examples=["2026-03-31"])]

_NO_AMOUNT = (
    "amount-malformed", "请填写金额，最多两位小数，如 1000000.00", "An amount is written as 1000000.00."
)  # fmt: skip
_BACKWARDS = ("ends-before-it-begins", "止不应小于起", "The end is before the beginning.")


def fen_between(name: str, first: str | None, last: str | None) -> tuple[int | None, int | None]:
    """What `<name>_from` and `<name>_to` say, in fen. Raises FieldsWrong with all that is wrong."""
    faults: list[FieldFault] = []

    def fen(place: str, said: str | None) -> int | None:
        try:
            return None if said is None else parse_fen(said)
        except ValueError:
            faults.append(_fault(place, *_NO_AMOUNT))
            return None

    least, most = fen(f"{name}_from", first), fen(f"{name}_to", last)
    if least is not None and most is not None and least > most:
        faults.append(_fault(f"{name}_to", *_BACKWARDS))
    if faults:
        raise FieldsWrong(faults)
    return least, most


def days_between(
    name: str, first: date | None, last: date | None
) -> tuple[date | None, date | None]:
    """What `<name>_from` and `<name>_to` say, both counted in. Raises FieldsWrong."""
    return in_order(name, first, last)


def in_order(name: str, first: V | None, last: V | None) -> tuple[V | None, V | None]:
    """What `<name>_from` and `<name>_to` say of days or of months as text. Raises FieldsWrong."""
    if first is not None and last is not None and first > last:
        raise FieldsWrong([_fault(f"{name}_to", *_BACKWARDS)])
    return first, last


def _fault(place: str, code: str, zh: str, en: str) -> FieldFault:
    return FieldFault((place,), code, zh, en, location="query")
