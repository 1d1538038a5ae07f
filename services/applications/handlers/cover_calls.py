"""Cover is asked for, answered with measures, judged, and concluded where nothing cures it.

After every step the figures are worked out again in the same transaction, as
`handlers/cover_watch.py` does every day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.cover_call import (
    LIFE_CYCLE,
    NOTHING_PROPOSED,
    TO_BE_JUDGED,
    Action,
    CallExists,
    LoanNotOut,
    Measure,
    MeasureTaken,
    NothingShort,
    NotToJudge,
    Outcome,
    counted_faults,
    figures,
    measure_faults,
)
from services.applications.domain.valuations import Cover
from services.applications.handlers import cover_watch
from services.applications.handlers.case_in_hand import CaseInHand, locked_case
from services.applications.handlers.paper_references import stored_paper
from services.applications.handlers.right_values import covers
from services.applications.queries import register
from services.applications.tables import cover_calls as tables
from services.applications.tables.cover_calls import COVER_CALLS
from services.applications.tables.stored_papers import use
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.papers import PaperNamed
from shared.refusals import FieldFault, FieldsWrong, NotFound
from shared.transitions import Step, apply_transition

_NO_PAPER: Final = FieldFault(
    ("papers",), "required", "须附证明材料", "A measure needs its papers."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallInHand:
    """A call that somebody acts on, locked after its case."""

    conn: asyncpg.Connection
    row: Mapping[str, Any]
    by: Identity
    now: datetime

    @property
    def today(self) -> date:
        """The business day of the step."""
        return business_date(self.now)


async def in_hand(
    conn: asyncpg.Connection, call_id: UUID, *, by: Identity, now: datetime
) -> CallInHand:
    """A call and its case, both locked, the case first. Raises NotFound."""
    case_id = await tables.case_of(conn, call_id)
    if case_id is None:
        raise NotFound(COVER_CALLS.absent.zh, COVER_CALLS.absent.en)
    await locked_case(conn, case_id, today=business_date(now))
    return CallInHand(conn=conn, row=await tables.locked(conn, call_id), by=by, now=now)


async def ask(case: CaseInHand, *, cover_by: date, reason: str) -> UUID:
    """Ask for what a loan is short of, with the figures of today. Raises FieldsWrong, LoanNotOut,
    CallExists, NothingShort."""
    require_later(cover_by, by=case.caller, today=case.today)
    call_id = await keep(case, await _what_is_short(case), cover_by=cover_by, reason=reason)
    await tell(case, call_id)
    return call_id


def require_later(cover_by: date, *, by: Identity, today: date) -> None:
    """Whoever asks may, and for a day that is to come. Raises FieldsWrong and what the life cycle
    refuses."""
    LIFE_CYCLE.require(None, Action.ASK, by)
    if cover_by <= today:
        raise FieldsWrong(
            [FieldFault(("cover_by",), "too-early", "须晚于今日", "It must be later than today.")]
        )


async def keep(case: CaseInHand, short: Cover, *, cover_by: date, reason: str) -> UUID:
    """The call of a locked case, not told to anybody yet."""
    move = LIFE_CYCLE.require(None, Action.ASK, case.caller)
    call = {
        "id": uuid7(),
        "application_id": case.row["id"],
        "bank_code": case.row["bank_code"],
        "cover_by": cover_by,
        "reason": reason,
        "asked_on": case.today,
        "asked_by": case.caller.subject,
        "asked_name": case.caller.name,
        "asked_of": figures(short),
        "shortfall_fen": short.shortfall_fen,
        "looked_at": case.now,
        "state": move.target,
        "state_since": case.now,
        "due_on": cover_by,
    }
    await tables.insert(case.conn, call)
    return UUID(str(call["id"]))


async def tell(case: CaseInHand, call_id: UUID) -> None:
    """Tell of a call that was just made, and of what the firm is short of in all at the bank."""
    row = {**dict(await tables.locked(case.conn, call_id)), "state": None, "version": 0}
    firms = await tables.short_of_firms(case.conn, [row])
    step = Step(
        case=row, action=Action.ASK, by=case.caller, reason=row["reason"],
        detail={"shortfall_fen": row["shortfall_fen"], "cover_by": str(row["cover_by"])},
        facts=cover_watch.told("asked", row["shortfall_fen"], row["reason"], on=case.today,
                               firm=cover_watch.firm_of(firms, row)),
        term=lambda wait: row["cover_by"],
    )  # fmt: skip
    await apply_transition(case.conn, COVER_CALLS, step, now=case.now)


async def _what_is_short(case: CaseInHand) -> Cover:
    if (live := await tables.live_of_case(case.conn, case.row["id"])) is not None:
        raise CallExists(
            "该笔贷款已有未了结的补足担保通知。",
            "The loan has a call for cover that has not come to its end.",
            cover_call=str(live["id"]),
        )
    found = await covers(
        case.conn, bank=None, after=None, loans=1, day=case.today, among=[case.row["id"]]
    )
    if not found:
        raise LoanNotOut("该业务没有未清偿的贷款。", "The case has no loan that is out.")
    cover = found[0][1]
    if not cover.shortfall_fen:
        raise NothingShort("该笔贷款担保足额，无须补足。", "The loan is covered: nothing is short.")
    return cover


async def answer(
    call: CallInHand, taken: MeasureTaken, papers: Sequence[PaperNamed]
) -> None:  # fmt: skip
    """A bank says what it has done, with papers. Raises FieldsWrong and what the life cycle
    refuses."""
    LIFE_CYCLE.require(call.row, Action.ANSWER, call.by)
    faults = measure_faults(taken, today=call.today)
    documents, not_there = await _stored(call, papers)
    faults += not_there
    if taken.right is not None:
        faults += await _take_right(call, taken)
    if faults:
        raise FieldsWrong(faults)
    measure_id = uuid7()
    await tables.add_measure(
        call.conn, measure_id, call.row, taken, document_ids=documents, by=call.by, now=call.now
    )
    await use(
        call.conn, documents, bank_code=call.row["bank_code"], place=f"cover-call:{call.row['id']}",
        now=call.now,
    )  # fmt: skip
    detail = {"measure": taken.kind.value, "measure_id": str(measure_id)}
    await _step(call, Action.ANSWER, "answered", taken.note, detail=detail, measure=taken.kind)


async def _stored(
    call: CallInHand, papers: Sequence[PaperNamed]
) -> tuple[list[UUID], list[FieldFault]]:
    documents: list[UUID] = []
    faults = [] if papers else [_NO_PAPER]
    for paper in papers:
        found, wrong = await stored_paper(call.conn, paper, bank_code=call.by.institution)
        faults += wrong
        if found is not None and found not in documents:
            documents.append(found)
    return documents, faults


async def _take_right(call: CallInHand, taken: MeasureTaken) -> list[FieldFault]:
    """The right is of the register, and no living case holds it."""
    assert taken.right is not None
    if not await register.is_known(call.conn, taken.right):
        return [FieldFault(("right",), "right-unknown", "权利登记中没有该权利，请先登记",
                           "The register has no such right: enter it first.")]  # fmt: skip
    if await tables.hold_right(call.conn, call.row["application_id"], taken):
        return []
    return [FieldFault(("right",), "right-already-pledged", "该权利已在其他有效申请中质押",
                       "It is already pledged in a live case.")]  # fmt: skip


async def judge(
    call: CallInHand, measure_id: UUID, *, is_accepted: bool, counted_fen: int | None, opinion: str
) -> None:
    """The bureau accepts a measure, so that it counts, or refuses it. Raises NotFound, NotToJudge,
    FieldsWrong."""
    LIFE_CYCLE.require(call.row, Action.JUDGE, call.by)
    measure = await _measure(call, measure_id)
    if measure["measure"] not in TO_BE_JUDGED or measure["is_accepted"] is not None:
        raise NotToJudge(
            "该措施无须认定，或已认定。", "The measure is judged already, or figures show it."
        )
    if is_accepted and (faults := counted_faults(counted_fen, measure)):
        raise FieldsWrong(faults)
    await tables.judge(
        call.conn, measure_id, is_accepted=is_accepted,
        counted_fen=counted_fen if is_accepted else None, opinion=opinion, by=call.by, now=call.now,
    )  # fmt: skip
    if not is_accepted and measure["measure"] == Measure.RIGHT_PLEDGED:
        await tables.let_right_go(call.conn, measure, now=call.now)
    what = "accepted" if is_accepted else "refused"
    detail = {"measure": measure["measure"], "measure_id": str(measure_id), "verdict": what}
    await _step(call, Action.JUDGE, what, opinion, detail=detail, measure=measure["measure"])


async def release(call: CallInHand, measure_id: UUID, *, on: date, reason: str) -> None:
    """An accepted measure counts no more from a day on. Raises NotFound, NotToJudge, FieldsWrong."""
    LIFE_CYCLE.require(call.row, Action.RELEASE, call.by)
    measure = await _measure(call, measure_id)
    if not measure["is_accepted"] or measure["released_on"] is not None:
        raise NotToJudge(
            "该措施未被认定，或已解除。", "It was not accepted, or is released already."
        )
    if not measure["taken_on"] <= on <= call.today:
        raise FieldsWrong(
            [FieldFault(("on",), "out-of-order", f"须在 {measure['taken_on']} 至今日之间",
                        f"Between {measure['taken_on']} and today.")]
        )  # fmt: skip
    await tables.release(call.conn, measure_id, on=on, reason=reason, by=call.by)
    if measure["measure"] == Measure.RIGHT_PLEDGED:
        await tables.let_right_go(call.conn, measure, now=call.now)
    detail = {"measure": measure["measure"], "measure_id": str(measure_id), "on": str(on)}
    await _step(call, Action.RELEASE, "released", reason, detail=detail, measure=measure["measure"])


async def _measure(call: CallInHand, measure_id: UUID) -> asyncpg.Record:
    found = await tables.measure_of(call.conn, call.row["id"], measure_id)
    if found is None:
        raise NotFound("没有这项补足措施", "There is no such measure.")
    return found


async def propose(call: CallInHand, *, outcome: Outcome, reason: str) -> None:
    """One person of the bureau says what is to become of it."""
    changes = {
        "outcome": outcome.value, "outcome_reason": reason, "proposed_by": call.by.subject,
        "proposed_name": call.by.name,
    }  # fmt: skip
    detail = {"outcome": outcome.value}
    await _step(call, Action.PROPOSE, "proposed", reason, detail=detail, changes=changes,
                outcome=outcome)  # fmt: skip


async def send_back(call: CallInHand, *, reason: str) -> None:
    """The bank is to do more."""
    await _step(call, Action.SEND_BACK, "sent_back", reason, changes=NOTHING_PROPOSED)


async def conclude(call: CallInHand, *, opinion: str) -> None:
    """Another person decides as was proposed."""
    changes = {
        "concluded_by": call.by.subject, "concluded_name": call.by.name, "concluded_on": call.today,
    }  # fmt: skip
    detail = {"outcome": call.row["outcome"]}
    await _step(call, Action.CONCLUDE, "concluded", opinion, detail=detail, changes=changes,
                outcome=call.row["outcome"])  # fmt: skip


async def _step(
    call: CallInHand,
    action: Action,
    what: str,
    reason: str,
    *,
    detail: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
    measure: str = "",
    outcome: str = "",
) -> None:
    """Move the call on, and look at the figures again."""
    row = call.row
    firms = await tables.short_of_firms(call.conn, [row])
    step = Step(
        case=row, action=action, by=call.by, reason=reason, detail=detail or {},
        changes=changes or {},
        facts=cover_watch.told(what, row["shortfall_fen"], reason, on=call.today, measure=measure,
                               outcome=outcome, firm=cover_watch.firm_of(firms, row)),
        term=lambda wait: row["cover_by"],
    )  # fmt: skip
    await apply_transition(call.conn, COVER_CALLS, step, now=call.now)
    again = await tables.locked(call.conn, row["id"])
    await cover_watch.look(call.conn, [again], now=call.now)
