"""What must be done by a day and is no state of a case, with the rule that sets the day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim_entitlement import entitled_on
from services.risk_pool.domain.claim_filed import Filed, Position
from services.risk_pool.domain.parties import BANK
from services.risk_pool.domain.silence import SIGN_UNTIL, reports_due, sign_until
from services.risk_pool.queries import duties as known
from services.risk_pool.queries import open_items
from services.risk_pool.queries.claims import stated_before
from services.risk_pool.queries.terms import terms_on
from shared.calendar import WorkingDays
from shared.contracts.audiences import AGREEMENT_OF_PARTY, OWED_BY_PARTY, audience_of
from shared.life_cycle import Words
from shared.months import Month
from shared.postgres.published_schemes import scheme_on
from shared.refusals import Refused
from shared.roles import PARTY_ROLES
from shared.schemes.decide.deadlines import deadline
from shared.waits.declared import Due, Duty, case_of
from shared.waits.scheduled import Finder, FinderOfSome

AGREEMENT_DAYS_AHEAD: Final = 60
"""So many days before its end an agreement stands among what is to do (assumed)."""

RECENT_DAYS: Final = 92
"""What is owed since longer stands among the waits already."""

REPORT: Final = Duty(
    kind="monthly_report",
    topic="risk_pool",
    noun=Words("月度余额报送", "monthly report"),
    what=Words("银行报送该月全部在保贷款的余额", "the bank to report the month's positions"),
    roles=("bank_operator",),
)
MONTH: Final = Duty(
    kind="month_to_sign",
    topic="risk_pool",
    noun=Words("月度结算", "monthly settlement"),
    what=Words("该月结算预览、确认并签批", "the month to be previewed, confirmed and signed"),
    roles=("finance_maker", "finance_checker"),
)
RECEIVABLE: Final = Duty(
    kind="receivable",
    topic="risk_pool",
    noun=Words("应收款", "receivable"),
    what=Words("催收应收款并登记到账", "the money to be called in and entered"),
    roles=("finance_maker",),
)
OWED: Final = Duty(
    kind="owed_by_bank",
    topic="risk_pool",
    noun=Words("应付资金池款项", "money owed to the pool"),
    what=Words("银行向资金池付款", "the bank to pay the pool"),
    roles=("bank_operator", "bank_checker"),
    escalates=False,
)
OWED_BY_OTHERS: Final = Duty(
    kind=OWED_BY_PARTY,
    topic="risk_pool",
    noun=Words("应付资金池款项", "money owed to the pool"),
    what=Words("贵方向资金池付款", "your payment to the pool"),
    roles=tuple(PARTY_ROLES),
    escalates=False,
)
"""The steps of this and of the last one below are the roles of the parties in the scheme."""
CLAIM: Final = Duty(
    kind="claim_to_file",
    topic="risk_pool",
    noun=Words("补偿申请期限", "time to claim"),
    what=Words("银行在期限内提出补偿申请，逾期不予补偿", "the bank to claim in time, or never"),
    roles=("bank_operator",),
)
AGREEMENT: Final = Duty(
    kind="agreement_ends",
    topic="risk_pool",
    noun=Words("合作协议到期", "end of an agreement"),
    what=Words("续签或登记新的合作协议", "the agreement to be renewed"),
    roles=("pool_manager",),
)
AGREEMENT_OF_OTHERS: Final = Duty(
    kind=AGREEMENT_OF_PARTY,
    topic="risk_pool",
    noun=Words("合作协议到期", "end of an agreement"),
    what=Words("贵方与资金池续签合作协议", "your agreement with the pool to be renewed"),
    roles=tuple(PARTY_ROLES),
    escalates=False,
)


async def find_reports(
    conn: asyncpg.Connection, today: date, working_days: WorkingDays
) -> Sequence[Due]:
    """A month's positions, from the first day after it, by the programme's day."""
    rows = await known.missing_reports(conn, REPORT.kind, Month.of(today).before)
    found = []
    for row in rows:
        month = Month.parse(row["month"])
        terms = await terms_on(conn, row["programme"], month.last)
        sets_it = terms is not None and "monthly_report" in terms.deadlines
        found.append(
            Due(
                case_id=case_of(REPORT.kind, row["pool_code"], row["bank_code"], row["month"]),
                number=row["month"],
                due_on=reports_due(month, terms, working_days),
                rule="月报" if sets_it else "假定：次月 10 日",
                page="/bulk",
                bank_code=row["bank_code"],
                pool_code=row["pool_code"],
            )
        )
    return found


async def find_months(
    conn: asyncpg.Connection, today: date, working_days: WorkingDays
) -> Sequence[Due]:
    """A month to be signed, until somebody has previewed it; from then on its settlement waits."""
    found = []
    for row in await known.months_to_begin(conn, Month.of(today).before):
        month = Month.parse(row["month"])
        terms = await terms_on(conn, row["programme"], month.last)
        found.append(
            Due(
                case_id=case_of(MONTH.kind, row["pool_code"], row["month"]),
                number=row["month"],
                due_on=sign_until(month, terms, working_days),
                rule=SIGN_UNTIL,
                page=f"/pools/{row['pool_code']}/settlements/{row['month']}",
                pool_code=row["pool_code"],
            )
        )
    return found


async def find_owed(
    conn: asyncpg.Connection, today: date, working_days: WorkingDays
) -> Mapping[Duty, Sequence[Due]]:
    """What parties owe the pools: for finance to call in, for the banks and for the others who owe it."""
    owed = await _owing(conn, today)
    return {
        RECEIVABLE: [one for one, _ in owed],
        OWED: [one for one, role in owed if role == BANK],
        OWED_BY_OTHERS: [
            replace(one, step=role, page="/") for one, role in owed if role in audience_of()
        ],
    }


async def _owing(conn: asyncpg.Connection, today: date) -> list[tuple[Due, str]]:
    """What is owed to the pools, each with the role of who owes it."""
    since = today - timedelta(days=RECENT_DAYS)
    kinds = [duty.kind for duty in (RECEIVABLE, OWED, OWED_BY_OTHERS)]
    return [
        (
            Due(
                case_id=case_of("item", pool_code, item.reference),
                number=item.reference,
                due_on=item.due_on,
                rule="约定之日，或入账后 10 个工作日（假定）",
                page=f"/pools/{pool_code}/cash",
                bank_code=item.party_code if role == BANK else "",
                firm=item.party_code,
                amount_fen=item.amount_fen - item.settled_fen - item.taken_off_fen,
                pool_code=pool_code,
            ),
            role,
        )
        for pool_code, item, role in await open_items.coming_in(conn, kinds, since)
        if item.due_on is not None
    ]


async def find_claims(
    conn: asyncpg.Connection, today: date, working_days: WorkingDays
) -> Sequence[Due]:
    """The time to claim that runs by what the bank has reported. A trigger that only the bank can date
    does not run before it has said so."""
    loans = await known.loans_to_claim(conn)
    history: dict[UUID, list[Position]] = defaultdict(list)
    for row in await known.reported(conn, loans):
        said = {name: value for name, value in row.items() if name != "loan_id"}
        history[row["loan_id"]].append(Position(**said, month_end=Month.parse(row["month"]).last))
    found = []
    for loan in loans:
        last = await _last_day(conn, loan, history[loan["loan_id"]], today, working_days)
        if last is not None:
            found.append(
                Due(
                    case_id=loan["loan_id"],
                    number=loan["number"],
                    due_on=last,
                    rule="提出补偿申请",
                    page=f"/claims/new?loan={loan['loan_id']}",
                    bank_code=loan["bank_code"],
                    pool_code=loan["pool_code"],
                    loan_id=loan["loan_id"],
                    firm=loan["borrower_name"],
                    amount_fen=loan["outstanding_fen"],
                )
            )
    return found


async def _last_day(
    conn: asyncpg.Connection,
    loan: Mapping[str, Any],
    history: Sequence[Position],
    today: date,
    working_days: WorkingDays,
) -> date | None:
    try:
        scheme = await scheme_on(conn, loan["programme"], loan["approved_on"])
        terms = scheme.terms(on=loan["approved_on"], mode=loan["mode"])
    except Refused:
        return None
    if "claim" not in terms.deadlines or not history:
        return None
    last = history[-1]
    since = (today - last.month_end).days if last.overdue_days > 0 else 0
    stated = Filed(
        claimed_on=today,
        stated_on=today,
        outstanding_principal_fen=last.outstanding_principal_fen,
        overdue_days=last.overdue_days + max(0, since),
        risk_class=last.risk_class,
    )
    before = await stated_before(conn, loan["loan_id"])
    entitled = entitled_on(stated, terms.trigger, history, before)
    return None if entitled is None else deadline("claim", entitled, terms, working_days)


async def find_agreements(
    conn: asyncpg.Connection, today: date, working_days: WorkingDays
) -> Mapping[Duty, Sequence[Due]]:
    """Agreements whose last day comes near, and that none follows: for the bureau, and for the
    guarantors, insurers and appraisers that they are with."""
    ending = await _ending(conn, today)
    return {
        AGREEMENT: [one for one, _ in ending],
        AGREEMENT_OF_OTHERS: [
            replace(one, page="/", bank_code="", firm=party["party_code"], step=party["role"])
            for one, party in ending
            if party["role"] in audience_of()
        ],
    }


async def _ending(conn: asyncpg.Connection, today: date) -> list[tuple[Due, asyncpg.Record]]:
    """The agreements that end soon, each with the party that it is with."""
    until = today + timedelta(days=AGREEMENT_DAYS_AHEAD)
    return [
        (
            Due(
                case_id=row["id"],
                number=row["number"],
                due_on=row["valid_to"],
                rule="协议终止日",
                page=f"/pools/{row['pool_code']}/agreements",
                bank_code=row["bank_code"] or "",
                pool_code=row["pool_code"],
            ),
            row,
        )
        for row in await known.ending_agreements(conn, until)
    ]


DUTIES: Final[Mapping[Duty, Finder]] = {
    REPORT: find_reports,
    MONTH: find_months,
    CLAIM: find_claims,
}
TOGETHER: Final[Mapping[tuple[Duty, ...], FinderOfSome]] = {
    (RECEIVABLE, OWED, OWED_BY_OTHERS): find_owed,
    (AGREEMENT, AGREEMENT_OF_OTHERS): find_agreements,
}
"""Duties that stand for the same facts, which are read once for all of them."""
