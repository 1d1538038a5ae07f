"""What must be done by a day and is no state of a case, with the rule that sets the day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.queries import duties as known
from services.applications.tables.facts import (
    CASE_OVER,
    LETTERS,
    LOAN_CLAIMED,
    LOAN_MATURITY,
    LOAN_SERVED,
    OFFERS,
    POLICIES,
    RIGHT_ALERTS,
    UNDO_ASKED,
    VALUATIONS,
)
from shared.life_cycle import Words
from shared.postgres.touched import About
from shared.waits.declared import Due, Duty, case_of
from shared.waits.scheduled import Asked, Watched

Found = Mapping[Duty, Sequence[Due]]

DAYS_AHEAD: Final = 30
"""So many days before its end a loan, a policy or a value stands among what is to do (assumed)."""

_BANK: Final = ("bank_operator",)

LETTER: Final = Duty(
    kind="letter",
    topic="applications",
    noun=Words("来函", "letter"),
    what=Words("银行答复来函", "the bank to answer the letter"),
    roles=_BANK,
)
MATURITY: Final = Duty(
    kind="maturity",
    topic="applications",
    noun=Words("贷款到期", "maturity of a loan"),
    what=Words("到期收回、续贷或展期，并报送结果", "the loan to be collected, renewed or extended"),
    roles=_BANK,
)
DANGER: Final = Duty(
    kind="right_in_danger",
    topic="applications",
    noun=Words("质押权利预警", "danger to a pledged right"),
    what=Words("处理权利预警并登记措施", "something to be done about the right, and entered"),
    roles=_BANK,
)
ENHANCEMENT: Final = Duty(
    kind="enhancement_ends",
    topic="applications",
    noun=Words("保险或担保到期", "end of a policy or guarantee"),
    what=Words("续保或续签担保", "the policy or guarantee to be renewed"),
    roles=_BANK,
)
VALUE: Final = Duty(
    kind="value_ends",
    topic="applications",
    noun=Words("评估有效期", "validity of a valuation"),
    what=Words("重新评估质押权利", "the pledged right to be valued anew"),
    roles=_BANK,
)
UNDO: Final = Duty(
    kind="undo_request",
    topic="applications",
    noun=Words("撤销请求", "request to undo"),
    what=Words("另一人确认撤销放款、备案或提款", "another person to confirm what is taken back"),
    roles=("bank_checker", "reviewer"),
)
OFFER: Final = Duty(
    kind="demand_offer",
    topic="applications",
    noun=Words("融资需求答复", "answer to a financing demand"),
    what=Words("银行答复融资需求", "the bank to answer the demand"),
    roles=_BANK,
)


async def find_undo_requests(conn: asyncpg.Connection, asked: Asked) -> Found:
    """What a bank's second person has to confirm or leave."""
    return {UNDO: _of_loans(UNDO, await known.undo_requests(conn, loans_of(asked)), rule="")}


async def find_letters(conn: asyncpg.Connection, asked: Asked) -> Found:
    """Letters with a day for the answer."""
    rows = await known.unanswered_letters(conn, loans_of(asked))
    return {LETTER: _of_loans(LETTER, rows, rule="来函规定的答复期限")}


async def find_maturities(conn: asyncpg.Connection, asked: Asked) -> Found:
    """Loans that mature soon or have matured and are still owed."""
    rows = await known.maturing_loans(conn, loans_of(asked), _ahead_of(asked))
    return {MATURITY: _of_loans(MATURITY, rows, rule="贷款到期日")}


async def with_what_they_renew(conn: asyncpg.Connection, about: About) -> About:
    """A loan that is paid out ends the wait of the one that it renews."""
    if about.loans is None:
        return about
    return about | About(loans=frozenset(await known.renewed_by(conn, sorted(about.loans))))


async def find_dangers(conn: asyncpg.Connection, asked: Asked) -> Found:
    """Fees, expiries, seizures that were told and not acted on."""
    rows = await known.dangers_without_measure(conn, loans_of(asked), _ahead_of(asked))
    return {DANGER: _of_loans(DANGER, rows, rule="登记机关的期限", page="/register/endangered")}


async def find_enhancements(conn: asyncpg.Connection, asked: Asked) -> Found:
    """Policies and guarantees that run out before their loan is paid."""
    rows = await known.ending_enhancements(conn, loans_of(asked), _ahead_of(asked))
    return {ENHANCEMENT: _of_loans(ENHANCEMENT, rows, rule="保单或保函终止日")}


async def find_values(conn: asyncpg.Connection, asked: Asked) -> Found:
    """Valuations that run out while the right is pledged."""
    rows = await known.ending_values(conn, loans_of(asked), _ahead_of(asked))
    return {VALUE: _of_loans(VALUE, rows, rule="评估报告有效期")}


async def find_offers(conn: asyncpg.Connection, asked: Asked) -> Found:
    """Demands that wait for a bank's answer."""
    numbers = asked.about.numbers
    return {
        OFFER: [
            Due(
                case_id=case_of(OFFER.kind, str(row["demand_id"]), row["bank_code"]),
                number=row["number"],
                due_on=row["due_on"],
                rule="发布时规定的答复期限",
                page=f"/demands/{row['demand_id']}",
                bank_code=row["bank_code"],
            )
            for row in await known.unanswered_offers(
                conn, None if numbers is None else sorted(numbers)
            )
        ]
    }


def loans_of(asked: Asked) -> list[UUID] | None:
    """The loans that are asked about; None: all."""
    return None if asked.about.loans is None else sorted(asked.about.loans)


def _ahead_of(asked: Asked) -> date:
    return asked.today + timedelta(days=DAYS_AHEAD)


def _of_loans(
    duty: Duty, rows: Iterable[Mapping[str, Any]], *, rule: str, page: str = ""
) -> Sequence[Due]:
    """Each row once: two loans may rest on one right, one alert may be told of both."""
    found = {case_of(duty.kind, str(row["loan_id"]), str(row.get("id") or "")): row for row in rows}
    return [
        Due(
            case_id=case_id,
            number=row["number"],
            due_on=row["due_on"],
            rule=rule,
            page=page or f"/cases/{row['loan_id']}",
            bank_code=row["bank_code"],
            pool_code=row["pool_code"],
            loan_id=row["loan_id"],
            firm=row["borrower_name"],
        )
        for case_id, row in found.items()
    ]


_OF_LOANS: Final = frozenset({LOAN_SERVED, LOAN_CLAIMED})

DUTIES: Final = (
    Watched(duties=(UNDO,), find=find_undo_requests, facts=frozenset({UNDO_ASKED, LOAN_SERVED})),
    Watched(duties=(LETTER,), find=find_letters, facts=frozenset({LETTERS, CASE_OVER})),
    Watched(
        duties=(MATURITY,),
        find=find_maturities,
        facts=frozenset({LOAN_SERVED, LOAN_CLAIMED, LOAN_MATURITY}),
        widen=with_what_they_renew,
    ),
    Watched(duties=(DANGER,), find=find_dangers, facts=_OF_LOANS | {RIGHT_ALERTS}),
    Watched(duties=(ENHANCEMENT,), find=find_enhancements, facts=_OF_LOANS | {POLICIES}),
    Watched(duties=(VALUE,), find=find_values, facts=_OF_LOANS | {VALUATIONS}),
    Watched(duties=(OFFER,), find=find_offers, facts=frozenset({OFFERS})),
)
