"""The business fact behind a transfer: what happened, with which figures, through whom."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import asyncpg

from services.risk_pool.domain.cash_entry import KIND_WORDS
from services.risk_pool.domain.coverage import LETS_GO, Action, known_as
from services.risk_pool.domain.opening import BOOKED, OPENING, TAKEN_OVER
from services.risk_pool.domain.opening_sheets import BY_NAME, TOTAL_ITEMS
from services.risk_pool.domain.statement import kind_words
from services.risk_pool.queries.parties import party_names
from shared.money import format_fen
from shared.postgres.literals import literals

Fact = dict[str, Any]
"""`zh`, `en`, `figures` (name → text) and `people` (subject, name, role, action, at)."""

_WORDS = {
    "contribution": ("出资方缴款", "A party paid in"),
    "interest": ("专户利息归资金池", "Interest of the account, kept by the pool"),
    "fee": ("专户费用支出", "Costs paid out of the account"),
    "reserve": ("审批通过,预留额度", "Approved: capacity was held"),
    "activate": ("放款,额度转为敞口", "Paid out: what was held became exposure"),
    "draw": ("分次提款,额度转为敞口", "Drawn: what was held became exposure"),
    "undo-draw": ("撤销提款", "A draw was undone"),
    "release": ("额度或敞口释放", "Capacity or exposure was let go"),
    "position": ("月报余额变动", "A monthly position changed the covered principal"),
    "reopen": ("误报结清,恢复保障", "Not repaid after all: back in cover"),
    "undo": ("撤销放款", "A disbursement was undone"),
    "claim-approved": ("补偿申请获批,资金池应付", "A claim was approved: the pool owes its share"),
    "claim-shared": (
        "补偿申请获批,分担方应付",
        "A claim was approved: another party owes its share",
    ),
    "claim-paid": ("补偿款拨付", "The pool's share was paid"),
    "recovery-booked": ("追偿款返还", "Recovered money was shared out"),
    "dispute-upheld": ("对账单争议成立，更正入账", "A disputed line was decided: booked back"),
    "settlement-net": ("月结轧差", "Settlement: what both sides owe was set off"),
    "settlement-collect": ("月结收款", "Settlement: collected"),
    "settlement-pay": ("月结付款", "Settlement: paid"),
    "suspense-received": ("账户来款未明，暂收", "Money of unknown reason came in: in suspense"),
    "suspense-returned": ("暂收款项退回", "Paid back out of suspense"),
    "suspense-moved": ("暂收款项查明转出", "Known by now: moved out of suspense"),
    TAKEN_OVER: ("期初接管", "Taken over from the books before"),
}

_MOVES_OF: Mapping[str, Sequence[str]] = {
    "reserve": (Action.RESERVE,),
    "activate": (Action.ACTIVATE, Action.COVER_LATE),
    "reopen": (Action.REOPEN,),
    "undo": (Action.UNDO, Action.UNDO_RELEASE),
    "draw": (Action.DRAW,),
    "undo-draw": (Action.UNDO_DRAW,),
    "release": (*LETS_GO, Action.END_DRAWS),
}
"""Kind of transfer → the moves of a coverage that it books."""


async def fact_behind(conn: asyncpg.Connection, transfer: asyncpg.Record, pool_code: str) -> Fact:
    """The fact of a transfer (its kind, reference and loan), as far as it is remembered."""
    kind: str = transfer["kind"]
    reference: str = transfer["reference"]
    words = kind_words(kind)
    zh, en = _WORDS.get(kind, (words.zh, words.en))
    fact: Fact = {"zh": zh, "en": en, "figures": {}, "people": []}
    if reference.partition(":")[0] in KIND_WORDS:
        await _add_cash_entry(conn, fact, pool_code, reference)
    elif kind in _MOVES_OF or kind == "position":
        await _add_coverage(conn, fact, transfer)
        if kind == "position":
            await _add_position(conn, fact, transfer)
        else:
            await _add_moves(conn, fact, transfer, _MOVES_OF[kind])
    elif reference.startswith(("claim:", "recovery:", "adjustment:")):
        await _add_case(conn, fact, reference)
    elif reference.startswith("settlement:"):
        await _add_settlement(conn, fact, pool_code, reference)
    elif reference.startswith("suspense:"):
        await _add_case(conn, fact, reference)
    elif reference.startswith("dispute:"):
        await _add_dispute(conn, fact, reference)
    elif reference.startswith(OPENING):
        await _add_opening(conn, fact, pool_code, reference)
    return fact


async def _add_cash_entry(
    conn: asyncpg.Connection, fact: Fact, pool_code: str, reference: str
) -> None:
    entry = await conn.fetchrow(
        """select e.*, p.name as party_name from cash_entries e
           left join parties p on p.pool_code = e.pool_code and p.code = e.party_code
           where e.pool_code = $1 and e.reference = $2""",
        pool_code,
        reference,
    )
    if entry is None:
        return
    fact["figures"] = _shown(
        number=entry["number"],
        party=entry["party_name"] or entry["party_code"],
        amount=format_fen(entry["amount_fen"]),
        day=entry["value_date"],
        bank_reference=entry["bank_reference"],
        item=await _item_named(conn, pool_code, entry["item"]),
        reverses=entry["reverses_number"],
        note=entry["note"],
    )
    fact["people"] = await _movers(conn, entry["id"])


async def _add_coverage(conn: asyncpg.Connection, fact: Fact, transfer: asyncpg.Record) -> None:
    coverage = await conn.fetchrow(
        """select c.number, coalesce(p.name, c.bank_code) as bank, c.borrower_name, c.amount_fen,
                  c.ip_share_bp, c.ip_amount_fen, c.approved_on, c.disbursed_on, c.disbursed_fen,
                  c.activated_fen, c.release_reason
           from coverages c
           left join parties p on p.pool_code = c.pool_code and p.code = c.bank_code
           where c.loan_id = $1""",
        transfer["loan_id"],
    )
    if coverage is None:
        return
    fact["figures"] = _shown(
        number=coverage["number"],
        bank=coverage["bank"],
        borrower=coverage["borrower_name"],
        loan_amount=format_fen(coverage["amount_fen"]),
        ip_share_bp=coverage["ip_share_bp"],
        ip_amount=_fen(coverage["ip_amount_fen"]),
        approved_on=coverage["approved_on"],
        disbursed_on=coverage["disbursed_on"],
        disbursed=_fen(coverage["disbursed_fen"]),
        covered_at_disbursement=format_fen(coverage["activated_fen"]),
    )
    if transfer["kind"] in ("draw", "undo-draw"):
        fact["figures"]["draw_no"] = transfer["reference"].split(":")[2]
    if transfer["kind"] == "release":
        fact["figures"]["reason"] = transfer["reference"].rsplit(":", 1)[-1]


async def _add_position(conn: asyncpg.Connection, fact: Fact, transfer: asyncpg.Record) -> None:
    month, version = transfer["reference"].split(":")[2:4]
    fact["figures"] |= {"month": month, "version": version}
    position = await conn.fetchrow(
        """select version, outstanding_principal_fen, covered_principal_fen, risk_class,
                  reported_on
           from positions where loan_id = $1 and month = $2""",
        transfer["loan_id"],
        month,
    )
    if position is None or str(position["version"]) != version:
        # A later report of the same month has replaced it; `applications` keeps every version.
        return
    fact["figures"] |= _shown(
        outstanding_principal=format_fen(position["outstanding_principal_fen"]),
        covered_principal=format_fen(position["covered_principal_fen"]),
        risk_class=position["risk_class"],
        reported_on=position["reported_on"],
    )


async def _add_moves(
    conn: asyncpg.Connection, fact: Fact, transfer: asyncpg.Record, actions: Sequence[str]
) -> None:
    moves = await conn.fetch(
        """select subject, name, role, action, at from case_moves
           where case_id = $1 and action = any($2::text[]) order by version desc limit 1""",
        transfer["loan_id"],
        actions,
    )
    fact["people"] = [{**move, "action": known_as(move["action"])} for move in moves]


async def _add_case(conn: asyncpg.Connection, fact: Fact, reference: str) -> None:
    series, number = reference.split(":")[:2]
    table = {
        "claim": "claims",
        "recovery": "recoveries",
        "adjustment": "adjustments",
        "suspense": "account_bookings",
    }[series]
    case_id = await conn.fetchval(f"select id from {table} where number = $1", number)
    fact["figures"] = {"number": number}
    fact["people"] = await _movers(conn, case_id)


async def _add_dispute(conn: asyncpg.Connection, fact: Fact, reference: str) -> None:
    dispute = await conn.fetchrow(
        "select * from disputes where number = $1", reference.split(":")[1]
    )
    if dispute is None:
        return
    fact["figures"] = _shown(
        number=dispute["number"],
        month=dispute["month"],
        party=dispute["party_name"],
        disputed_line=f"{dispute['line_seq']} {dispute['line_reference']}",
        line_amount=format_fen(dispute["line_amount_fen"]),
        held_right=format_fen(dispute["right_fen"]),
        upheld=_fen(dispute["upheld_fen"]),
        reason=dispute["reason"],
    )
    fact["people"] = await _movers(conn, dispute["id"])


async def _add_settlement(
    conn: asyncpg.Connection, fact: Fact, pool_code: str, reference: str
) -> None:
    _, _, month, party, step = reference.split(":", 4)
    settlement_id = await conn.fetchval(
        "select id from settlements where pool_code = $1 and month = $2", pool_code, month
    )
    name = await _party_named(conn, pool_code, party)
    fact["figures"] = {"month": month, "party": name, "step": step}
    fact["people"] = await _movers(conn, settlement_id)


async def _item_named(conn: asyncpg.Connection, pool_code: str, item: str) -> str:
    """An open item by what people know of it: the number of its claim, or month and party."""
    kind, _, rest = item.partition(":")
    if kind != "settlement":
        return rest or item
    _, month, party = rest.split(":", 2)
    return f"{month} {await _party_named(conn, pool_code, party)}"


async def _party_named(conn: asyncpg.Connection, pool_code: str, party: str) -> str:
    return (await party_names(conn, pool_code)).get(party, party)


async def _add_opening(
    conn: asyncpg.Connection, fact: Fact, pool_code: str, reference: str
) -> None:
    """The row of the book that it comes from: `opening:loans:1:17` is line 17 of the first file."""
    opening = await conn.fetchrow(
        f"""select id, number, files from openings
            where pool_code = $1 and state in ({literals(BOOKED)})""",
        pool_code,
    )
    if opening is None:
        return
    _, sheet, *place = reference.split(":")
    fact["figures"] = {"number": opening["number"], "sheet": BY_NAME[sheet].zh}
    if len(place) == 2:
        files = {file["no"]: file["name"] for file in opening["files"]}
        fact["figures"] |= {"file": files.get(int(place[0]), ""), "line": place[1]}
    else:
        fact["figures"]["item"] = TOTAL_ITEMS[place[0]].zh
    fact["people"] = await _movers(conn, opening["id"])


async def _movers(conn: asyncpg.Connection, case_id: Any) -> list[dict[str, Any]]:
    moves = await conn.fetch(
        "select subject, name, role, action, at from case_moves where case_id = $1 order by version",
        case_id,
    )
    return [dict(move) for move in moves]


def _fen(amount_fen: int | None) -> str | None:
    return None if amount_fen is None else format_fen(amount_fen)


def _shown(**figures: str | int | date | None) -> dict[str, str]:
    return {
        name: value.isoformat() if isinstance(value, date) else str(value)
        for name, value in figures.items()
        if value is not None and value != ""
    }
