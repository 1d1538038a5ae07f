"""A version of a programme is proposed, and published, refused or withdrawn by a second step."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.programme_version import (
    EXTENDS_NOTHING,
    LIFE_CYCLE,
    Action,
    Proposal,
    SchemeUnreadable,
)
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.tables import programmes
from services.risk_pool.tables.programmes import CASES
from shared.postgres.published_schemes import keep_published
from shared.refusals import FieldsWrong, NotFound
from shared.schemes.publication import Publication, scheme_of
from shared.transitions import Step, apply_transition


async def propose(
    conn: asyncpg.Connection,
    publication: Publication,
    *,
    in_force_from: date,
    accepts: Sequence[str],
    proposing: StepContext,
) -> UUID:
    """Keep a version for a second person to publish; the answer is its id.

    Raises RoleMissing, SchemeUnreadable, VersionNotLater, FieldsWrong, and what `Proposal.require_enough` does.
    """
    move = LIFE_CYCLE.require(None, Action.PROPOSE, proposing.by)
    scheme, problems = publication.read()
    if scheme is None or problems:
        raise SchemeUnreadable(problems)
    if publication.common_text and not scheme.extends:
        raise FieldsWrong([EXTENDS_NOTHING])
    await programmes.hold_programme(conn, publication.programme)
    proposal = Proposal(scheme=scheme, in_force_from=in_force_from, accepts=tuple(accepts))
    await _require_later(conn, proposal, proposing.today)
    proposal.require_enough()
    begun: Mapping[str, Any] = {
        "id": uuid7(),
        "programme": publication.programme,
        "number": await programmes.next_number(conn, publication.programme),
        "in_force_from": in_force_from,
        "text": publication.text,
        "common_text": publication.common_text,
        "sha256": publication.sha256,
        "accepted": sorted(set(accepts)),
        "proposed_at": proposing.now,
        "proposed_by": proposing.by.subject,
        "proposed_by_name": proposing.by.name,
        "state": move.target,
        "state_since": proposing.now,
    }
    await programmes.insert(conn, begun)
    step = Step(
        case={**begun, "state": None, "version": 0},
        action=Action.PROPOSE,
        by=proposing.by,
        detail={"accepts": begun["accepted"], "sha256": begun["sha256"]},
    )
    await apply_transition(conn, CASES, step, now=proposing.now)
    return UUID(str(begun["id"]))


async def publish(conn: asyncpg.Connection, version_id: UUID, publishing: StepContext) -> None:
    """A second person publishes: from its day on the text binds every loan, for ever.

    Raises what `LifeCycle.require` raises, and VersionNotLater where the day has come meanwhile
    or another version was published for a later one.
    """
    version = await _locked(conn, version_id, publishing)
    LIFE_CYCLE.require(version, Action.PUBLISH, publishing.by)
    publication = Publication(version["programme"], version["text"], version["common_text"])
    proposal = Proposal(
        scheme=scheme_of(publication, version["sha256"]),
        in_force_from=version["in_force_from"],
        accepts=tuple(version["accepted"]),
    )
    await _require_later(conn, proposal, publishing.today)
    proposal.require_enough()
    await keep_published(
        conn,
        publication,
        in_force_from=version["in_force_from"],
        sha256=version["sha256"],
        published_on=publishing.today,
    )
    step = Step(
        case=version,
        action=Action.PUBLISH,
        by=publishing.by,
        detail={"sha256": version["sha256"]},
        changes={
            "published_at": publishing.now,
            "published_by": publishing.by.subject,
            "published_by_name": publishing.by.name,
        },
        facts={"published_on": publishing.today},
    )
    await apply_transition(conn, CASES, step, now=publishing.now)


async def refuse(
    conn: asyncpg.Connection, version_id: UUID, refusing: StepContext, *, reason: str
) -> None:
    """The second person does not publish it. Raises what `LifeCycle.require` raises."""
    await _end(conn, version_id, Action.REFUSE, refusing, reason)


async def withdraw(
    conn: asyncpg.Connection, version_id: UUID, withdrawing: StepContext, *, reason: str
) -> None:
    """The pool's manager takes it back. Raises what `LifeCycle.require` raises."""
    await _end(conn, version_id, Action.WITHDRAW, withdrawing, reason)


async def _end(
    conn: asyncpg.Connection, version_id: UUID, action: Action, ending: StepContext, reason: str
) -> None:
    version = await _locked(conn, version_id, ending)
    step = Step(case=version, action=action, by=ending.by, reason=reason)
    await apply_transition(conn, CASES, step, now=ending.now)


async def _locked(
    conn: asyncpg.Connection, version_id: UUID, taken_in: StepContext
) -> asyncpg.Record:
    version = await programmes.lock(conn, version_id)
    if version is None:
        raise NotFound("没有该方案版本", "There is no such version of a programme.")
    taken_in.check_version(version["version"])
    return version


async def _require_later(conn: asyncpg.Connection, proposal: Proposal, today: date) -> None:
    newest = await programmes.newest_in_force_from(conn, proposal.scheme.programme)
    proposal.require_later(newest=newest, today=today)
