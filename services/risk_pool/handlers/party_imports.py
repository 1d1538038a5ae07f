"""Parties and banks' lines from a table: each row stands by itself, and a check leaves nothing behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from services.risk_pool.domain.parties import JoiningParty
from services.risk_pool.handlers.pools import let_party_in
from services.risk_pool.queries.parties import list_parties
from services.risk_pool.tables.ledger import lock_pool
from shared.refusals import FieldFault, Refused
from shared.sheets.file_rows import RowRead
from shared.sheets.verdicts import Outcome, RowVerdict, fault_of, wrong


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A row as it was read: the party that it says, or what is wrong with it."""

    row: RowRead
    party: JoiningParty | None
    faults: Sequence[FieldFault] = ()


async def import_parties(
    conn: asyncpg.Connection,
    pool_code: str,
    rows: Sequence[PartyRow],
    *,
    only_check: bool,
    by: str,
    now: datetime,
) -> list[RowVerdict]:
    """Let in whom the rows say, each as if by itself and by the same rules. Raises NotFound."""
    await lock_pool(conn, pool_code)
    checked = conn.transaction()
    await checked.start()
    verdicts = [await _take(conn, pool_code, one, by=by, now=now) for one in rows]
    if not only_check:
        await checked.commit()
        return verdicts
    await checked.rollback()
    return [_as_checked(one) for one in verdicts]


async def _take(
    conn: asyncpg.Connection, pool_code: str, one: PartyRow, *, by: str, now: datetime
) -> RowVerdict:
    if one.party is None:
        return wrong(one.row, [fault_of(one.row, fault) for fault in one.faults])
    party = one.party
    if await _is_known(conn, pool_code, party):
        return RowVerdict(line=one.row.line, outcome=Outcome.KNOWN, reference=party.code)
    try:
        async with conn.transaction():
            await let_party_in(conn, pool_code, party, by=by, now=now)
    except Refused as refused:
        faults = refused.wrong_fields() or (
            FieldFault(("code",), refused.code, refused.zh, refused.en),
        )
        said = [fault_of(one.row, fault) for fault in faults]
        return wrong(one.row, said, reference=party.code)
    return RowVerdict(line=one.row.line, outcome=Outcome.TAKEN, reference=party.code)


async def _is_known(conn: asyncpg.Connection, pool_code: str, party: JoiningParty) -> bool:
    """Whether it takes part as the row says, with the line that the row says."""
    for there in await list_parties(conn, pool_code):
        if (there["code"], there["role"], there["name"]) == (party.code, party.role, party.name):
            return party.line is None or any(
                (line["valid_from"], line["line_fen"])
                == (party.line.valid_from, party.line.amount_fen)
                for line in there["lines"]
            )
    return False


def _as_checked(verdict: RowVerdict) -> RowVerdict:
    if verdict.outcome is not Outcome.TAKEN:
        return verdict
    return RowVerdict(line=verdict.line, outcome=Outcome.FINE, reference=verdict.reference)
