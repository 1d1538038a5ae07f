"""Rights and firms as lists, and as files."""

from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Query

from services.applications.api.firms import FirmSummary
from services.applications.api.right_answers import RightSummary, summary
from services.applications.api.rights import Code, Reader, Words
from services.applications.domain.right_facts import LegalStatus
from services.applications.queries import firms, lists, register, searched
from shared.auth.identity import Identity
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.grids import Listed, Rows
from shared.http.list_routes import serve_list
from shared.money import format_fen
from shared.rights import Kind
from shared.schemes.vocabulary import IP_KINDS
from shared.sheets.table_files import FileColumn, coded, yes_or_no

router = APIRouter()


async def _rights(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[RightSummary]:
    said = await register.statements(conn, [register.key_of(row) for row in rows])
    return [summary(row, said.get(register.key_of(row), [])) for row in rows]


async def _firms(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[FirmSummary]:
    behind = await firms.behind(conn, [row["uscc"] for row in rows])
    return [
        FirmSummary(
            **dict(row),
            cases=behind[row["uscc"]]["cases"],
            outstanding_principal_fen=behind[row["uscc"]]["outstanding_fen"],
        )
        for row in rows
    ]


RIGHTS = Listed(
    zh="知识产权",
    en="Rights",
    grid=lists.RIGHTS,
    grid_of_bank=lists.RIGHTS_OF_BANK,
    answers=_rights,
    names=lists.names,
    said={"kind": IP_KINDS},
    columns=(
        coded("类型", "kind", "kind", IP_KINDS),
        FileColumn("号码", "number", lambda one: one.number),
        FileColumn("商标类别", "Nice class", lambda one: one.nice_class, "count"),
        FileColumn("名称", "name", lambda one: one.name),
        FileColumn("权利人", "owner", lambda one: one.owner_name),
        FileColumn("权利人信用代码", "owner's code", lambda one: one.owner_uscc),
        FileColumn("年费缴至", "fees paid to", lambda one: one.fees_paid_to, "day"),
        FileColumn("有效期至", "expires on", lambda one: one.expires_on, "day"),
        yes_or_no("已质押", "pledged", "pledged"),
    ),
)  # fmt: skip
FIRMS = Listed(
    zh="企业",
    en="Firms",
    grid=lists.FIRMS,
    answers=_firms,
    names=lists.names,
    columns=(
        FileColumn("统一社会信用代码", "credit code", lambda one: one.uscc),
        FileColumn("企业名称", "name", lambda one: one.name),
        FileColumn("申请件数", "cases", lambda one: one.cases, "count"),
        FileColumn("权利件数", "rights", lambda one: one.rights, "count"),
        FileColumn(
            "贷款余额", "outstanding", lambda one: format_fen(one.outstanding_principal_fen), "money"
        ),
    ),
)  # fmt: skip


async def _rights_wanted(
    caller: Reader,
    context: CurrentContext,
    q: Annotated[
        Words, Query(description="A number in any spelling, part of a name, a credit code.")
    ] = None,
    kind: Kind | None = None,
    legal_status: LegalStatus | None = None,
    owner: Code = None,
    pledged: bool | None = None,
) -> dict[str, Any]:
    wanted = lists.RightFilter(
        own=caller.bank, kind=kind, legal_status=legal_status, owner=owner, pledged=pledged
    )
    async with context.database.looking(caller.institution) as conn:
        meant = await searched.rights(conn, q, own=caller.bank)
    return {**lists.conditions_of_rights(wanted), **meant}


async def _firms_wanted(
    caller: Reader, context: CurrentContext, q: Words = None
) -> dict[str, Any]:  # fmt: skip
    async with context.database.looking(caller.institution) as conn:
        return dict(await searched.firms(conn, q, own=caller.bank))


serve_list(
    router, "rights", RIGHTS, RightSummary, caller=Reader, wanted=_rights_wanted, tags=("rights",),
    says="Rights that you may know of, by kind and number where `sort` says nothing else: those of your"
    "\nown cases and all that the bureau has entered or imported.",
)  # fmt: skip
serve_list(
    router, "firms", FIRMS, FirmSummary, caller=Reader, wanted=_firms_wanted, tags=("firms",),
    says="Firms that borrow or own rights, by credit code, as far as you may see them.",
)  # fmt: skip
