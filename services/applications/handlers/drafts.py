"""Drafts of applications: a bank's clerks save, change and throw away; old ones go by themselves."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import LIFE_CYCLE, Action
from services.applications.queries.drafts import no_such_draft
from services.applications.tables import drafts
from services.applications.tables.cases import locked
from services.applications.tables.drafts import Written
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.life_cycle import Row
from shared.postgres.database import EVERYWHERE, Database
from shared.refusals import FieldFault, FieldsWrong, Refused


class DraftThere(Refused):
    """A case has one draft of what it is to say next."""

    code = "draft-there"


class CaseRevised(Refused):
    """What a draft begins with is not what its case says any more."""

    code = "case-revised"


class DraftFiled(Refused):
    """A draft that became a case stays as it was filed."""

    code = "draft-filed"
    status = 409


async def add(
    conn: asyncpg.Connection, written: Written, *, by: Identity, now: datetime
) -> asyncpg.Record:
    """Keep a new draft. Raises FieldsWrong, DraftThere, and what the life cycle refuses where it is to
    amend a case that cannot be handed in again now."""
    await _must_fit(conn, written)
    revision = None
    if written.amends is not None:
        case = await locked(conn, written.amends, today=business_date(now))
        if case is None or case["bank_code"] != by.institution:
            raise FieldsWrong(
                [
                    FieldFault(("amends",), "case-unknown", "没有这个申请",
                               "There is no such application.")
                ]
            )  # fmt: skip
        handed_in_by(case, by)
        revision = case["revision"]
    row = await drafts.add_draft(conn, written, by=by, now=now, revision=revision)
    if row is None:
        assert written.amends is not None, "of new applications there are any number"
        there = await drafts.open_draft_of(conn, written.amends, bank_code=by.institution)
        raise DraftThere(
            "该申请已有修改草稿，请在该草稿上继续",
            "There is a draft of what this case is to say; go on with it.",
            draft_id=str(there),
        )
    return row


def handed_in_by(case: Row, by: Identity) -> Action:
    """By which move a case is handed in again: mended where it came back, else amended. Raises what
    the life cycle refuses."""
    open_to = LIFE_CYCLE.open_to(case, by)
    if Action.RESUBMIT in open_to:
        return Action.RESUBMIT
    LIFE_CYCLE.require(case, Action.AMEND, by)
    return Action.AMEND


def must_follow(draft: asyncpg.Record, case: Row) -> None:
    """Raises CaseRevised where the case was handed in again since the draft was begun."""
    if draft["amends_revision"] != case["revision"]:
        raise CaseRevised(
            "该申请在起草期间已另行修改并提交，为免覆盖，请删除本草稿后重新修改",
            "The case was handed in again since this draft was begun. So that nothing is undone "
            "unseen, throw the draft away and begin another.",
            revision=case["revision"],
        )


async def save(
    conn: asyncpg.Connection,
    draft: asyncpg.Record,
    written: Written,
    *,
    by: Identity,
    now: datetime,
) -> asyncpg.Record:
    """Save a locked draft again, whoever of the bank began it. Raises FieldsWrong, DraftFiled."""
    must_be_open(draft)
    if written.amends not in (None, draft["amends"]):
        raise FieldsWrong(
            [
                FieldFault(("amends",), "draft-of-another-case", "草稿所属的申请不能更换",
                           "A draft stays with what it was begun for.")
            ]
        )  # fmt: skip
    await _must_fit(conn, written)
    return await drafts.save_draft(conn, draft["id"], written, by=by, now=now)


async def locked_draft(conn: asyncpg.Connection, draft_id: UUID, *, by: Identity) -> asyncpg.Record:
    """A draft of the clerk's bank, locked. Raises NotFound."""
    row = await drafts.locked_draft(conn, draft_id, bank_code=by.institution)
    if row is None:
        raise no_such_draft()
    return row


def must_be_open(draft: asyncpg.Record) -> None:
    """Raises DraftFiled for a draft that became a case."""
    if draft["application_id"] is not None:
        raise DraftFiled(
            "该草稿已提交为申请，请在该申请上办理",
            "This draft was filed; go on with the application that it became.",
            application_id=str(draft["application_id"]),
        )


async def prune(database: Database, now: Callable[[], datetime], *, kept_days: int) -> int:
    """Throw away drafts that nobody has touched for so many days; how many. A draft that became a
    case goes too: the case stays."""
    saved_before = now() - timedelta(days=kept_days)
    async with database.looking(EVERYWHERE) as conn:
        banks = await drafts.banks_with_drafts(conn)
    pruned = 0
    for bank_code in banks:
        # With the bank's own eyes: nobody else sees its drafts, the house neither.
        async with database.begin(bank_code) as conn:
            pruned += await drafts.prune_drafts(
                conn, bank_code=bank_code, saved_before=saved_before
            )
    return pruned


async def _must_fit(conn: asyncpg.Connection, written: Written) -> None:
    """The programme is one of a pool, and of the pool that is named."""
    pool_code = written.said.get("pool_code")
    programmes = await drafts.programmes_of_pools(conn, pool_code)
    if written.programme in programmes:
        return
    if pool_code is not None:
        raise FieldsWrong(
            [
                FieldFault(
                    ("application", "pool_code"),
                    "pool-of-another-programme",
                    "没有这个资金池，或该资金池不执行所选办法",
                    "There is no such pool, or it follows another programme.",
                )
            ]
        )
    raise FieldsWrong(
        [
            FieldFault(
                ("programme",),
                "programme-unknown",
                "没有资金池执行这个办法",
                "No pool follows this programme.",
            )
        ]
    )
