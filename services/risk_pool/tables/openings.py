"""What is written of an opening: its row and moves, the rows of its workbook, and the loans that come
with it. Nothing here opens a transaction. Whoever writes holds the pool's lock."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.opening import LIFE_CYCLE, LIVE
from services.risk_pool.domain.opening_draft import key_of
from services.risk_pool.domain.opening_loan import TakenLoan
from services.risk_pool.domain.opening_row import Finding, SheetRow
from shared import canonical
from shared.life_cycle import Words
from shared.postgres import known_names
from shared.postgres.literals import literals
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait

CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="opening",
    table="openings",
    bank=None,
    columns={
        "files": "jsonb",
        "lines": "jsonb",
        "rows_count": "integer",
        "wrong_count": "integer",
        "proposed_by": "text",
        "proposed_name": "text",
        "proposed_on": "date",
        "taken_over_by": "text",
        "taken_over_name": "text",
        "taken_over_on": "date",
        "balance_fen": "bigint",
        "explanation_id": "uuid",
    },
    absent=Words("没有该期初接管", "There is no such opening."),
    waits=CasesWait(
        topic="risk_pool",
        page="'/openings/' || k.id",
    ),
)


async def insert(conn: asyncpg.Connection, opening: Mapping[str, Any]) -> None:
    """Keep an opening as it is begun."""
    names = (
        "id", "number", "pool_code", "opened_on", "state", "state_since", "begun_at", "begun_by",
        "begun_name",
    )  # fmt: skip
    await conn.execute(
        f"""insert into openings ({", ".join(names)})
            values ({", ".join(f"${n}" for n, _ in enumerate(names, start=1))})""",
        *(opening[name] for name in names),
    )


async def lock_live(conn: asyncpg.Connection, pool_code: str) -> asyncpg.Record | None:
    """The pool's opening that is not withdrawn, for changing."""
    return await conn.fetchrow(
        f"""select * from openings where pool_code = $1 and state in ({literals(LIVE)})
            for update""",
        pool_code,
    )


_ROWS = {
    "sheet": "text", "key": "text", "place": "int", "file_no": "int", "line": "int",
    "content": "jsonb", "facts": "jsonb", "read_findings": "jsonb", "findings": "jsonb",
}  # fmt: skip


async def replace_rows(
    conn: asyncpg.Connection,
    opening_id: UUID,
    rows: Sequence[tuple[SheetRow, SheetRow]],
) -> None:
    """Keep the draft as it is now: each row as it was read, and as it was judged."""
    await conn.execute("delete from opening_rows where opening_id = $1", opening_id)
    taken: set[tuple[str, str]] = set()
    kept = []
    for place, (read, judged) in enumerate(rows):
        key = key_of(read)
        if (read.sheet, key) in taken:
            # The second of two that are the same; it is wrong, and kept beside the first.
            key = f"#{read.at}"
        taken.add((read.sheet, key))
        kept.append(
            {
                "sheet": read.sheet,
                "key": key,
                "place": place,
                "file_no": read.file_no,
                "line": read.line,
                "content": dict(read.values),
                "facts": dict(read.facts),
                "read_findings": [one.as_data() for one in read.findings],
                "findings": [one.as_data() for one in judged.findings],
            }
        )
    await conn.execute(
        f"""insert into opening_rows (opening_id, {", ".join(_ROWS)})
            select $1, {", ".join(_ROWS)} from jsonb_to_recordset($2::jsonb)
                as r ({", ".join(f"{name} {kind}" for name, kind in _ROWS.items())})""",
        opening_id,
        kept,
    )


async def rows_of(conn: asyncpg.Connection, opening_id: UUID) -> list[SheetRow]:
    """The draft's rows as they were read, in their order."""
    rows = await conn.fetch(
        """select sheet, line, file_no, content, facts, read_findings
           from opening_rows where opening_id = $1 order by place""",
        opening_id,
    )
    return [
        SheetRow(
            sheet=row["sheet"],
            line=row["line"],
            file_no=row["file_no"],
            values=row["content"],
            facts=row["facts"],
            findings=tuple(Finding(**one) for one in row["read_findings"]),
        )
        for row in rows
    ]


async def announce(
    conn: asyncpg.Connection, opening_id: UUID, loans: Mapping[tuple[int, int], UUID], sheet: str
) -> None:
    """Under which ids the loans of (file, line) are proposed; nobody has answered yet."""
    await conn.execute(
        """update opening_rows as kept
           set loan_id = told.loan_id, number = '', answered = false, reasons = '[]'
           from unnest($3::int[], $4::int[], $5::uuid[]) as told (file_no, line, loan_id)
           where kept.opening_id = $1 and kept.sheet = $2
             and kept.file_no = told.file_no and kept.line = told.line""",
        opening_id,
        sheet,
        [file_no for file_no, _ in loans],
        [line for _, line in loans],
        list(loans.values()),
    )


async def answer(
    conn: asyncpg.Connection, answers: Sequence[tuple[UUID, str, Sequence[Mapping[str, Any]]]]
) -> None:
    """What was answered for loans: (loan, its number, what speaks against it). One that is proposed
    no longer is passed over."""
    await conn.execute(
        """update opening_rows as kept
           set number = told.number, answered = true, reasons = told.reasons -> 'all'
           from unnest($1::uuid[], $2::text[], $3::jsonb[]) as told (loan_id, number, reasons)
           where kept.loan_id = told.loan_id""",
        [loan_id for loan_id, _, _ in answers],
        [number for _, number, _ in answers],
        [{"all": list(reasons)} for _, _, reasons in answers],
    )


async def announced(conn: asyncpg.Connection, opening_id: UUID) -> list[asyncpg.Record]:
    """The loans that are proposed, with what was answered for each."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """select loan_id, number, answered, reasons, file_no, line, content from opening_rows
           where opening_id = $1 and loan_id is not null order by place""",
        opening_id,
    )
    return rows


async def forget_announced(conn: asyncpg.Connection, opening_id: UUID) -> None:
    """The loans are proposed no longer; what is answered for them from here on is not listened to."""
    await conn.execute(
        """update opening_rows set loan_id = null, number = '', answered = false, reasons = '[]'
           where opening_id = $1 and loan_id is not null""",
        opening_id,
    )


_COVER = {
    "loan_id": "uuid", "number": "text", "pool_code": "text", "bank_code": "text",
    "borrower_uscc": "text", "borrower_name": "text", "state": "text", "amount_fen": "bigint",
    "borrower_name_canonical": "text", "park_canonical": "text", "ip_share_bp": "int", "ip_amount_fen": "bigint", "tenor_months": "int",
    "annual_rate_bp": "int", "programme": "text", "scheme_version": "text", "mode": "text",
    "parties": "jsonb", "attributes": "jsonb", "attributes_at_disbursement": "jsonb",
    "is_first_loan": "boolean", "is_multi_ip_type": "boolean", "approved_on": "date",
    "activated_fen": "bigint", "covered_fen": "bigint", "outstanding_fen": "bigint",
    "explanation_id": "uuid", "loan_no": "text", "disbursed_fen": "bigint",
    "disbursed_on": "date", "matures_on": "date", "risk_class": "text", "overdue_days": "int",
    "position_month": "text", "released_on": "date", "release_reason": "text",
}  # fmt: skip


def cover_of(
    loan: TakenLoan,
    *,
    loan_id: UUID,
    number: str,
    pool_code: str,
    programme: str,
    state: str,
    explanation_id: UUID,
    position_month: str,
) -> dict[str, Any]:
    """The coverage of a loan that is taken over, by column."""
    same = {name: getattr(loan, name) for name in _COVER if hasattr(loan, name)}
    return {
        **same,
        "loan_id": loan_id,
        "number": number,
        "pool_code": pool_code,
        "programme": programme,
        "state": state,
        "disbursed_fen": loan.amount_fen,
        "explanation_id": explanation_id,
        "position_month": position_month,
        "released_on": None,
        "release_reason": None,
    }


async def insert_cover(
    conn: asyncpg.Connection, covers: Sequence[Mapping[str, Any]], *, now: datetime
) -> None:
    """Keep the coverages of loans that are taken over, and of those whose claim was paid before; their
    moves are the machine's to write."""
    await conn.execute(
        f"""insert into coverages ({", ".join(_COVER)}, reserved_fen, state_since, created_at,
                                   changed_at)
            select {", ".join(_COVER)}, 0, $2, $2, $2 from jsonb_to_recordset($1::jsonb)
                as r ({", ".join(f"{name} {kind}" for name, kind in _COVER.items())})""",
        [{name: _plain(value) for name, value in _of_columns(one).items()} for one in covers],
        now,
    )
    await known_names.keep(conn, {canonical.name(one["borrower_name"]) for one in covers})


def _of_columns(cover: Mapping[str, Any]) -> dict[str, Any]:
    """What is written, with the forms by which the firm and its park are found."""
    forms = {
        "borrower_name_canonical": canonical.name(cover["borrower_name"]),
        "park_canonical": canonical.name(str(cover["attributes"].get("park", ""))),
    }
    return {name: forms[name] if name in forms else cover[name] for name in _COVER}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
