"""What the lists around the registers can be ordered by and narrowed by: what is still to be entered,
extracts, due-diligence reports. All are of few rows beside the pledges that they speak of."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from shared import canonical
from shared.postgres.grids import Grid, Sortable
from shared.postgres.literals import containing

_NO_DAY: Final = "date '1900-01-01'"

DUE_DAYS: Final = Grid(
    rows="""(
        select d.*, a.number as case_number, a.borrower_uscc, a.borrower_name,
               a.borrower_name_canonical, c.kind, c.number as right_number, c.name as right_name,
               p.id as pledge_id, p.registration_no, l.loan_no
        from register_duties as d
        join applications as a on a.id = d.application_id
        join collateral as c
            on (c.application_id, c.revision, c.collateral_no)
             = (a.id, a.revision, d.collateral_no)
        left join loans as l on l.application_id = a.id
        left join pledge_registrations as p
            on p.application_id = a.id and p.collateral_no = c.collateral_no
    ) as due""",
    key=(
        Sortable("due_on", date),
        Sortable("application_id", UUID),
        Sortable("collateral_no", int),
        Sortable("duty", str),
    ),
    descends=False,
    sorts={"due_on": Sortable("due_on", date), "since": Sortable("since", date)},
)
"""The earliest day first."""
EXTRACTS: Final = Grid(
    rows="(select * from bulk_files where document_id is not null) as extract",
    key=(Sortable("id", UUID),),
    sorts={
        "sent_at": Sortable("sent_at", datetime),
        "day": Sortable(f"coalesce(nullif(given ->> 'day', '')::date, {_NO_DAY})", date),
    },
)
REPORTS: Final = Grid(
    rows="""(
        select d.*, a.number as case_number, a.borrower_name
        from due_diligence_reports as d left join applications as a on a.id = d.application_id
    ) as report""",
    key=(Sortable("id", UUID),),
    sorts={
        "written_on": Sortable("written_on", date),
        "valid_until": Sortable(f"coalesce(valid_until, {_NO_DAY})", date),
    },
)
_TO_TAKE: Final = """exists (
    select from extract_differences as d
    left join extract_takings as t on t.difference_id = d.id
    where d.file_id = extract.id and d.standing = 'open' and t.difference_id is null)"""
_BAD_NEWS: Final = """exists (
    select from extract_differences as d where d.file_id = extract.id and d.is_bad_news)"""
OF_RIGHT: Final = "right_ids @> array[{}::uuid]"
"""Reports about a right, alone or with others."""
OF_SENDER: Final = "(sent_at at time zone 'Asia/Shanghai')::date"
"""The day on which an extract was brought in."""


def extracts_with(to_take: bool | None, bad_news: bool | None) -> Mapping[str, Any]:
    """Extracts with differences that may be taken over, with bad news; or without."""
    said = {_TO_TAKE: to_take, _BAD_NEWS: bad_news}
    return {
        f"({condition}) = {{}}": wanted for condition, wanted in said.items() if wanted is not None
    }


def due_days_meant(q: str | None) -> Mapping[str, Any]:
    """Duties of this case, credit code, right or entry, or of a firm that is called so."""
    words = canonical.plain(q) if q else ""
    if not words:
        return {}
    said = """(case_number = {} or borrower_uscc = {} or right_number = {} or registration_no = {}
        or loan_no = {} or borrower_name_canonical like {})"""
    return {
        said: (words, canonical.compact(words) or words, words, words, words, containing(words))
    }


def reports_meant(q: str | None) -> Mapping[str, Any]:
    """Reports of this case or credit code, or by somebody or on a borrower called so."""
    words = canonical.plain(q) if q else ""
    if not words:
        return {}
    said = "(case_number = {} or firm_uscc = {} or author like {} or borrower_name like {})"
    like = containing((q or "").strip())
    return {said: (words, canonical.compact(words) or words, like, like)}


def extracts_meant(q: str | None) -> Mapping[str, Any]:
    """Extracts whose file is called so."""
    words = (q or "").strip()
    return {"filename like {}": containing(words)} if words else {}


def reports_over(over: bool | None, today: date) -> Mapping[str, Any]:
    """Reports whose last day is over, or the others."""
    late = "coalesce(valid_until < {}, false)"
    return {late if over else f"not {late}": None if over is None else today}
