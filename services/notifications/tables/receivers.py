"""Receivers as rows: added, locked, moved on, and how well they do.

Whoever changes receivers and deliveries together changes receivers first. A lock leaves the key
alone (`no key update`): else it would hold up whoever is just writing a delivery for it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.notifications.domain.audiences import BUREAU
from services.notifications.domain.digests import Digest
from services.notifications.domain.hours import ALWAYS, Hours
from services.notifications.domain.receivers import KNOWN, LIFE_CYCLE, ReceiverAction
from services.notifications.domain.wishes import Wishes
from shared.life_cycle import Person
from shared.transitions import CaseTable, Step, apply_transition, apply_transitions

RECEIVERS = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="receiver",
    table="receivers",
    columns={"state_reason": "text"},
)

# The history is read by whom the case is of; the bureau's own cases are no bank's.
_BANK = f"case when institution = '{BUREAU}' then '' else institution end as bank_code"

_ADD = """
    insert into receivers (id, institution, channel, for_people, roles, event_types, state,
                           state_since, created_at, created_by, is_group, pools,
                           least_amount_fen, seen_pools, quiet_from, quiet_until,
                           working_days_only, digest, month_pack, confirmed_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
"""

_LOCK = f"""
    select *, {_BANK} from receivers
    where id = $1 and institution = $2 and channel = any ($3) and state = any ($4)
    for no key update
"""

_LOCK_MANY = f"""
    select *, {_BANK} from receivers where id = any ($1) and state = any ($2)
    order by id for no key update
"""

_CHANGE = """
    update receivers
    set event_types = $2, roles = $3, pools = $4, least_amount_fen = $5, version = $6,
        quiet_from = $7, quiet_until = $8, working_days_only = $9, digest = $10
    where id = $1
"""

# Whoever is being changed by a person is served at the next look: nobody waits for a lock here.
_TAKE_TURN = """
    update receivers set not_before = $3
    where id in (select id from receivers
                 where id = any ($1) and (not_before is null or not_before <= $2)
                 for no key update skip locked)
    returning id
"""

_HOLD = """
    update receivers r set not_before = greatest(r.not_before, o.until)
    from unnest($1::uuid[], $2::timestamptz[]) as o (id, until)
    where r.id = o.id
"""

_WELL = """
    update receivers set failing_since = null, last_error = ''
    where id = any ($1) and failing_since is not null
"""

_UNWELL = """
    update receivers r
    set failing_since = coalesce(r.failing_since, o.since), last_error = o.error
    from unnest($1::uuid[], $2::timestamptz[], $3::text[]) as o (id, since, error)
    where r.id = o.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReceiver:
    """A receiver before it is kept."""

    id: UUID
    institution: str
    channel: str
    for_people: bool
    roles: Collection[str]
    wishes: Wishes = field(default_factory=Wishes)
    hours: Hours = ALWAYS
    digest: str = Digest.EACH
    month_pack: bool = False
    is_group: bool = False
    is_confirmed: bool = True
    """Whether it is told from the beginning; a mailbox is asked first."""
    seen_pools: Collection[str] | None = None
    """The pools that whoever set it up belongs to; None for all of them."""


async def lock_adding(conn: asyncpg.Connection, *, institution: str) -> None:
    """Be alone in adding receivers of an institution, so that they can be counted."""
    await conn.execute(
        "select pg_advisory_xact_lock(hashtextextended('receivers of ' || $1, 0))", institution
    )


async def count(
    conn: asyncpg.Connection, *, institution: str, channels: Collection[str], created_by: str = ""
) -> int:
    """How many receivers an institution has on these channels; with a person, how many are theirs."""
    found: int = await conn.fetchval(
        "select count(*) from receivers where institution = $1 and channel = any ($2) "
        "and ($3 = '' or created_by = $3) and state = any ($4)",
        institution,
        list(channels),
        created_by,
        sorted(KNOWN),
    )
    return found


async def add(
    conn: asyncpg.Connection, receiver: NewReceiver, *, by: Person, now: datetime
) -> None:
    """Keep a new receiver; what its channel needs of it is kept by the caller."""
    state = LIFE_CYCLE.require(None, ReceiverAction.ADD, by).target
    await conn.execute(
        _ADD,
        receiver.id,
        receiver.institution,
        receiver.channel,
        receiver.for_people,
        sorted(receiver.roles),
        sorted(set(receiver.wishes.event_types)),
        state,
        now,
        by.subject,
        receiver.is_group,
        sorted(set(receiver.wishes.pools)),
        receiver.wishes.least_amount_fen,
        receiver.seen_pools,
        receiver.hours.quiet_from,
        receiver.hours.quiet_until,
        receiver.hours.working_days_only,
        receiver.digest,
        receiver.month_pack,
        now if receiver.is_confirmed else None,
    )
    bank = "" if receiver.institution == BUREAU else receiver.institution
    begins = {"id": receiver.id, "state": None, "version": 0, "bank_code": bank}
    step = Step(case=begins, action=ReceiverAction.ADD, by=by)
    await apply_transition(conn, RECEIVERS, step, now=now)


async def lock(
    conn: asyncpg.Connection, receiver_id: UUID, *, institution: str, channels: Collection[str]
) -> asyncpg.Record | None:
    """A receiver of the institution, locked until the end of the transaction."""
    return await conn.fetchrow(_LOCK, receiver_id, institution, list(channels), sorted(KNOWN))


async def move(
    conn: asyncpg.Connection,
    receiver: Mapping[str, Any],
    action: ReceiverAction,
    *,
    by: Person,
    now: datetime,
    reason: str = "",
) -> int:
    """Move a locked receiver on; its version then."""
    step = Step(case=receiver, action=action, by=by, changes={"state_reason": reason})
    return (await apply_transition(conn, RECEIVERS, step, now=now)).version


async def move_all(
    conn: asyncpg.Connection,
    receivers: Sequence[UUID],
    action: ReceiverAction,
    *,
    by: Person,
    now: datetime,
    reason: str,
) -> None:
    """Move on those of these receivers that the action is possible for, for whoever does it."""
    sources = [
        one.source for one in LIFE_CYCLE.moves if one.action == action and one.roles & by.roles
    ]
    steps = [
        Step(case=row, action=action, by=by, changes={"state_reason": reason})
        for row in await conn.fetch(_LOCK_MANY, receivers, sources)
    ]
    await apply_transitions(conn, RECEIVERS, steps, now=now)


async def change(
    conn: asyncpg.Connection,
    receiver_id: UUID,
    *,
    wishes: Wishes,
    hours: Hours,
    digest: str,
    roles: Collection[str],
    version: int,
) -> None:
    """What a locked receiver is told of from now on, and when."""
    await conn.execute(
        _CHANGE,
        receiver_id,
        sorted(set(wishes.event_types)),
        sorted(set(roles)),
        sorted(set(wishes.pools)),
        wishes.least_amount_fen,
        version,
        hours.quiet_from,
        hours.quiet_until,
        hours.working_days_only,
        digest,
    )


async def take_turn(
    conn: asyncpg.Connection, receivers: Collection[UUID], *, now: datetime, until: datetime
) -> set[UUID]:
    """Those of these receivers that may be sent something now; nobody sends them more until then,
    whichever process they are."""
    rows = await conn.fetch(_TAKE_TURN, list(receivers), now, until)
    return {row["id"] for row in rows}


async def hold(conn: asyncpg.Connection, until: Mapping[UUID, datetime]) -> None:
    """Send these receivers nothing before a moment."""
    if until:
        await conn.execute(_HOLD, list(until), list(until.values()))


async def note_health(
    conn: asyncpg.Connection,
    *,
    well: Sequence[UUID],
    unwell: Mapping[UUID, tuple[datetime, str]],
) -> None:
    """Note which receivers do well and which do not, since when and why."""
    if well:
        await conn.execute(_WELL, well)
    if unwell:
        since, errors = zip(*unwell.values(), strict=True)
        await conn.execute(_UNWELL, list(unwell), since, errors)
