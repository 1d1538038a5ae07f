"""A case that somebody acts on, and how a step of it is carried out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.applications.domain import waiting
from services.applications.domain.life_cycle import LIFE_CYCLE, Action
from services.applications.tables.cases import locked, move_on
from shared.auth.identity import Identity
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.life_cycle import Row, Term, Wait
from shared.postgres.published_schemes import terms_on
from shared.refusals import NotFound, Refused
from shared.schemes.terms import Terms
from shared.transitions import Step, Transition


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a step leaves beside the move itself."""

    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Columns of the case; the names are ours, never a caller's."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the move's events say beside what every event of a case says."""


@dataclass(frozen=True, kw_only=True)
class CaseInHand:
    """A case, locked, and who acts on it: in which transaction, by which calendar, and when."""

    row: Row
    """For a case that begins: its names, with `state` None and `version` 0."""
    conn: asyncpg.Connection
    caller: Identity
    working_days: WorkingDays
    now: datetime

    @property
    def today(self) -> date:
        """The business day of the step."""
        return business_date(self.now)

    def must_allow(self, action: Action) -> None:
        """Raise what the life cycle refuses; for a step that has more to be looked at."""
        LIFE_CYCLE.require(self.row, action, self.caller)

    async def term(self, mode: str, programme: str, *, since: date | None = None) -> Term:
        """By when what waits now is to be moved on; `since` as in `term_by`."""
        began = since or self.today
        return self.term_by(await terms_or_none(self.conn, programme, mode, began), since=since)

    def term_by(self, terms: Terms | None, *, since: date | None = None) -> Term:
        """The same, by terms that are known already. A step's clock runs on from state to state: it
        begins today only where another step begins. `since` is when it began where the case goes
        back to an earlier step."""
        began = since or self.today
        step_before = waiting.step_of(self.row["state"])

        def until(wait: Wait) -> date | None:
            if wait.step and wait.step == step_before:
                same: date | None = self.row["due_on"]
                return same
            return waiting.due_on(wait, terms=terms, today=began, working_days=self.working_days)

        return until

    async def take_step(
        self, action: Action, decision: Decision, *, since: date | None = None
    ) -> Transition:
        """Move the case on; `since` as in `term`. Raises what the life cycle refuses."""
        return await self.carry_out(await self.step(action, decision, since=since))

    async def carry_out(self, step: Step) -> Transition:
        """Take a step of this case. Raises what the life cycle refuses."""
        (done,) = await move_on(self.conn, [step], now=self.now)
        return done

    async def step(self, action: Action, decision: Decision, *, since: date | None = None) -> Step:
        """The step as it would be taken, for several that are taken together."""
        return Step(
            case=self.row,
            action=action,
            by=self.caller,
            reason=decision.reason,
            detail=decision.detail,
            changes=decision.changes,
            facts=decision.facts,
            term=await self.term(self.row["mode"], self.row["programme"], since=since),
        )


async def locked_case(conn: asyncpg.Connection, case_id: UUID, *, today: date) -> asyncpg.Record:
    """The case's row, locked, with what the desk knows of it. Raises NotFound, also where it is
    another bank's."""
    row = await locked(conn, case_id, today=today)
    if row is None:
        raise NotFound("没有这个申请", "There is no such application.")
    return row


async def terms_or_none(
    conn: asyncpg.Connection, programme: str, mode: str, day: date
) -> Terms | None:
    """The terms of a mode on a day; None where there are none."""
    try:
        return await terms_on(conn, programme, day, mode)
    except Refused:
        return None  # A programme that is over sets no deadlines.
