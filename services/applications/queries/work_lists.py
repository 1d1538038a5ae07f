"""What the lists of meetings, demands, calls for cover and policies can be ordered by, narrowed by,
and what they come to. All are of few rows beside the cases they stand around."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from services.applications.domain.cover_call import SHORT
from shared import canonical
from shared.postgres.grids import Grid, Sortable
from shared.postgres.literals import containing, literals

_NO_DAY: Final = "date '1900-01-01'"

MEETINGS: Final = Grid(
    rows="meetings",
    key=(Sortable("id", UUID),),
    sorts={"held_on": Sortable("held_on", date)},
)
DEMANDS: Final = Grid(
    rows="""(
        select d.*, a.number as case_number, a.state as case_state,
               coalesce(l.amount_fen, 0)::bigint as lent_fen
        from financing_demands as d
        left join applications as a on a.id = d.application_id
        left join loans as l on l.application_id = d.application_id
    ) as demand""",
    key=(Sortable("id", UUID),),
    sorts={
        "number": Sortable("number", str),
        "amount": Sortable("amount_fen", int),
        "posted_on": Sortable("posted_on", date),
        "due_on": Sortable(f"coalesce(due_on, {_NO_DAY})", date),
    },
    # What another bank has lent a bank is not told, also not in a sum.
    sums={"amount": "amount_fen"},
)
COVER_CALLS: Final = Grid(
    rows="""(
        select c.*, a.number as case_number, a.pool_code, a.borrower_uscc, a.borrower_name,
               a.borrower_name_canonical, a.revision
        from cover_calls as c join applications as a on a.id = c.application_id
    ) as call""",
    key=(Sortable("id", UUID),),
    sorts={
        "asked_on": Sortable("asked_on", date),
        "cover_by": Sortable("cover_by", date),
        "shortfall": Sortable("shortfall_fen", int),
    },
    sums={"shortfall": "shortfall_fen"},
)
POLICIES: Final = Grid(
    rows="""(
        select e.*, a.number as case_number, a.pool_code, f.number as first_number,
               last.begins_on, last.ends_on, last.amount_fen, last.price_fen
        from enhancements as e
        join lateral (
            select begins_on, ends_on, amount_fen, price_fen from enhancement_versions
            where enhancement_id = e.id order by version_no desc limit 1
        ) as last on true
        left join applications as a on a.id = e.application_id
        left join enhancements as f on f.id = e.first_id
        where e.form = 'policy'
    ) as policy""",
    key=(Sortable("ends_on", date), Sortable("id", UUID)),
    descends=False,
    sorts={
        "ends_on": Sortable("ends_on", date),
        "begins_on": Sortable("begins_on", date),
        "amount": Sortable("coalesce(amount_fen, 0)", int),
        "premium": Sortable("coalesce(price_fen, 0)", int),
    },
    sums={"amount": "coalesce(amount_fen, 0)", "premium": "coalesce(price_fen, 0)"},
)
"""The first to end first."""

OF_RIGHT: Final = """exists (
    select from rights as r
    join collateral as o on (o.kind, o.number, o.nice_class) = (r.kind, r.number, r.nice_class)
    where r.id = {} and o.application_id = call.application_id and o.revision = call.revision
    union all
    select from rights as r
    join cover_measures as m
        on (m.right_kind, m.right_number, m.nice_class) = (r.kind, r.number, r.nice_class)
    where r.id = {} and m.call_id = call.id)"""
"""Calls whose loan rests on a right, or of which a measure names it."""
OFFERED_TO: Final = """exists (
    select from demand_offers as o where o.demand_id = demand.id and o.bank_code = {})"""
"""Demands that a bank was offered."""


def overdue_calls(overdue: bool | None, today: date) -> Mapping[str, Any]:
    """Calls that are still short and whose day has passed, or the others."""
    late = f"(state in ({literals(SHORT)}) and cover_by < {{}})"
    return {late if overdue else f"not {late}": None if overdue is None else today}


def demands_meant(q: str | None) -> Mapping[str, Any]:
    """Demands of this number, of this credit code, or of a firm that is called so."""
    said = "(number = {} or uscc = {} or upper(replace(firm_name, ' ', '')) like {})"
    return _meant(said, q)


def calls_meant(q: str | None) -> Mapping[str, Any]:
    """Calls of this case, of this credit code, or of a firm that is called so in any spelling."""
    return _meant("(case_number = {} or borrower_uscc = {} or borrower_name_canonical like {})", q)


def policies_meant(q: str | None) -> Mapping[str, Any]:
    """Policies of this number in any spelling, of this case or firm, or of an insurer called so."""
    said = """(number_canonical = {} or case_number = {} or firm_uscc = {}
        or firm_name like {} or issuer_name like {})"""
    words = canonical.plain(q) if q else ""
    if not words:
        return {}
    like = containing((q or "").strip())
    return {said: (canonical.number(words), words, canonical.compact(words) or words, like, like)}


def _meant(said: str, q: str | None) -> Mapping[str, Any]:
    words = canonical.plain(q) if q else ""
    if not words:
        return {}
    return {said: (words, canonical.compact(words) or words, containing(words))}
