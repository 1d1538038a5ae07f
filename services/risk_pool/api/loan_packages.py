"""Loan packages for securitisation: chosen and frozen, approved, exported as a tape, ended."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query, Request, Response
from pydantic import ConfigDict, Field

from services.risk_pool.api.case_requests import Opinion, Refusal
from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor
from services.risk_pool.api.cases import Anyone, CaseStep, add_steps, presented, step_context
from services.risk_pool.api.reports import XLSX
from services.risk_pool.domain.loan_package import (
    LIFE_CYCLE,
    Action,
    Change,
    Filter,
    State,
    change_since,
    rounded_days,
    share_bp,
)
from services.risk_pool.handlers import loan_packages as handlers
from services.risk_pool.queries import loan_packages as known
from services.risk_pool.reports.loan_tape import COLUMNS, as_csv, as_workbook
from services.risk_pool.reports.words import Language
from services.risk_pool.tables.loan_packages import PACKAGES
from shared.auth.identity import Identity
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.part_in import part_in
from shared.http.requests import IsoDate, RequestBody, ShortText
from shared.money import MONEY_NAMES, Fen, RequestFen
from shared.refusals import FieldFault, FieldsWrong, NotFound
from shared.transitions import history_of

router = APIRouter(tags=["loan packages"])

Manager = Annotated[Identity, part_in(LIFE_CYCLE, Action.FREEZE)]
_Code = Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9_-]*$")]
_Lang = Annotated[Language, Query(description="Of the headings.")]

_EXAMPLE: dict[str, Any] = {
    "name": "2026 年第一期知识产权质押贷款资产包",
    "bank_code": "ICBC-TJ",
    "balance_from": "100000.00",
    "matures_from": "2026-12-31",
    "not_overdue": True,
}


class NewPackage(RequestBody):
    """Which loans of the pool the package is to have: those in cover with a balance that fit every
    condition and are in no live package."""

    model_config = ConfigDict(**MONEY_NAMES, json_schema_extra={"examples": [_EXAMPLE]})

    name: ShortText
    bank_code: _Code = Field(
        "", description="One bank's loans: the package is that bank's. Left out: the bureau's own."
    )
    mode: _Code = Field("", description="The product, by its sharing mode.")
    ip_kind: _Code = Field("", description="Kind of right; `several` for mixed pledges.")
    balance_from_fen: RequestFen | None = None
    balance_to_fen: RequestFen | None = None
    matures_from: IsoDate | None = None
    matures_to: IsoDate | None = None
    not_overdue: bool = Field(True, description="Only loans that were not overdue when reported.")

    def as_filter(self) -> Filter:
        """The conditions. Raises FieldsWrong where a span ends before it begins."""
        faults = [
            FieldFault(
                (name,), "ends-before-it-begins", "上限低于下限", "It ends before it begins."
            )
            for name, low, high in (
                ("balance_to", self.balance_from_fen, self.balance_to_fen),
                ("matures_to", self.matures_from, self.matures_to),
            )
            if low is not None and high is not None and high < low  # type: ignore[operator]
        ]
        if faults:
            raise FieldsWrong(faults)
        return Filter(**{name: getattr(self, name) for name in Filter.__dataclass_fields__})


class PackageInList(Money):
    """A package with its frozen totals."""

    id: UUID
    number: str = Field(examples=["DL-L-2026-0001"])
    pool_code: str
    bank_code: str = Field(description='Whose loans these are; "" is the bureau\'s own package.')
    name: str
    state: State
    state_zh: str
    state_en: str
    frozen_on: date
    loans: int
    firms: int
    balance_fen: Fen
    rest_days: str = Field(
        description="Rest term weighted by balance, rounded once to two decimals.",
        examples=["271.43"],
    )
    rest_days_exact: str = Field(description="The same as a fraction.", examples=["1900/7"])
    largest_ten_fen: Fen = Field(description="What the ten firms that owe most owe together.")
    largest_ten_bp: int = Field(description="Of the balance, in basis points.")
    left_out: int = Field(description="Loans that fit and were in another live package.")
    version: int
    made_by_name: str
    made_at: datetime
    approved_by_name: str | None
    approved_at: datetime | None
    closed_on: date | None
    close_reason: str
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class ChangesSince(Money):
    """Where the loans stand now, against what was frozen."""

    balance_fen: Fen = Field(description="Of those that are still in cover.")
    counts: dict[Change, int]


class PackageAnswer(PackageInList):
    """A package with its filter, what became of its loans since, and its history."""

    chosen_by: dict[str, Any]
    columns: list[str] = Field(description="The columns of the tape, in their order.")
    since: ChangesSince
    history: list[MoveAnswer]


class PackagedLoan(Money):
    """A loan as it was frozen, and where it stands now."""

    row_no: int
    loan_id: UUID
    number: str
    loan_no: str
    bank_code: str
    borrower_uscc: str
    borrower_name: str
    ip_kind: str
    balance_fen: Fen
    rest_days: int
    overdue_days: int
    risk_class: str
    change: Change = Field(description="The gravest one since.")
    balance_now_fen: Fen
    overdue_days_now: int
    risk_class_now: str
    released_on: date | None


@router.post("/pools/{code}/loan-packages", status_code=201, response_model=PackageAnswer)
async def freeze_package(
    code: str, body: NewPackage, request: Request, caller: Manager, context: CurrentContext
) -> Response:
    """Choose loans by a filter and freeze them under a number, with their totals; another person
    approves. A loan is in one live package at most, also when two are made at once."""
    making = step_context(request, caller, context)

    async def work(conn: asyncpg.Connection) -> Answer:
        package_id = await handlers.freeze(
            conn, code, name=body.name, wanted=body.as_filter(), context=making
        )
        answer = await detail(conn, package_id, caller)
        where = f"/api/v1/loan-packages/{package_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/loan-packages")
async def list_packages(
    caller: Anyone,
    context: CurrentContext,
    pool: Annotated[str | None, Query(max_length=40)] = None,
    bank: Annotated[str | None, Query(max_length=40)] = None,
    state: State | None = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[PackageInList]:
    """Packages, the youngest first. A bank sees those of its own loans."""
    async with context.database.looking(caller.institution) as conn:
        rows = await known.page(
            conn, institution=caller.institution, pool=pool, bank=bank, state=state,
            before=decode_cursor(cursor, UUID)[0] if cursor is not None else None,
            limit=limit + 1,
        )  # fmt: skip
    items = [PackageInList(**_shown(row, caller)) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.id))


@router.get("/loan-packages/{package_id}")
async def show_package(
    package_id: UUID, response: Response, caller: Anyone, context: CurrentContext
) -> PackageAnswer:
    """A package with its filter, its frozen totals, and what became of its loans since."""
    async with context.database.looking(caller.institution) as conn:
        answer = await detail(conn, package_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.get("/loan-packages/{package_id}/loans")
async def list_packaged_loans(
    package_id: UUID,
    caller: Anyone,
    context: CurrentContext,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[PackagedLoan]:
    """The loans of a package as they were frozen, each with the gravest change since."""
    after = decode_cursor(cursor, int)[0] if cursor is not None else 0
    async with context.database.looking(caller.institution) as conn:
        await _found(conn, package_id, caller)
        rows = await known.loans(conn, package_id, after=max(0, min(after, 10**6)), limit=limit + 1)
    return page_of([_loan(row) for row in rows], limit, lambda item: encode_cursor(item.row_no))


@router.get(
    "/loan-packages/{package_id}/tape.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def read_tape_as_csv(
    package_id: UUID, caller: Anyone, context: CurrentContext, lang: _Lang = "zh"
) -> Response:
    """The pool tape as CSV: the loans as they were frozen, one a row; amounts in yuan."""
    package, rows = await _tape(package_id, caller, context)
    content = await asyncio.to_thread(as_csv, rows, language=lang)
    return _file(content, "text/csv; charset=utf-8", f"{package['number']}.csv")


@router.get(
    "/loan-packages/{package_id}/tape.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}, "description": "The tape as a workbook."}},
)
async def read_tape_as_workbook(
    package_id: UUID, caller: Anyone, context: CurrentContext, lang: _Lang = "zh"
) -> Response:
    """The pool tape as a workbook (XLSX), with a sheet that says what each column means."""
    package, rows = await _tape(package_id, caller, context)
    content = await asyncio.to_thread(as_workbook, package, rows, language=lang)
    return _file(content, XLSX, f"{package['number']}.xlsx")


async def detail(conn: asyncpg.Connection, package_id: UUID, caller: Identity) -> PackageAnswer:
    """A package as the caller may see it. Raises NotFound."""
    row = await _found(conn, package_id, caller)
    rows = await known.loans(conn, package_id)
    return PackageAnswer(
        **_shown(row, caller),
        columns=[one.name.removesuffix("_fen") for one in COLUMNS],
        since=_since(rows),
        history=[MoveAnswer(**move) for move in await history_of(conn, package_id)],
    )


async def _found(conn: asyncpg.Connection, package_id: UUID, caller: Identity) -> Mapping[str, Any]:
    row: Mapping[str, Any] | None = await known.find(
        conn, package_id, institution=caller.institution
    )
    if row is None:
        raise NotFound(PACKAGES.absent.zh, PACKAGES.absent.en)
    return row


def _shown(row: Mapping[str, Any], caller: Identity) -> dict[str, Any]:
    exact = Fraction(int(row["rest_numerator"]), row["rest_denominator"])
    return {
        **presented(LIFE_CYCLE, row, caller),
        "pending_actions": LIFE_CYCLE.open_to(row, caller),
        "rest_days": rounded_days(exact),
        "rest_days_exact": str(exact),
        "largest_ten_bp": share_bp(row["largest_ten_fen"], row["balance_fen"]),
    }


_GONE = (Change.REPAID, Change.CLAIMED, Change.UNDONE)


def _since(rows: Sequence[Mapping[str, Any]]) -> ChangesSince:
    changes = [change_since(row) for row in rows]
    left = (
        row["outstanding_fen"]
        for row, change in zip(rows, changes, strict=True)
        if change not in _GONE
    )
    return ChangesSince(balance_fen=sum(left), counts=dict(Counter(changes)))


def _loan(row: Mapping[str, Any]) -> PackagedLoan:
    change = change_since(row)
    return PackagedLoan(
        **row["facts"],
        row_no=row["row_no"],
        change=change,
        balance_now_fen=0 if change in _GONE else row["outstanding_fen"],
        overdue_days_now=row["overdue_days"],
        risk_class_now=row["risk_class"],
        released_on=row["released_on"],
    )


async def _tape(
    package_id: UUID, caller: Identity, context: CurrentContext
) -> tuple[Mapping[str, Any], list[dict[str, Any]]]:
    async with context.database.looking(caller.institution) as conn:
        package = await _found(conn, package_id, caller)
        rows = await known.loans(conn, package_id)
    return package, [{**row["facts"], "row_no": row["row_no"]} for row in rows]


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(
        content,
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


add_steps(
    router,
    "/loan-packages/{package_id}",
    (
        CaseStep(
            action=Action.APPROVE,
            handler=handlers.approve,
            body=Opinion,
            name="approve_loan_package",
            description="Another person than its maker approves the package (approver, "
            "finance_checker).",
        ),
        CaseStep(
            action=Action.END,
            handler=handlers.end,
            body=Refusal,
            name="end_loan_package",
            description="An approved package has run its course; its loans are free again.",
        ),
        CaseStep(
            action=Action.DISSOLVE,
            handler=handlers.dissolve,
            body=Refusal,
            name="dissolve_loan_package",
            description="The package is given up; its loans are free again.",
        ),
    ),
    show=detail,
    answer=PackageAnswer,
)
