"""The dedicated account opened: what it held on a day, line by line, and what a line is in the books."""

from datetime import date, timedelta
from uuid import UUID

import asyncpg

from services.risk_pool.domain.figure import Address, Figure, Part
from services.risk_pool.domain.statement import kind_words
from shared.life_cycle import Words

_MOST = 100
"""How many lines of a month are parts of their own; the earlier of them are told as one."""


async def balance(conn: asyncpg.Connection, at: Address, today: date) -> Figure:
    """What the account held by the bank's lines up to a day. Raises NoSuchFigure."""
    pool, number = at.parts
    account_id = await _account(conn, at)
    day = at.on or today
    first = day.replace(day=1)
    before_fen = await _sum_until(conn, account_id, first - timedelta(days=1))
    rows = await conn.fetch(
        """select position, booked_on, amount_fen, is_opening, counterparty_name, purpose
           from account_lines where account_id = $1 and booked_on between $2 and $3
           order by position""",
        account_id,
        first,
        day,
    )
    earlier = rows[:-_MOST]
    parts = [
        Part(
            words=Words(f"{first} 之前", f"before {first}"),
            amount_fen=before_fen,
            address=f"account/{pool}/{number}@{first - timedelta(days=1)}",
        )
    ]
    if earlier:
        last = earlier[-1]["booked_on"]
        parts.append(
            Part(
                words=Words(
                    f"至 {last} 的 {len(earlier)} 笔", f"{len(earlier)} lines up to {last}"
                ),
                amount_fen=sum(row["amount_fen"] for row in earlier),
            )
        )
    parts += [
        Part(
            words=_line_words(row),
            amount_fen=row["amount_fen"],
            address=f"account-line/{pool}/{number}/{row['position']}",
        )
        for row in rows[-_MOST:]
    ]
    parts = [part for part in parts if part.amount_fen]
    return Figure(
        words=Words(f"账户 {number} 截至 {day} 的余额", f"account {number} at the end of {day}"),
        amount_fen=sum(part.amount_fen for part in parts),
        pool_code=pool,
        parts=parts,
        path=f"/pools/{pool}/account/lines",
    )


async def line(conn: asyncpg.Connection, at: Address) -> Figure:
    """A line of the account: what it is matched with, and what of it is open. Raises NoSuchFigure."""
    pool, number, position, *rest = at.parts
    account_id = await _account(conn, at)
    row = None
    if position.isdigit() and len(position) < 10 and rest in ([], ["open"]):
        row = await conn.fetchrow(
            """select line.*, tally.matched_fen, statement.imported_at, statement.imported_name,
                      statement.imported_by, statement.file_name
               from account_lines as line
               join account_line_tallies as tally on tally.line_id = line.id
               join account_statements as statement on statement.id = line.statement_id
               where line.account_id = $1 and line.position = $2""",
            account_id,
            int(position),
        )
    if row is None:
        raise at.missing()
    matches = await _matches(conn, row["id"])
    matched = await _matched(conn, pool, number, row["id"], [one["id"] for one in matches])
    open_fen = row["amount_fen"] - sum(part.amount_fen for part in matched)
    here = f"account-line/{pool}/{number}/{position}"
    words = _line_words(row)
    if rest:
        parts = [
            Part(words=words, amount_fen=row["amount_fen"], address=here),
            *(Part(words=one.words, amount_fen=-one.amount_fen, address=one.address)
              for one in matched),
        ]  # fmt: skip
        words = Words(f"{words.zh}：未勾对部分", f"{words.en}: not matched yet")
    else:
        parts = list(matched)
        if open_fen:
            parts.append(
                Part(words=Words("未勾对", "not matched yet"), amount_fen=open_fen,
                     address=f"{here}/open")
            )  # fmt: skip
    return Figure(
        words=words,
        amount_fen=sum(part.amount_fen for part in parts),
        pool_code=pool,
        parts=parts,
        people=_people(row, matches),
        path=f"/pools/{pool}/account/statements/{row['statement_id']}",
    )


async def _matches(conn: asyncpg.Connection, line_id: UUID) -> list[asyncpg.Record]:
    """The matches of a line that stand."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """select made.id, made.made_at, made.made_by, made.made_name from account_matches as made
           where exists (select from account_match_parts as part
                         where part.match_id = made.id and part.line_id = $1)
             and not exists (select from account_match_undos where match_id = made.id)
           order by made.id""",
        line_id,
    )
    return rows


async def _matched(
    conn: asyncpg.Connection, pool: str, number: str, line_id: UUID, matches: list[UUID]
) -> list[Part]:
    """What a line is in the books, or on the account, match by match. Where a match holds several
    lines and several movements, nothing says which is which; then they are told together."""
    rows = await conn.fetch(
        """select part.match_id, part.line_id, part.seq, part.amount_fen, booked.kind,
                  booked.business_date, line.position, line.booked_on, line.is_opening,
                  line.counterparty_name, line.purpose
           from account_match_parts as part
           left join transfers as booked
                on booked.pool_code = part.pool_code and booked.seq = part.seq
           left join account_lines as line on line.id = part.line_id
           where part.match_id = any($1::uuid[]) order by part.match_id, part.part""",
        matches,
    )
    found: list[Part] = []
    for match in matches:
        parts = [row for row in rows if row["match_id"] == match]
        own_fen = sum(row["amount_fen"] for row in parts if row["line_id"] == line_id)
        lines = [row for row in parts if row["line_id"] not in (None, line_id)]
        booked = [row for row in parts if row["seq"] is not None]
        if not lines:
            found += [_booked_part(pool, row, row["amount_fen"]) for row in booked]
        elif len(booked) == 1:
            found.append(_booked_part(pool, booked[0], own_fen))
        elif not booked and len(lines) == 1:
            found.append(
                Part(
                    words=_line_words(lines[0]),
                    amount_fen=own_fen,
                    address=f"account-line/{pool}/{number}/{lines[0]['position']}",
                )
            )
        else:
            seqs = "、".join(str(row["seq"]) for row in booked)
            found.append(
                Part(
                    words=Words(
                        f"与另外 {len(lines)} 笔明细一并勾对账内第 {seqs} 笔",
                        f"together with {len(lines)} other lines: transfers {seqs}",
                    ),
                    amount_fen=own_fen,
                )
            )
    return found


def _booked_part(pool: str, row: asyncpg.Record, fen: int) -> Part:
    words, seq = kind_words(row["kind"]), row["seq"]
    return Part(
        words=Words(
            f"{row['business_date']} {words.zh}（账内第 {seq} 笔）",
            f"{row['business_date']} {words.en} (transfer {seq})",
        ),
        amount_fen=fen,
        address=f"transfer/{pool}/{seq}",
    )


def _people(row: asyncpg.Record, matches: list[asyncpg.Record]) -> list[dict[str, object]]:
    """Who brought the line, and who matched it."""
    return [
        {"name": row["imported_name"], "role": "", "action": "import", "at": row["imported_at"]},
        *(
            {"name": one["made_name"], "role": "", "action": "match", "at": one["made_at"]}
            for one in matches
        ),
    ]


async def _account(conn: asyncpg.Connection, at: Address) -> UUID:
    found: UUID | None = await conn.fetchval(
        "select id from pool_accounts where pool_code = $1 and account_number = $2 order by id desc",
        at.parts[0],
        at.parts[1],
    )
    if found is None:
        raise at.missing()
    return found


async def _sum_until(conn: asyncpg.Connection, account_id: UUID, day: date) -> int:
    fen: int = await conn.fetchval(
        """select coalesce(sum(amount_fen), 0)::bigint from account_lines
           where account_id = $1 and booked_on <= $2""",
        account_id,
        day,
    )
    return fen


def _line_words(row: asyncpg.Record) -> Words:
    if row["is_opening"]:
        return Words("首份对账单之前的余额", "held before the first statement")
    said = " ".join(one for one in (row["counterparty_name"], row["purpose"]) if one) or "—"
    return Words(f"{row['booked_on']} {said}", f"{row['booked_on']} {said}")
