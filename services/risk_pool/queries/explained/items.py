"""An open item opened: the figure that it came from, less every entry that two have released."""

import asyncpg

from services.risk_pool.domain.cash_entry import BOOKED, KIND_WORDS
from services.risk_pool.domain.compensation import POOL
from services.risk_pool.domain.figure import Address, Figure, Part
from services.risk_pool.domain.open_items import CLAIM, SETTLEMENT, OpenItem
from services.risk_pool.domain.opening import OPENING
from services.risk_pool.domain.planned_money import PLANNED
from services.risk_pool.queries import open_items as known
from services.risk_pool.queries.parties import party_names
from shared.life_cycle import Words
from shared.postgres.literals import literals
from shared.said_numbers import month_said


async def item(conn: asyncpg.Connection, at: Address, bank: str | None) -> Figure:
    """What is open of an item; a bank opens its own. Raises NoSuchFigure."""
    pool, reference = at.parts
    found = await known.find(conn, pool, reference)
    if found is None or bank not in (None, found.party_code):
        raise at.missing()
    names = await party_names(conn, pool)
    name = names.get(found.party_code, found.party_code)
    rows = await conn.fetch(
        f"""select e.number, e.kind, e.value_date, e.sign * e.amount_fen as amount_fen, t.seq
            from cash_entries e join transfers t
                 on t.pool_code = e.pool_code and t.reference = e.reference
            where e.pool_code = $1 and e.item = $2 and e.state in ({literals(BOOKED)})
            order by t.seq""",
        pool,
        reference,
    )
    settled = [
        Part(
            words=Words(
                f"{row['value_date']} {KIND_WORDS[row['kind']].zh} {row['number']}",
                f"{row['value_date']} {KIND_WORDS[row['kind']].en} {row['number']}",
            ),
            amount_fen=-row["amount_fen"],
            address=f"transfer/{pool}/{row['seq']}",
        )
        for row in rows
    ]
    words, address = _came_from(pool, found)
    return Figure(
        words=Words(f"{name}：{words.zh}未结清部分", f"{name}: open of {words.en}"),
        amount_fen=found.open_fen,
        pool_code=pool,
        parts=[Part(words=words, amount_fen=found.amount_fen, address=address), *settled],
        path=f"/pools/{pool}/open-items",
    )


def _came_from(pool: str, found: OpenItem) -> tuple[Words, str | None]:
    """What the item is, and where its amount opens in turn."""
    kind, _, rest = found.reference.partition(":")
    if f"{kind}:" == CLAIM:
        return Words(f"补偿 {rest}", f"claim {rest}"), f"claim/{rest}/shares/{POOL}"
    if f"{kind}:" == SETTLEMENT:
        month = rest.split(":")[1]
        words = Words(f"{month_said(month, 'zh')} 月结净额", f"the net of {month}")
        return words, f"statement/{pool}/{month}/{found.party_code}/net"
    if f"{kind}:" == PLANNED:
        number, _, position = rest.partition(":")
        words = Words(f"{number} 约定的第 {position} 期", f"part {position} planned by {number}")
        return words, f"planned/{pool}/{number}/{position}"
    if f"{kind}:" == OPENING:
        row = rest.rpartition(":")[2]
        return Words(f"接管时已欠（第 {row} 行）", f"owed when taken over (row {row})"), None
    return Words(found.reference, found.reference), None
