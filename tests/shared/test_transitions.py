"""A move is written once and whole: state, version, time, deadline, history and events, or nothing.

On the real PostgreSQL. The rules are run against the life cycle as it is and against altered ones,
which they must find out.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared import transitions
from shared.life_cycle import (
    LifeCycle,
    NotPossibleNow,
    Refused,
    RoleMissing,
    Row,
    SecondPersonRequired,
)
from shared.postgres.database import EVERYWHERE, Database
from shared.transitions import (
    CaseTable,
    MovedMeanwhile,
    Step,
    apply_transition,
    apply_transitions,
    history_of,
)
from tests.shared.permits import (
    CLERK,
    LIFE_CYCLE,
    OTHER_CLERK,
    READER,
    Unpaid,
    altered,
    in_five_days,
)

NOON = datetime(2026, 3, 31, 4, 0, tzinfo=UTC)
LATER = datetime(2026, 4, 1, 4, 0, tzinfo=UTC)
SETTLEMENT = UUID("01978f5e-8a00-7000-8000-000000000001")
PERMITS = """
    create table permits (
        id uuid primary key, state text not null, version int not null,
        state_since timestamptz not null, due_on date, bank_code text not null,
        is_paid boolean not null, reviewed_by text, note text
    )
"""


def _pool_of(case: Row) -> Mapping[str, Any]:
    return {"pool_code": case["bank_code"].lower()}


def table_of(life_cycle: LifeCycle) -> CaseTable:
    return CaseTable(
        life_cycle=life_cycle,
        kind="permit",
        table="permits",
        columns={"reviewed_by": "text", "note": "text"},
        about=_pool_of,
    )


class Office:
    """Permits in a database, and what became of them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.cases = table_of(LIFE_CYCLE)

    async def holds(self, state: str = "reviewed", *, is_paid: bool = True) -> UUID:
        """A permit in this state, at version 3, reviewed by CLERK."""
        permit = uuid4()
        async with self.database.begin(EVERYWHERE) as conn:
            await conn.execute(
                "insert into permits values ($1, $2, 3, $3, null, 'ICBC', $4, $5)",
                permit, state, NOON, is_paid, CLERK.subject,
            )  # fmt: skip
        return permit

    async def step(self, permit: UUID, action: str, by: Any = OTHER_CLERK, **more: Any) -> Step:
        """A step of the permit as its row is now."""
        return Step(case=await self.row(permit), action=action, by=by, **more)

    async def apply(self, *steps: Step) -> list[transitions.Transition]:
        """Carry the steps out in one transaction."""
        async with self.database.begin(EVERYWHERE) as conn:
            return await apply_transitions(conn, self.cases, steps, now=LATER)

    async def row(self, permit: UUID) -> asyncpg.Record:
        async with self.database.looking(EVERYWHERE) as conn:
            return await conn.fetchrow("select * from permits where id = $1", permit)

    async def history(self, permit: UUID) -> list[asyncpg.Record]:
        async with self.database.looking(EVERYWHERE) as conn:
            return await history_of(conn, permit)

    async def told(self) -> list[tuple[str, str]]:
        """Types and keys of the events in the outbox, in order."""
        async with self.database.looking(EVERYWHERE) as conn:
            rows = await conn.fetch("select type, aggregateid from outbox order by id")
        return [tuple(row) for row in rows]


@pytest.fixture
async def office(database: Database, groundwork_owner_url: str) -> Office:
    owner = await asyncpg.connect(groundwork_owner_url)
    await owner.execute(PERMITS)
    await owner.close()
    return Office(database)


async def grant_is_written_whole(office: Office) -> None:
    permit = await office.holds()
    step = await office.step(
        permit, "grant", reason="齐备", detail={"pages": 3}, changes={"note": "ok"},
        facts={"settlement_id": SETTLEMENT, "month": "2026-03", "available_fen": 1,
               "paid_in_fen": 2, "on": date(2026, 4, 1)},
    )  # fmt: skip

    (done,) = await office.apply(step)

    row = await office.row(permit)
    assert (row["state"], row["version"], row["state_since"]) == ("granted", 4, LATER)
    assert (row["note"], row["due_on"], row["reviewed_by"]) == ("ok", None, CLERK.subject)
    assert (done.case_id, done.state, done.version, done.due_on) == (permit, "granted", 4, None)
    (moved,) = await office.history(permit)
    assert dict(moved) == {
        "version": 4, "source": "reviewed", "target": "granted", "action": "grant",
        "reason": "齐备", "detail": {"pages": 3}, "subject": OTHER_CLERK.subject,
        "name": OTHER_CLERK.name, "role": "archivist", "at": LATER,
    }  # fmt: skip
    assert await office.told() == [("settlement.confirmed.v1", "icbc"), ("pool.resumed.v1", "icbc")]


async def review_sets_the_deadline_of_what_it_leads_to(office: Office) -> None:
    permit = await office.holds("asked")
    changes = {"reviewed_by": OTHER_CLERK.subject}

    (done,) = await office.apply(
        await office.step(permit, "review", changes=changes, term=in_five_days)
    )

    row = await office.row(permit)
    assert (row["state"], row["due_on"], row["reviewed_by"]) == (
        "reviewed", date(2026, 4, 7), OTHER_CLERK.subject,
    )  # fmt: skip
    assert done.due_on == date(2026, 4, 7)
    assert await office.told() == []


async def a_case_begins_with_its_history_and_its_event(office: Office) -> None:
    permit = await office.holds("asked")
    newborn = {"id": permit, "state": None, "version": 0, "bank_code": "ICBC"}
    facts = {"name": "东丽", "programme": "dongli", "opened_on": date(2026, 4, 1)}

    (done,) = await office.apply(Step(case=newborn, action="ask", by=READER, facts=facts))

    (begun,) = await office.history(permit)
    assert (begun["version"], begun["source"], begun["target"]) == (1, None, "asked")
    assert (begun["role"], begun["at"], done.state) == ("reader", LATER, "asked")
    assert await office.told() == [("pool.opened.v1", "icbc")]


async def every_refusal_leaves_nothing(office: Office) -> None:
    refusals: list[tuple[type[Refused], str, str, bool, Any]] = [
        (NotPossibleNow, "asked", "grant", True, OTHER_CLERK),
        (NotPossibleNow, "granted", "refuse", True, OTHER_CLERK),
        (RoleMissing, "asked", "review", True, READER),
        (RoleMissing, "reviewed", "grant", True, READER),
        (RoleMissing, "reviewed", "refuse", True, READER),
        (Unpaid, "asked", "review", False, OTHER_CLERK),
        (Unpaid, "reviewed", "grant", False, OTHER_CLERK),
        (SecondPersonRequired, "reviewed", "grant", True, CLERK),
    ]
    for refusal, state, action, is_paid, by in refusals:
        permit = await office.holds(state, is_paid=is_paid)
        other = await office.holds("reviewed")
        before = await office.row(permit), await office.row(other)
        possible = await office.step(other, "refuse")
        refused = await office.step(permit, action, by)

        with pytest.raises(refusal):
            # One that is refused stops all that were to be carried out with it.
            await office.apply(possible, refused)

        assert (await office.row(permit), await office.row(other)) == before
        assert await office.history(permit) == await office.history(other) == []
        assert await office.told() == []


RULES = (
    grant_is_written_whole, review_sets_the_deadline_of_what_it_leads_to,
    a_case_begins_with_its_history_and_its_event, every_refusal_leaves_nothing,
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
async def test_a_move_is_all_or_nothing(office: Office, rule):
    await rule(office)


@pytest.mark.parametrize(
    ("rule", "mutant"),
    [
        (grant_is_written_whole, altered("grant", "reviewed", target="refused")),
        (grant_is_written_whole, altered("grant", "reviewed", roles=CLERK.roles)),
        (grant_is_written_whole, altered("grant", "reviewed", tells=())),
        (grant_is_written_whole, altered("grant", "reviewed", tells=("pool.resumed.v1",))),
        (review_sets_the_deadline_of_what_it_leads_to, altered("review", "asked", target="asked")),
        (
            review_sets_the_deadline_of_what_it_leads_to,
            altered("review", "asked", tells=("pool.resumed.v1",)),
        ),
        (a_case_begins_with_its_history_and_its_event, altered("ask", None, target="reviewed")),
        (a_case_begins_with_its_history_and_its_event, altered("ask", None, tells=())),
        (every_refusal_leaves_nothing, altered("grant", "reviewed", source="asked")),
        (every_refusal_leaves_nothing, altered("review", "asked", roles=READER.roles)),
        (every_refusal_leaves_nothing, altered("review", "asked", guards=())),
        (every_refusal_leaves_nothing, altered("grant", "reviewed", guards=("paid",))),
        (every_refusal_leaves_nothing, altered("grant", "reviewed", guards=("second_person",))),
    ],
)
async def test_an_altered_table_is_found_out(office: Office, rule, mutant: LifeCycle):
    office.cases = table_of(mutant)

    with pytest.raises((AssertionError, Refused, ValueError, pytest.fail.Exception)):
        await rule(office)


async def test_many_cases_move_in_one_statement_and_each_has_its_own_history(office):
    asked = [await office.holds("asked") for _ in range(20)]
    waiting = [await office.holds("reviewed") for _ in range(20)]
    steps = [await office.step(one, "review", changes={"note": f"r{n}"}, term=in_five_days)
             for n, one in enumerate(asked)]  # fmt: skip
    steps += [await office.step(one, "refuse", changes={"note": f"n{n}"})
              for n, one in enumerate(waiting)]  # fmt: skip

    said: list[str] = []
    async with office.database.begin(EVERYWHERE) as conn:
        conn.add_query_logger(lambda record: said.append(record.query))
        await apply_transitions(conn, office.cases, steps, now=LATER)

    assert len([query for query in said if re.search(r"permits|case_moves", query)]) == 1
    for n, permit in enumerate(asked):
        row = await office.row(permit)
        assert (row["state"], row["note"], row["due_on"]) == ("reviewed", f"r{n}", date(2026, 4, 7))
    for n, permit in enumerate(waiting):
        row = await office.row(permit)
        assert (row["state"], row["note"], row["due_on"]) == ("refused", f"n{n}", None)
    for permit in (*asked, *waiting):
        assert [move["version"] for move in await office.history(permit)] == [4]


async def test_a_case_that_moved_meanwhile_stops_everything_that_was_to_be_moved_with_it(office):
    permit, other = await office.holds("asked"), await office.holds("asked")
    seen = await office.step(permit, "review"), await office.step(other, "review")
    await office.apply(await office.step(permit, "refuse"))

    with pytest.raises(MovedMeanwhile, match="1 of 2 cases"):
        await office.apply(*seen)

    assert (await office.row(permit))["state"] == "refused"
    assert (await office.row(other))["state"] == "asked"
    assert len(await office.history(permit)) == 1
    assert await office.history(other) == []


async def test_the_same_case_is_not_moved_twice_at_once(office):
    permit = await office.holds("asked")
    step = await office.step(permit, "review")

    with pytest.raises((MovedMeanwhile, asyncpg.UniqueViolationError)):
        await office.apply(step, step)

    assert (await office.row(permit))["version"] == 3


async def test_steps_carried_out_together_change_the_same_columns(office):
    one, other = await office.holds("asked"), await office.holds("asked")

    with pytest.raises(AssertionError, match="same columns"):
        await office.apply(
            await office.step(one, "review", changes={"note": "a"}),
            await office.step(other, "review"),
        )

    assert (await office.row(one))["state"] == "asked"


async def test_nothing_to_move_writes_nothing(office):
    assert await office.apply() == []
    assert await office.told() == []


async def test_one_move_after_the_other_is_a_history_in_order(office):
    permit = await office.holds("asked")
    await office.apply(
        await office.step(permit, "review", CLERK, changes={"reviewed_by": CLERK.subject})
    )
    async with office.database.begin(EVERYWHERE) as conn:
        row = await conn.fetchrow("select * from permits where id = $1 for update", permit)
        step = Step(case=row, action="refuse", by=CLERK, reason="撤回")
        done = await apply_transition(conn, office.cases, step, now=LATER)

    assert done.version == 5
    assert [(move["action"], move["version"]) for move in await office.history(permit)] == [
        ("review", 4), ("refuse", 5),
    ]  # fmt: skip


async def test_a_bank_sees_the_history_of_its_own_cases_only(office):
    permit = await office.holds("asked")
    await office.apply(await office.step(permit, "review"))

    for institution, sees in (("ICBC", 1), ("CCB", 0), ("", 0)):
        async with office.database.looking(institution) as conn:
            assert len(await history_of(conn, permit)) == sees, institution


def test_a_table_that_tells_what_no_contract_knows_stops_the_start():
    with pytest.raises(AssertionError, match=r"no contract has \['permit.granted.v1'\]"):
        table_of(altered("grant", "reviewed", tells=("permit.granted.v1",)))
