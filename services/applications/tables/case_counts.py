"""The counters of cases and loans: what has moved is added up, some seconds later.

The statements that move something say by how much, by themselves (triggers of migration 0180). Their rows are
only added and taken away, so that whoever moves a case waits for nobody; until they are added up, readers add
them (`counted.kept`).
"""

from typing import Final

import asyncpg

from services.applications.tables import counted
from services.applications.tables.counted import LENT, MOVED, have_begun

_LOCK: Final = "select pg_try_advisory_xact_lock(hashtext('case_counts'))"


def _adding(table: str, key: str, sums: tuple[str, ...], rows: str) -> str:
    added = ", ".join(f"{one} = {table}.{one} + excluded.{one}" for one in sums)
    return f"""
        insert into {table} ({key}, {", ".join(sums)})
        select {key}, {", ".join(sums)} from ({rows}) as found order by {key}
        on conflict ({key}) do update set {added}"""


_CASES: Final = ("cases", "fen")
_LOANS: Final = ("loans", "disbursed_fen", "outstanding_fen", "overdue_fen")
_STATES: Final = "bank_code, pool_code, month, state"
_FLOW: Final = "pool_code, counted, day, days"
_BANKS: Final = "bank_code, pool_code"


_ADD_STATES: Final = _adding("case_counts", _STATES, _CASES, counted.states_of("table moved"))
_ADD_FLOW: Final = _adding("case_flow_counts", _FLOW, _CASES, counted.flow_of("table moved"))
_ADD_LOANS: Final = _adding("loan_counts", _BANKS, _LOANS, counted.loans_of("table lent"))
# One statement sees one moment: what has moved up to then is counted, what moves later is due.
_BEGIN: Final = f"""
    with moved as materialized ({MOVED}), lent as materialized ({LENT}),
         known as (delete from case_counts_due), lent_known as (delete from loan_counts_due),
         states as ({_ADD_STATES}), flow as ({_ADD_FLOW}), loans as ({_ADD_LOANS})
    insert into counts_begun values (now())
"""
_ADD_CASES_DUE: Final = f"""
    with moved as (delete from case_counts_due returning *), states as ({_ADD_STATES}) {_ADD_FLOW}
"""
_ADD_LOANS_DUE: Final = f"with lent as (delete from loan_counts_due returning *) {_ADD_LOANS}"


async def add_up(conn: asyncpg.Connection) -> None:
    """Add up what has moved, in a transaction that sees everything; first of all, once, count all there is.
    Nothing is done while another process does it."""
    if not await conn.fetchval(_LOCK):
        return
    if not await have_begun(conn):
        await conn.execute(_BEGIN)
    await conn.execute(_ADD_CASES_DUE)
    await conn.execute(_ADD_LOANS_DUE)


def _differing(table: str, key: str, sums: tuple[str, ...], rows: str, due: str) -> str:
    summed = ", ".join(f"sum({one}) as {one}" for one in sums)
    nothing = " and ".join(f"{one} = 0" for one in sums)
    listed = ", ".join(sums)
    return f"""
        with kept as (
            select {key}, {summed} from {counted.kept(table, due)} as both_of_them group by {key}
        ), told as ({rows})
        select '{table}' as counter, to_jsonb(row) as differs from (
            (select {key}, {listed} from kept where not ({nothing}) except select {key}, {listed} from told)
            union all
            (select {key}, {listed} from told where not ({nothing}) except select {key}, {listed} from kept)
        ) as row"""


_DIFFERING: Final = tuple(
    _differing(table, key, sums, rows(told), rows(f"select * from {due}"))
    for table, key, sums, rows, told, due in (
        ("case_counts", _STATES, _CASES, counted.states_of, MOVED, "case_counts_due"),
        ("case_flow_counts", _FLOW, _CASES, counted.flow_of, MOVED, "case_counts_due"),
        ("loan_counts", _BANKS, _LOANS, counted.loans_of, LENT, "loan_counts_due"),
    )
)


async def differences(conn: asyncpg.Connection) -> list[asyncpg.Record]:
    """Where counters differ from the rows that they stand for: which counter, and the row that only one of the
    two has. Nothing where all is well. For a transaction of one moment that sees everything."""
    if not await have_begun(conn):
        return []
    return [row for statement in _DIFFERING for row in await conn.fetch(statement)]


async def begin_anew(conn: asyncpg.Connection) -> None:
    """Forget what is kept: all is counted once more, by whoever adds up next."""
    for table in ("case_counts", "case_flow_counts", "loan_counts", "counts_begun"):
        await conn.execute(f"delete from {table}")
