"""Due days of the registers, extracts and due-diligence reports as lists, and as files."""

from datetime import date
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query

from services.applications.api import due_diligence, register_due, register_extracts
from services.applications.api.rights import Code as Firm
from services.applications.api.rights import Reader
from services.applications.domain.due_diligence import Subject
from services.applications.domain.register_due import Duty
from services.applications.domain.waiting import lamp_days
from services.applications.queries import due_diligence as reports_read
from services.applications.queries import extracts as extracts_read
from services.applications.queries import lists
from services.applications.queries import register_work_lists as grids
from services.applications.queries.submitted import case_row
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.grids import Listed, Rows
from shared.http.list_filters import Code, Day, Words, days_between
from shared.http.list_routes import serve_list
from shared.postgres.conditions import between
from shared.schemes.vocabulary import IP_KINDS
from shared.schemes.vocabulary import Words as Named
from shared.sheets.table_files import FileColumn, coded, yes_or_no

router = APIRouter()

Register = Literal["patent", "trademark", "copyright"]
DUTIES: Final = {
    "register": Named("办理质押登记", "register the pledge"),
    "extend": Named("办理质押延期", "extend its term"),
    "change": Named("办理质押变更", "change the pledgor's name"),
    "cancel": Named("办理质押注销", "cancel the pledge"),
}
REGISTERS: Final = {
    "patent": Named("专利", "patents"),
    "trademark": Named("商标", "trade marks"),
    "copyright": Named("著作权", "copyright"),
}
PROGRESS: Final = {
    "waiting": Named("排队中", "waiting"),
    "working": Named("处理中", "being gone through"),
    "finished": Named("处理完毕", "gone through"),
    "refused": Named("未能读取", "could not be read"),
}
SUBJECTS: Final = {
    "right": Named("权利", "a right"),
    "firm": Named("企业", "a firm"),
    "package": Named("专利包", "a package of rights"),
}


async def _due_days(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[register_due.RegisterDueAnswer]:
    today = business_date(context.clock.now())
    return [register_due.answer(row, today, context.working_days) for row in rows]


async def _extracts(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[register_extracts.ExtractAnswer]:
    counted = await extracts_read.counted(conn, [row["id"] for row in rows])
    return [register_extracts.answer({**row, **counted[row["id"]]}) for row in rows]


async def _reports(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[due_diligence.ReportShown]:
    today = business_date(context.clock.now())
    rights = await reports_read.rights(conn, [one for row in rows for one in row["right_ids"]])
    return [due_diligence.shown(row, rights, today=today) for row in rows]


DUE_DAYS = Listed(
    zh="登记期限",
    en="Due days of the registers",
    grid=grids.DUE_DAYS,
    answers=_due_days,
    names=lists.names,
    said={"duty": DUTIES},
    columns=(
        FileColumn("期限", "due on", lambda one: one.due_on, "day"),
        FileColumn("剩余工作日", "working days left", lambda one: one.working_days_left, "count"),
        coded("登记事项", "what", "duty", DUTIES),
        FileColumn("自", "since", lambda one: one.since, "day"),
        FileColumn("申请编号", "case", lambda one: one.case_number),
        FileColumn("借款企业", "firm", lambda one: one.borrower_name),
        FileColumn("银行", "bank", lambda one: one.bank_code, "name"),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        FileColumn("借据号", "loan", lambda one: one.loan_no or ""),
        coded("权利种类", "kind", "right_kind", IP_KINDS),
        FileColumn("权利号码", "right", lambda one: one.right_number),
        FileColumn("权利名称", "its name", lambda one: one.right_name),
        FileColumn("登记证号", "entry", lambda one: one.registration_no or ""),
        FileColumn("原名称", "name before", lambda one: one.name_before or ""),
        FileColumn("现名称", "name since", lambda one: one.name_after or ""),
        FileColumn(
            "办理时限", "term", lambda one: one.term_zh, in_english=lambda one: one.term_en
        ),
    ),
)  # fmt: skip
EXTRACTS = Listed(
    zh="登记簿副本",
    en="Extracts of registers",
    grid=grids.EXTRACTS,
    answers=_extracts,
    names=lists.names,
    said={"register": REGISTERS},
    columns=(
        FileColumn("文件", "file", lambda one: one.filename),
        coded("登记机关", "register", "register_code", REGISTERS),
        FileColumn("出具日期", "day", lambda one: one.day, "day"),
        FileColumn("银行", "bank", lambda one: "" if one.bank_code == "*" else one.bank_code, "name"),
        FileColumn("导入人", "brought in by", lambda one: one.sent_name),
        FileColumn("导入日期", "brought in on", lambda one: business_date(one.sent_at), "day"),
        coded("处理情况", "progress", "progress", PROGRESS),
        FileColumn("一致", "the same", lambda one: one.agrees, "count"),
        FileColumn("不一致", "different", lambda one: one.differs, "count"),
        FileColumn("未登记的权利", "unknown rights", lambda one: one.unknown_rights, "count"),
        FileColumn("无法读取", "unreadable", lambda one: one.rows_wrong, "count"),
        FileColumn("可采用", "to be taken over", lambda one: one.to_take, "count"),
        FileColumn("已采用", "taken over", lambda one: one.taken, "count"),
        FileColumn("不利消息", "bad news", lambda one: one.bad_news, "count"),
    ),
)  # fmt: skip
REPORTS = Listed(
    zh="尽职调查报告",
    en="Due-diligence reports",
    grid=grids.REPORTS,
    answers=_reports,
    names=lists.names,
    said={"subject": SUBJECTS},
    columns=(
        FileColumn("报告日期", "written on", lambda one: one.written_on, "day"),
        coded("对象", "about", "subject", SUBJECTS),
        FileColumn("企业信用代码", "firm", lambda one: one.firm_uscc or ""),
        FileColumn(
            "权利号码", "rights", lambda one: "、".join(each.number for each in one.rights),
            in_english=lambda one: ", ".join(each.number for each in one.rights),
        ),
        FileColumn("出具人", "written by", lambda one: one.author),
        FileColumn("有效期至", "valid until", lambda one: one.valid_until, "day"),
        yes_or_no("已过期", "over", "is_over"),
        FileColumn("结论", "conclusion", lambda one: one.conclusion),
        FileColumn("申请编号", "case", lambda one: one.case_number or ""),
        FileColumn("银行", "bank", lambda one: "" if one.bank_code == "*" else one.bank_code, "name"),
        FileColumn("登记人", "entered by", lambda one: one.entered_name),
    ),
)  # fmt: skip


async def _due_days_wanted(
    caller: Reader,
    context: CurrentContext,
    bank: Code = None,
    pool: Code = None,
    duty: Annotated[Duty | None, Query()] = None,
    late: Annotated[bool, Query(description="Only what is late.")] = False,
    q: Words = None,
    due_from: Day = None,
    due_to: Day = None,
) -> dict[str, Any]:
    """`q`: a case, an entry, a right's number, a loan, a credit code, a part of a firm's name."""
    today = business_date(context.clock.now())
    passed: date | None = None
    if late:
        passed = lamp_days("red", today=today, working_days=context.working_days)[1]
    return {
        "{} = bank_code": caller.bank,
        "bank_code = {}": bank,
        "pool_code = {}": pool,
        "duty = {}": duty,
        "due_on < {}": passed,
        **grids.due_days_meant(q),
        **between("due_on", days_between("due", due_from, due_to)),
    }


async def _extracts_wanted(
    caller: Reader,
    register: Register | None = None,
    bank: Code = None,
    to_take: Annotated[bool | None, Query(description="Differences are open, or none is.")] = None,
    bad_news: bool | None = None,
    q: Words = None,
    sent_from: Day = None,
    sent_to: Day = None,
) -> dict[str, Any]:
    """`q`: a part of a file's name."""
    return {
        "given ->> 'register' = {}": register,
        "bank_code = {}": bank,
        **grids.extracts_with(to_take, bad_news),
        **grids.extracts_meant(q),
        **between(grids.OF_SENDER, days_between("sent", sent_from, sent_to)),
    }


async def reports_wanted(
    caller: Reader,
    context: CurrentContext,
    case_id: UUID | None = None,
    right_id: UUID | None = None,
    firm: Firm = None,
    subject: Subject | None = None,
    bank: Code = None,
    over: Annotated[bool | None, Query(description="Its last day is over, or not.")] = None,
    q: Words = None,
    written_from: Day = None,
    written_to: Day = None,
) -> dict[str, Any]:
    """`q`: a case, a credit code, a part of who wrote it or of a borrower's name."""
    if case_id is not None:
        async with context.database.looking(caller.institution) as conn:
            await case_row(conn, case_id)
    return {
        "{} = bank_code": caller.bank,
        "application_id = {}": case_id,
        grids.OF_RIGHT: right_id,
        "firm_uscc = {}": firm,
        "subject = {}": subject,
        "bank_code = {}": bank,
        **grids.reports_over(over, business_date(context.clock.now())),
        **grids.reports_meant(q),
        **between("written_on", days_between("written", written_from, written_to)),
    }


serve_list(
    router, "register-due-days", DUE_DAYS, register_due.RegisterDueAnswer,
    caller=Reader, wanted=_due_days_wanted, tags=("pledges",), named="due_days",
    says="What the registers have still to enter: pledges of reserved cases and of loans that are out,"
    "\nlonger terms after an extension, new names of pledgors, ends of pledges whose debt is gone. Late"
    "\nones first where `sort` says nothing else. The register's entry alone takes one off the list.",
)  # fmt: skip
serve_list(
    router, "register-extracts", EXTRACTS, register_extracts.ExtractAnswer,
    caller=Reader, wanted=_extracts_wanted, tags=("register extracts",), named="extracts",
    says="The extracts that were brought in (`POST /bulk-files?kind=extracts`), the last one first where"
    "\n`sort` says nothing else.",
)  # fmt: skip
serve_list(
    router, "due-diligence-reports", REPORTS, due_diligence.ReportShown,
    caller=Reader, wanted=reports_wanted, tags=("due diligence",), named="reports",
    says="Reports that you may see, the youngest first where `sort` says nothing else: all, or those of a"
    "\ncase, a right or a firm.",
)  # fmt: skip
