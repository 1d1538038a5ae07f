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
from services.risk_pool.queries.claims import stated_before_of
from services.risk_pool.tables.facts import (
    AGREEMENTS,
    CLAIM_LIVES,
    IN_COVER,
    ITEMS,
    MONTH_BEGUN,
    POOL,
    POSITIONS,
)
from shared.contracts.audiences import AGREEMENT_OF_PARTY, OWED_BY_PARTY, audience_of
from shared.life_cycle import Words
from shared.months import Month
from shared.postgres.published_schemes import schemes_on
from shared.postgres.touched import About
from shared.refusals import Refused
from shared.roles import PARTY_ROLES
from shared.schemes.decide.deadlines import deadline
from shared.schemes.scheme import Scheme
from shared.schemes.terms import Terms
from shared.waits.declared import Due, Duty, case_of
from shared.waits.scheduled import Asked, Watched

Found = Mapping[Duty, Sequence[Due]]

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
    in_working_days=True,
)
MONTH: Final = Duty(
    kind="month_to_sign",
    topic="risk_pool",
    noun=Words("月度结算", "monthly settlement"),
    what=Words("该月结算预览、确认并签批", "the month to be previewed, confirmed and signed"),
    roles=("finance_maker", "finance_checker"),
    in_working_days=True,
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


async def find_reports(conn: asyncpg.Connection, asked: Asked) -> Found:
    """A month's positions, from the first day after it, by the programme's day."""
    rows = await known.missing_reports(
        conn, REPORT.kind, Month.of(asked.today).before,
        pools=pools_of(asked), banks=None if asked.about.banks is None else sorted(asked.about.banks),
    )  # fmt: skip
    terms_of = await _terms_at_the_end(conn, rows)
    found = []
    for row in rows:
        month = Month.parse(row["month"])
        terms = terms_of.get((row["programme"], month))
        sets_it = terms is not None and "monthly_report" in terms.deadlines
        found.append(
            Due(
                case_id=case_of(REPORT.kind, row["pool_code"], row["bank_code"], row["month"]),
                number=row["month"],
                due_on=reports_due(month, terms, asked.working_days),
                rule="月报" if sets_it else "假定：次月 10 日",
                page="/bulk",
                bank_code=row["bank_code"],
                pool_code=row["pool_code"],
            )
        )
    return {REPORT: found}


async def of_their_banks(conn: asyncpg.Connection, about: About) -> About:
    """A report is of a bank and a pool, not of one loan."""
    if about.loans is None:
        return replace(about, banks=None)
    pools, banks = await known.where_they_stand(conn, sorted(about.loans))
    return About(pools=frozenset(pools), banks=frozenset(banks))


async def find_months(conn: asyncpg.Connection, asked: Asked) -> Found:
    """A month to be signed, until somebody has previewed it; from then on its settlement waits."""
    rows = await known.months_to_begin(conn, Month.of(asked.today).before, pools_of(asked))
    terms_of = await _terms_at_the_end(conn, rows)
    found = []
    for row in rows:
        month = Month.parse(row["month"])
        terms = terms_of.get((row["programme"], month))
        found.append(
            Due(
                case_id=case_of(MONTH.kind, row["pool_code"], row["month"]),
                number=row["month"],
                due_on=sign_until(month, terms, asked.working_days),
                rule=SIGN_UNTIL,
                page=f"/pools/{row['pool_code']}/settlements/{row['month']}",
                pool_code=row["pool_code"],
            )
        )
    return {MONTH: found}


async def _terms_at_the_end(
    conn: asyncpg.Connection, rows: Sequence[Mapping[str, Any]]
) -> Mapping[tuple[str, Month], Terms]:
    """The terms of each programme on the last day of each month that is asked about."""
    asked = {(row["programme"], Month.parse(row["month"])) for row in rows}
    schemes = await schemes_on(conn, {(name, month.last) for name, month in asked})
    return {
        (name, month): schemes[name, month.last].terms(on=month.last)
        for name, month in asked
        if (name, month.last) in schemes
    }


async def find_owed(conn: asyncpg.Connection, asked: Asked) -> Found:
    """What parties owe the pools: for finance to call in, for the banks and for the others who owe it."""
    owed = await _owing(conn, asked)
    return {
        RECEIVABLE: [one for one, _ in owed],
        OWED: [one for one, role in owed if role == BANK],
        OWED_BY_OTHERS: [
            replace(one, step=role, page="/") for one, role in owed if role in audience_of()
        ],
    }


async def _owing(conn: asyncpg.Connection, asked: Asked) -> list[tuple[Due, str]]:
    """What is owed to the pools, each with the role of who owes it."""
    since = asked.today - timedelta(days=RECENT_DAYS)
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
        for pool_code, item, role in await open_items.coming_in(conn, kinds, since, pools_of(asked))
        if item.due_on is not None
    ]


async def find_claims(conn: asyncpg.Connection, asked: Asked) -> Found:
    """The time to claim that runs by what the bank has reported. A trigger that only the bank can date
    does not run before it has said so."""
    about = asked.about.loans
    loans = await known.loans_to_claim(conn, None if about is None else sorted(about))
    ids = [loan["loan_id"] for loan in loans]
    history: dict[UUID, list[Position]] = defaultdict(list)
    for row in await known.reported(conn, loans):
        said = {name: value for name, value in row.items() if name != "loan_id"}
        history[row["loan_id"]].append(Position(**said, month_end=Month.parse(row["month"]).last))
    stated = await stated_before_of(conn, ids)
    schemes = await schemes_on(conn, {(loan["programme"], loan["approved_on"]) for loan in loans})
    found = []
    for loan in loans:
        scheme = schemes.get((loan["programme"], loan["approved_on"]))
        loan_id = loan["loan_id"]
        last = _last_day(loan, scheme, history[loan_id], stated.get(loan_id, {}), asked)
        if last is not None:
            found.append(
                Due(
                    case_id=loan_id,
                    number=loan["number"],
                    due_on=last,
                    rule="提出补偿申请",
                    page=f"/claims/new?loan={loan_id}",
                    bank_code=loan["bank_code"],
                    pool_code=loan["pool_code"],
                    loan_id=loan_id,
                    firm=loan["borrower_name"],
                    amount_fen=loan["outstanding_fen"],
                )
            )
    return {CLAIM: found}


def _last_day(
    loan: Mapping[str, Any],
    scheme: Scheme | None,
    history: Sequence[Position],
    stated_before: Mapping[str, date],
    asked: Asked,
) -> date | None:
    if scheme is None:
        return None
    try:
        terms = scheme.terms(on=loan["approved_on"], mode=loan["mode"])
    except Refused:
        return None
    if "claim" not in terms.deadlines or not history:
        return None
    last = history[-1]
    since = (asked.today - last.month_end).days if last.overdue_days > 0 else 0
    stated = Filed(
        claimed_on=asked.today,
        stated_on=asked.today,
        outstanding_principal_fen=last.outstanding_principal_fen,
        overdue_days=last.overdue_days + max(0, since),
        risk_class=last.risk_class,
    )
    entitled = entitled_on(stated, terms.trigger, history, stated_before)
    return None if entitled is None else deadline("claim", entitled, terms, asked.working_days)


async def find_agreements(conn: asyncpg.Connection, asked: Asked) -> Found:
    """Agreements whose last day comes near, and that none follows: for the bureau, and for the
    guarantors, insurers and appraisers that they are with."""
    ending = await _ending(conn, asked)
    return {
        AGREEMENT: [one for one, _ in ending],
        AGREEMENT_OF_OTHERS: [
            replace(one, page="/", bank_code="", firm=party["party_code"], step=party["role"])
            for one, party in ending
            if party["role"] in audience_of()
        ],
    }


async def _ending(conn: asyncpg.Connection, asked: Asked) -> list[tuple[Due, asyncpg.Record]]:
    """The agreements that end soon, each with the party that it is with."""
    until = asked.today + timedelta(days=AGREEMENT_DAYS_AHEAD)
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
        for row in await known.ending_agreements(conn, until, pools_of(asked))
    ]


def pools_of(asked: Asked) -> list[str] | None:
    """The pools that are asked about; None: all."""
    return None if asked.about.pools is None else sorted(asked.about.pools)


DUTIES: Final = (
    Watched(
        duties=(REPORT,),
        find=find_reports,
        facts=frozenset({POSITIONS, IN_COVER, POOL}),
        widen=of_their_banks,
    ),
    Watched(duties=(MONTH,), find=find_months, facts=frozenset({MONTH_BEGUN, POOL})),
    Watched(duties=(CLAIM,), find=find_claims, facts=frozenset({POSITIONS, IN_COVER, CLAIM_LIVES})),
    Watched(
        duties=(RECEIVABLE, OWED, OWED_BY_OTHERS),
        find=find_owed,
        facts=frozenset({ITEMS, AGREEMENTS}),
    ),
    Watched(
        duties=(AGREEMENT, AGREEMENT_OF_OTHERS),
        find=find_agreements,
        facts=frozenset({AGREEMENTS, POOL}),
    ),
)
