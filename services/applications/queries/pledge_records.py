"""Registered pledges of a period, as they are listed and exported."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from shared import canonical
from shared.postgres.grids import Grid, Sortable
from shared.postgres.literals import containing

PLEDGES: Final = Grid(
    rows="""(
        select p.*, a.number as case_number, a.pool_code, a.amount_fen, a.borrower_name_canonical,
               c.kind, c.number as right_number, c.nice_class, c.name as right_name, c.owner_name,
               c.owner_uscc, b.name as bank_name, b.uscc as bank_uscc, l.matures_on
        from pledge_registrations as p
        join applications as a on a.id = p.application_id
        join collateral as c
            on (c.application_id, c.revision, c.collateral_no)
             = (p.application_id, a.revision, p.collateral_no)
        left join banks as b on b.code = p.bank_code
        left join loans as l on l.application_id = a.id
    ) as pledge""",
    key=(Sortable("application_id", UUID), Sortable("collateral_no", int)),
    descends=False,
    sorts={"registered_on": Sortable("registered_on", date)},
)
"""From the oldest case on."""

# By the index of the days of registration, and by that of when a step was entered: no step is entered long before
# its day, and row-level security lets no index of what a step says be used.
_MET: Final = """
    select id from pledge_registrations where registered_on between {{}} and {{}}{of}
    union
    select case_id from case_moves where case_kind = 'pledge' and at >= {{}}::date - 31
      and detail ->> 'on' between {{}}::date::text and {{}}::date::text{of}"""
LONG_DAYS: Final = 92
"""The pledges of a shorter period are gathered before they are put in order: they lie together, far behind those of
earlier years. Of a longer one so many match that they are met on the way."""


def in_period(first: date, last: date, *, bank: str | None) -> Mapping[str, Any]:
    """Pledges that were entered, changed or ended in a period. `bank`: None for all that the reader may
    see."""
    form = "id in ({})" if (last - first).days > LONG_DAYS else "id = any(array({}))"
    if bank is None:
        return {form.format(_MET.format(of="")): (first, last, first, first, last)}
    of_bank = form.format(_MET.format(of=" and bank_code = {}"))
    return {of_bank: (first, last, bank, first, first, last, bank), "bank_code = {}": bank}


def meant(q: str | None) -> Mapping[str, Any]:
    """Pledges of this entry, case, right or credit code, or of a firm that is called so."""
    words = canonical.plain(q) if q else ""
    if not words:
        return {}
    said = """(registration_no = {} or case_number = {} or right_number = {} or owner_uscc = {}
        or owner_name like {} or borrower_name_canonical like {})"""
    like = containing((q or "").strip())
    own = canonical.compact(words) or words
    return {said: (words, words, words, own, like, containing(words))}
