"""Papers that applications keeps: heard of, taken back, and referred to by the pool's cases."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg

from services.risk_pool.domain.papers import PaperNotYetKnown, may_be_on_its_way, not_yet_known
from services.risk_pool.tables import stored_papers as tables
from shared.contracts.papers import DocumentLetGoV1, DocumentReferredV1
from shared.messaging import outbox
from shared.messaging.inbox import Received
from shared.papers import PaperNamed, found_among, not_stored
from shared.postgres.database import Database
from shared.refusals import FieldsWrong

_LOOK_AGAIN_SECONDS: Final = 0.1


async def stored(
    received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Institutions have stored papers: their cases may refer to these."""
    await tables.keep(conn, [_paper(one.event) for one in received], now=now)


async def withdrawn(
    received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Papers were taken back. Where no case refers to one, none ever will, and its content may go."""
    papers = {one.event.document_id: one.event for one in received}
    gone = await tables.withdraw(conn, [_paper(event) for event in papers.values()], now=now)
    told = [
        DocumentLetGoV1(document_id=event.document_id, bank_code=event.bank_code)
        for event in papers.values()
        if event.document_id in gone
    ]
    await outbox.append(conn, told, now=now)


def _paper(event: Any) -> tables.Paper:
    return (
        event.document_id, event.bank_code, bytes.fromhex(event.sha256), event.size,
        event.media_type, event.filename,
    )  # fmt: skip


async def wait_for(
    database: Database, named: Sequence[PaperNamed], *, bank_code: str, seconds: float
) -> None:
    """Give papers that were stored a moment ago so many seconds to be heard of.

    Before the transaction of the request, which must lock nothing while it waits. Whoever sends a
    file and refers to it at once is then not sent away.
    """
    ends = time.monotonic() + seconds
    while await _on_their_way(database, named, bank_code):
        if time.monotonic() >= ends:
            return
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)


async def _on_their_way(
    database: Database, named: Sequence[PaperNamed], bank_code: str
) -> list[PaperNamed]:
    young = [one for one in named if may_be_on_its_way(one.document_id, seconds=time.time())]
    if not young:
        return []
    async with database.looking(bank_code) as conn:
        found = found_among(young, await _among(conn, young, bank_code, referred=False))
    return [one for one, row in zip(young, found, strict=True) if row is None]


async def among(
    conn: asyncpg.Connection, named: Sequence[PaperNamed], *, bank_code: str, held: bool
) -> list[asyncpg.Record]:
    """The stored papers behind these, as far as there are any, for a look (`found_in`); with `held`
    nobody withdraws them until the transaction ends."""
    if not named:
        return []
    if held:
        ids, hashes = _by(named)
        await tables.hold(conn, bank_code=bank_code, ids=ids, hashes=hashes)
    return await _among(conn, named, bank_code, referred=False)


async def known(
    conn: asyncpg.Connection, named: Sequence[PaperNamed], *, bank_code: str
) -> list[Any]:
    """The stored paper behind each, for a look only. Raises FieldsWrong, PaperNotYetKnown."""
    return found_in(named, await among(conn, named, bank_code=bank_code, held=False))


async def refer_to(
    conn: asyncpg.Connection, named: Sequence[PaperNamed], *, bank_code: str, place: str,
    now: datetime,
) -> list[Any]:  # fmt: skip
    """The stored paper behind each, which stays from now on. An institution refers to its own only.

    Raises FieldsWrong with every paper that is not there, PaperNotYetKnown where all of these may be
    on their way. Locks papers before anything else of the request is locked.
    """
    if not named:
        return []
    ids, hashes = _by(named)
    first = await tables.refer(conn, bank_code=bank_code, ids=ids, hashes=hashes, now=now)
    found = found_in(named, await _among(conn, named, bank_code, referred=True))
    told = [
        DocumentReferredV1(document_id=one, bank_code=bank_code, place=place)
        for one in sorted(first)
    ]
    await outbox.append(conn, told, now=now)
    return found


def _by(named: Sequence[PaperNamed]) -> tuple[list[Any], list[bytes]]:
    """Ids, and the hashes of those that have none."""
    return (
        [one.document_id for one in named if one.document_id is not None],
        [one.sha256 for one in named if one.document_id is None],
    )


async def _among(
    conn: asyncpg.Connection, named: Sequence[PaperNamed], bank_code: str, *, referred: bool
) -> list[asyncpg.Record]:
    ids, hashes = _by(named)
    return await tables.papers_among(
        conn, bank_code=bank_code, ids=ids, hashes=hashes, referred=referred
    )


def found_in(named: Sequence[PaperNamed], rows: Sequence[asyncpg.Record]) -> list[Any]:
    """The stored paper behind each; there may be more among the rows. Raises FieldsWrong,
    PaperNotYetKnown."""
    found = found_among(named, rows)
    absent = [one for one, row in zip(named, found, strict=True) if row is None]
    seconds = time.time()
    young = [one for one in absent if may_be_on_its_way(one.document_id, seconds=seconds)]
    if absent and len(young) == len(absent):
        raise PaperNotYetKnown([not_yet_known(one) for one in absent])
    if absent:
        raise FieldsWrong(
            [not_yet_known(one) if one in young else not_stored(one) for one in absent]
        )
    return found
