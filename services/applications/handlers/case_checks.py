"""Every check of a case asked anew, with its figures, for whoever decides."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import asyncpg

from services.applications.domain.check_lines import CheckLine, check_lines
from services.applications.domain.enhancement import insurance_line
from services.applications.domain.listed_firms import matches_unsaid
from services.applications.domain.lists_checked import ListChecked, hits, not_checked
from services.applications.domain.programme import facts_of
from services.applications.domain.ranks import seen_under
from services.applications.handlers.case_in_hand import terms_or_none
from services.applications.handlers.paper_checklist import against_papers
from services.applications.handlers.submission import reasons_against
from services.applications.queries.enhancements import as_enhancement, of_case
from services.applications.queries.submitted import submitted
from services.applications.queries.surroundings import surroundings
from shared.life_cycle import Row
from shared.postgres.published_schemes import scheme_on
from shared.schemes.terms import Terms


async def lines_of(
    conn: asyncpg.Connection,
    row: Row,
    *,
    today: date,
    lists_checked: Sequence[ListChecked] | None = None,
) -> tuple[CheckLine, ...]:
    """By the terms and values of a day. `lists_checked` are the lists that were looked at for a
    decision; None: nobody decides yet, and none is asked for."""
    asked = await submitted(conn, row)
    known = await surroundings(
        conn, asked, bank_code=row["bank_code"], except_case=row["id"], today=today
    )
    assert known.around is not None, "a case has a pool"
    around = replace(known.around, credit_hits=hits(lists_checked or ()))
    register, decides = around.register, lists_checked is not None
    terms = await terms_or_none(conn, known.programme, row["mode"], today)
    around = seen_under(around, terms)
    facts = None
    if terms is not None:
        scheme = await scheme_on(conn, known.programme, today)
        facts = facts_of(asked, scheme, around, terms)
    found = (
        *await reasons_against(conn, asked, around, programme=known.programme),
        *await against_papers(conn, row, asked.documents, today=today),
        *(not_checked(lists_checked or (), terms, on=today) if decides and terms else ()),
        *(matches_unsaid(register, terms, on=today) if terms else ()),
    )
    lines = check_lines(asked, around, facts, terms, found)
    insurance = await insurance_of(conn, row, terms, amount_fen=row["amount_fen"], day=today)
    return lines if insurance is None else (*lines, insurance)


async def insurance_of(
    conn: asyncpg.Connection, row: Row, terms: Terms | None, *, amount_fen: int, day: date
) -> CheckLine | None:
    """Whether live policies cover an amount on a day, where the scheme lets an insurer bear; shown
    to who decides, and no reason to refuse."""
    kept = [as_enhancement(one) for one in await of_case(conn, row["id"])]
    return insurance_line(
        terms,
        [one for one in kept if one.form == "policy"],
        amount_fen=amount_fen,
        bank_code=row["bank_code"],
        day=day,
    )
