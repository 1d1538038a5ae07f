"""What a register's extract says against a right stands there until somebody has dealt with it.

It has been taken over, or something newer is held; or a later extract speaks of the same thing: then
that one counts. Until then it endangers the right as if it had been said, and is told as the extract's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from services.applications.domain.extract_compared import RIGHT_FIELDS, value_of
from services.applications.domain.watch import Danger, dangers
from shared import canonical

_DAYS_OF: Final[Mapping[str, str]] = {
    "legal_status": "status_as_of",
    "owner_uscc": "owner_as_of",
    "owner_name": "owner_name_as_of",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InExtract:
    """Which extract says so. `filename` is None where it is not the reader's to open."""

    file_id: UUID
    as_of: date
    filename: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing that an extract says against a right, and that nobody has dealt with."""

    field: str
    theirs: str
    taken_as: Mapping[str, Any]
    by: InExtract


def dangers_told_by(
    right: Mapping[str, Any],
    known: Mapping[str, Any],
    burdens: Sequence[Mapping[str, Any]],
    news: Sequence[News],
    *,
    today: date,
    within_days: int,
) -> tuple[tuple[Danger, InExtract | None], ...]:
    """Everything that endangers a right (see `watch.dangers`), each with the extract that alone says
    so; None where it is held. `news`: the first one first."""
    held = dangers(right, known, burdens, today=today, within_days=within_days)
    found = {_key(one): (one, _of_own_pledge(right, one)) for one in held}
    known, burdens = dict(known), list(burdens)
    own_entry = right.get("registration_no_canonical")
    by: dict[tuple[str, date], InExtract] = {}
    so_far = held
    for one in news:
        if one.field in RIGHT_FIELDS:
            known[one.field] = value_of(one.field, one.theirs)
            if one.field in _DAYS_OF:
                known[_DAYS_OF[one.field]] = one.by.as_of
        elif canonical.number(one.taken_as["reference"]) != own_entry:
            began_on = date.fromisoformat(one.taken_as["began_on"])
            burdens.append({**one.taken_as, "began_on": began_on})
        so_far = dangers(right, known, burdens, today=today, within_days=within_days)
        for danger in so_far:
            by.setdefault(_key(danger), one.by)
    for danger in so_far:
        found.setdefault(_key(danger), (danger, by.get(_key(danger))))
    return tuple(sorted(found.values(), key=lambda one: (one[0].due_on, one[0].code)))


def _of_own_pledge(right: Mapping[str, Any], danger: Danger) -> InExtract | None:
    """An own pledge that is not shown is said by extracts alone."""
    return right["not_shown_by"] if danger.code == "pledge-not-shown" else None


def _key(danger: Danger) -> tuple[str, date]:
    return danger.code, danger.due_on
