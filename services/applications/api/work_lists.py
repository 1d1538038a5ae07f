"""Meetings, demands, calls for cover and policies as lists, and as files."""

from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query

from services.applications.api.common import Anyone
from services.applications.api.cover_call_models import CallSummary
from services.applications.api.cover_calls import summary as call_summary
from services.applications.api.demand_models import DemandAnswer
from services.applications.api.enhancement_answers import PolicyAnswer, policy
from services.applications.api.enhancement_pages import DaysAhead, OverToo
from services.applications.api.financing_demands import shown as shown_demand
from services.applications.api.meeting_requests import MeetingSummary
from services.applications.api.meetings import Reader as MeetingReader
from services.applications.api.rights import Reader
from services.applications.domain import cover_call, financing_demand, meeting
from services.applications.domain.enhancement import NOT_ENDED, PolicyKind
from services.applications.queries import demands, enhancements, lists, work_lists
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.grids import Listed, Rows
from shared.http.list_filters import Amount, Code, Day, Words, days_between, fen_between
from shared.http.list_routes import serve_list
from shared.identifiers import Uscc
from shared.money import format_fen, format_fen_or_none
from shared.postgres.conditions import between
from shared.postgres.literals import literals
from shared.schemes.vocabulary import Words as Named
from shared.sheets.table_files import STATE, FileColumn, coded, yes_or_no

router = APIRouter()


class MeetingInList(MeetingSummary):
    """A meeting in the list, its state in words."""

    state_zh: str
    state_en: str


POLICY_KINDS: Final = {
    "application": Named("申请与授权", "application or grant"),
    "infringement_liability": Named("侵权责任", "infringement liability"),
    "infringement_loss": Named("被侵权损失", "loss by infringement"),
    "transfer_licence": Named("转让与许可", "transfer or licence"),
    "registration": Named("注册登记", "registration"),
    "loan_guarantee": Named("质押融资保证保险", "loan guarantee insurance"),
    "other": Named("其他", "other"),
}


async def _meetings(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[MeetingInList]:
    words = meeting.LIFE_CYCLE.states
    return [
        MeetingInList(
            **{name: row[name] for name in MeetingSummary.model_fields},
            state_zh=words[row["state"]].zh,
            state_en=words[row["state"]].en,
        )
        for row in rows
    ]


async def _demands(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[DemandAnswer]:
    offers = await demands.offers(conn, caller.institution, [row["id"] for row in rows])
    return [DemandAnswer(**shown_demand(row, offers.get(row["id"], []), caller)) for row in rows]


async def _calls(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[CallSummary]:
    today = business_date(context.clock.now())
    return [CallSummary(**call_summary(row, caller, today)) for row in rows]


async def _policies(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[PolicyAnswer]:
    today = business_date(context.clock.now())
    found = await enhancements.with_versions(conn, rows)
    return [policy(one, caller, today=today) for one in found]


MEETINGS = Listed(
    zh="联合评审会",
    en="Meetings",
    grid=work_lists.MEETINGS,
    answers=_meetings,
    names=lists.names,
    said={"state": meeting.LIFE_CYCLE.states},
    columns=(
        FileColumn("开会日期", "held on", lambda one: one.held_on, "day"),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        FileColumn("地点", "place", lambda one: one.place),
        FileColumn("召集人", "convened by", lambda one: one.convened_name),
        STATE,
    ),
)
DEMANDS = Listed(
    zh="融资需求",
    en="Demands",
    grid=work_lists.DEMANDS,
    answers=_demands,
    names=lists.names,
    said={"state": financing_demand.LIFE_CYCLE.states},
    columns=(
        FileColumn("需求编号", "demand", lambda one: one.number),
        FileColumn("企业", "firm", lambda one: one.firm_name),
        FileColumn("统一社会信用代码", "credit code", lambda one: one.uscc),
        FileColumn("金额", "amount", lambda one: format_fen(one.amount_fen), "money"),
        FileColumn("期限（月）", "months", lambda one: one.term_months, "count"),
        FileColumn("发布日期", "posted on", lambda one: one.posted_on, "day"),
        FileColumn("答复期限", "answers by", lambda one: one.due_on, "day"),
        FileColumn("推送银行数", "banks offered", lambda one: len(one.offers), "count"),
        FileColumn(
            "已答复", "answered", lambda one: sum(1 for each in one.offers if each.answer), "count"
        ),
        FileColumn("对接银行", "bank", lambda one: one.matched_bank, "name"),
        FileColumn("申请编号", "case", lambda one: one.case_number),
        FileColumn("已放款", "lent", lambda one: format_fen(one.lent_fen), "money"),
        STATE,
    ),
)  # fmt: skip
CALLS = Listed(
    zh="补足担保",
    en="Calls for cover",
    grid=work_lists.COVER_CALLS,
    answers=_calls,
    names=lists.names,
    said={"state": cover_call.LIFE_CYCLE.states},
    columns=(
        FileColumn("通知日期", "asked on", lambda one: one.asked_on, "day"),
        FileColumn("申请编号", "case", lambda one: one.case_number),
        FileColumn("借款企业", "firm", lambda one: one.borrower_name),
        FileColumn("银行", "bank", lambda one: one.bank_code, "name"),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        FileColumn("缺口", "short of", lambda one: format_fen(one.shortfall_fen), "money"),
        FileColumn("补足期限", "cover by", lambda one: one.cover_by, "day"),
        yes_or_no("已逾期", "overdue", "is_overdue"),
        STATE,
    ),
)  # fmt: skip
POLICIES = Listed(
    zh="保单",
    en="Policies",
    grid=work_lists.POLICIES,
    answers=_policies,
    names=lists.names,
    said={"kind": POLICY_KINDS},
    columns=(
        FileColumn("保单号", "policy", lambda one: one.number),
        coded("险种", "kind", "kind", POLICY_KINDS),
        FileColumn("保险人", "insurer", lambda one: one.insurer_name),
        FileColumn("企业", "firm", lambda one: one.firm_name),
        FileColumn("申请编号", "case", lambda one: one.case_number),
        FileColumn("保险金额", "insured", lambda one: format_fen_or_none(one.amount_fen), "money"),
        FileColumn("保费", "premium", lambda one: format_fen_or_none(one.premium_fen), "money"),
        FileColumn("起日", "from", lambda one: one.begins_on, "day"),
        FileColumn("止日", "until", lambda one: one.ends_on, "day"),
        FileColumn("剩余天数", "days left", lambda one: one.days_left, "count"),
    ),
)  # fmt: skip


async def _meetings_wanted(
    caller: MeetingReader,
    pool: Code = None,
    state: meeting.State | None = None,
    held_from: Day = None,
    held_to: Day = None,
) -> dict[str, Any]:
    return {
        "pool_code = {}": pool,
        "state = {}": state,
        **between("held_on", days_between("held", held_from, held_to)),
    }


async def _demands_wanted(
    caller: Anyone,
    state: financing_demand.State | None = None,
    park: Code = None,
    uscc: Annotated[Uscc | None, Query()] = None,
    q: Words = None,
    amount_from: Amount = None,
    amount_to: Amount = None,
    posted_from: Day = None,
    posted_to: Day = None,
    due_from: Day = None,
    due_to: Day = None,
) -> dict[str, Any]:
    """`q`: a number, a credit code, a part of a firm's name."""
    return {
        work_lists.OFFERED_TO: caller.bank,
        "state = {}": state,
        "park_code = {}": park,
        "uscc = {}": uscc,
        **work_lists.demands_meant(q),
        **between("amount_fen", fen_between("amount", amount_from, amount_to)),
        **between("posted_on", days_between("posted", posted_from, posted_to)),
        **between("due_on", days_between("due", due_from, due_to)),
    }


async def calls_wanted(
    caller: Reader,
    context: CurrentContext,
    case_id: UUID | None = None,
    pool: Code = None,
    bank: Code = None,
    firm: Code = None,
    right_id: Annotated[UUID | None, Query(description="A right that its loan rests on.")] = None,
    state: cover_call.State | None = None,
    overdue: Annotated[
        bool | None, Query(description="Still short, and the day has passed; or not.")
    ] = None,
    q: Words = None,
    amount_from: Amount = None,
    amount_to: Amount = None,
    due_from: Day = None,
    due_to: Day = None,
) -> dict[str, Any]:
    """Amounts are of what is short; `q`: a case's number, a credit code, a part of a firm's name."""
    return {
        "{} = bank_code": caller.bank,
        "application_id = {}": case_id,
        "pool_code = {}": pool,
        "bank_code = {}": bank,
        "borrower_uscc = {}": firm,
        work_lists.OF_RIGHT: None if right_id is None else (right_id, right_id),
        "state = {}": state,
        **work_lists.overdue_calls(overdue, business_date(context.clock.now())),
        **work_lists.calls_meant(q),
        **between("shortfall_fen", fen_between("amount", amount_from, amount_to)),
        **between("cover_by", days_between("due", due_from, due_to)),
    }


async def _policies_wanted(
    caller: Reader,
    context: CurrentContext,
    case_id: UUID | None = None,
    pool: Code = None,
    bank: Code = None,
    firm: Code = None,
    insurer: Code = None,
    kind: PolicyKind | None = None,
    within_days: DaysAhead = None,
    over_too: OverToo = False,
    q: Words = None,
    amount_from: Amount = None,
    amount_to: Amount = None,
    ends_from: Day = None,
    ends_to: Day = None,
) -> dict[str, Any]:
    """Amounts are of what is insured; `q`: a number, a case, a firm or its insurer."""
    today = business_date(context.clock.now())
    stands = f"(state in ({literals(NOT_ENDED)}) and ends_on >= {{}})"
    soon = None if over_too or within_days is None else today + timedelta(days=within_days)
    return {
        "{} = bank_code": caller.bank,
        "application_id = {}": case_id,
        "pool_code = {}": pool,
        "bank_code = {}": bank,
        "firm_uscc = {}": firm,
        "issuer_uscc = {}": insurer,
        "kind = {}": kind,
        stands: None if over_too else today,
        "ends_on <= {}::date": soon,
        **work_lists.policies_meant(q),
        **between("amount_fen", fen_between("amount", amount_from, amount_to)),
        **between("ends_on", days_between("ends", ends_from, ends_to)),
    }


serve_list(
    router, "meetings", MEETINGS, MeetingInList,
    caller=MeetingReader, wanted=_meetings_wanted, tags=("meetings",),
    says="Meetings, the youngest first where `sort` says nothing else.",
)  # fmt: skip
serve_list(
    router, "financing-demands", DEMANDS, DemandAnswer,
    caller=Anyone, wanted=_demands_wanted, tags=("financing-demands",), named="demands",
    says="Demands, the newest first where `sort` says nothing else; a bank sees those that it was"
    "\noffered, with its own answer.",
)  # fmt: skip
serve_list(
    router, "cover-calls", CALLS, CallSummary,
    caller=Reader, wanted=calls_wanted, tags=("calls for cover",), named="cover_calls",
    says="Calls for cover that you may see, the youngest first where `sort` says nothing else.",
)  # fmt: skip
serve_list(
    router, "policies", POLICIES, PolicyAnswer,
    caller=Reader, wanted=_policies_wanted, tags=("policies",),
    says="Policies that you may see, the first to end first where `sort` says nothing else.",
)  # fmt: skip
