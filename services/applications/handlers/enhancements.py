"""A policy or a guarantee is recorded, endorsed, ended. Whoever acts on one of a case locks the case
first, so that a decision on it sees what stands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.enhancement import (
    LIFE_CYCLE,
    REGUARANTEE,
    Action,
    Enhancement,
    Form,
    Promise,
    promise_faults,
    told_of,
)
from services.applications.handlers.case_in_hand import locked_case
from services.applications.handlers.paper_references import stored_paper
from services.applications.queries import enhancements as known
from services.applications.tables import enhancements as tables
from services.applications.tables.banks import is_bank
from services.applications.tables.enhancements import ENHANCEMENTS, NewEnhancement
from services.applications.tables.stored_papers import use
from shared import canonical
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.contracts.around_loans import PolicyStandsV1
from shared.life_cycle import Row
from shared.messaging import outbox
from shared.papers import PaperNamed
from shared.refusals import FieldFault, FieldsWrong, NotFound
from shared.transitions import Step, apply_transition


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What somebody records: whose promise, under which number, for which case or firm."""

    form: Form
    kind: str
    issuer_uscc: str
    issuer_name: str
    number: str
    promise: Promise
    paper: PaperNamed | None = None
    case_id: UUID | None = None
    firm_uscc: str | None = None
    firm_name: str | None = None
    renews: UUID | None = None
    backs: UUID | None = None


async def record(conn: asyncpg.Connection, asked: Recorded, *, by: Identity, now: datetime) -> UUID:
    """Keep a policy or a guarantee with its first version. Raises NotFound, FieldsWrong."""
    move = LIFE_CYCLE.require(None, Action.RECORD, by)
    today = business_date(now)
    case = None if asked.case_id is None else await locked_case(conn, asked.case_id, today=today)
    promise, wrong = await _looked_at(
        conn, replace(asked.promise, effective_on=min(asked.promise.begins_on, today)),
        asked.paper, before=None, today=today, by=by,
    )  # fmt: skip
    faults = [*_of_whom(asked), *wrong]
    if not canonical.number(asked.number):
        faults.append(_fault("number", "required", "须填编号", "It needs a number."))
    before, wrong = await _linked(conn, asked, case, by=by)
    if faults := [*faults, *wrong]:
        raise FieldsWrong(faults)
    new = NewEnhancement(
        id=uuid7(),
        form=asked.form,
        kind=asked.kind,
        bank_code=by.institution if case is None else case["bank_code"],
        application_id=asked.case_id,
        firm_uscc=case["borrower_uscc"] if case is not None else asked.firm_uscc or "",
        firm_name=case["borrower_name"] if case is not None else asked.firm_name or "",
        issuer_uscc=asked.issuer_uscc,
        issuer_name=asked.issuer_name,
        number=asked.number,
        number_canonical=canonical.number(asked.number),
        renews=asked.renews,
        first_id=None if before is None else before["first_id"] or before["id"],
        backs=asked.backs,
    )
    if not await tables.insert(conn, new, state=move.target, by=by, now=now):
        raise FieldsWrong([_NUMBER_USED])
    row = {
        **{name: getattr(new, name) for name in NewEnhancement.__dataclass_fields__},
        "case_number": None if case is None else case["number"],
        "pool_code": None if case is None else case["pool_code"],
    }
    await _keep(conn, row, 1, promise, reason="", by=by, now=now)
    step = Step(
        case={**row, "state": None, "version": 0},
        action=Action.RECORD,
        by=by,
        facts={**told_of(promise), "what": "recorded", "on": promise.begins_on, "reason": ""},
    )
    await apply_transition(conn, ENHANCEMENTS, step, now=now)
    await _tell_standing(conn, row, promise, ended_on=None, now=now)
    return new.id


async def endorse(
    conn: asyncpg.Connection, form: Form, enhancement_id: UUID, promise: Promise, *,
    paper: PaperNamed | None, reason: str, by: Identity, now: datetime,
) -> None:  # fmt: skip
    """A new version from a day on; those before stay. Raises NotFound, FieldsWrong, NotPossibleNow."""
    row, kept = await _in_hand(conn, form, enhancement_id, Action.ENDORSE, by=by, now=now)
    today = business_date(now)
    promise, faults = await _looked_at(
        conn, promise, paper, before=kept.versions[-1], today=today, by=by
    )
    if faults:
        raise FieldsWrong(faults)
    await _keep(conn, row, len(kept.versions) + 1, promise, reason=reason, by=by, now=now)
    step = Step(
        case=row,
        action=Action.ENDORSE,
        by=by,
        reason=reason,
        facts={
            **told_of(promise), "what": "endorsed", "on": promise.effective_on, "reason": reason,
        },
    )  # fmt: skip
    await apply_transition(conn, ENHANCEMENTS, step, now=now)
    await _tell_standing(conn, row, promise, ended_on=None, now=now)


async def end(
    conn: asyncpg.Connection, form: Form, enhancement_id: UUID, *, ended_on: date, reason: str,
    by: Identity, now: datetime,
) -> None:  # fmt: skip
    """It stands up to a day, and no longer. Raises NotFound, FieldsWrong, NotPossibleNow."""
    row, kept = await _in_hand(conn, form, enhancement_id, Action.END, by=by, now=now)
    today, first = business_date(now), kept.versions[0].effective_on
    if not first <= ended_on <= today:
        raise FieldsWrong(
            [_fault("ended_on", "out-of-order", f"须在 {first} 至今日之间",
                    f"Between {first} and today.")]
        )  # fmt: skip
    step = Step(
        case=row,
        action=Action.END,
        by=by,
        reason=reason,
        changes={"ended_on": ended_on},
        facts={**told_of(kept.versions[-1]), "what": "ended", "on": ended_on, "reason": reason},
    )
    await apply_transition(conn, ENHANCEMENTS, step, now=now)
    await _tell_standing(conn, row, kept.versions[-1], ended_on=ended_on, now=now)


async def _tell_standing(
    conn: asyncpg.Connection, row: Row, promise: Promise, *, ended_on: date | None, now: datetime
) -> None:
    """The pool hears how a policy stands now; of guarantees it hears nothing."""
    if row["form"] != "policy":
        return
    told = PolicyStandsV1(
        policy_id=row["id"],
        loan_id=row["application_id"],
        bank_code="" if row["bank_code"] == "*" else row["bank_code"],
        pool_code=row["pool_code"] or "",
        borrower_uscc=row["firm_uscc"],
        kind=row["kind"],
        insurer_name=row["issuer_name"],
        reference=row["number"],
        insured_fen=promise.amount_fen or 0,
        premium_fen=promise.price_fen,
        begins_on=promise.begins_on,
        ends_on=promise.ends_on,
        ended_on=ended_on,
    )
    await outbox.append(conn, [told], now=now)


async def _in_hand(
    conn: asyncpg.Connection, form: Form, enhancement_id: UUID, action: Action, *, by: Identity,
    now: datetime,
) -> tuple[Row, Enhancement]:  # fmt: skip
    shown = await known.one(conn, enhancement_id, form=form, institution=by.institution)
    if shown is None:
        raise NotFound(ENHANCEMENTS.absent.zh, ENHANCEMENTS.absent.en)
    if shown[0]["application_id"] is not None:
        await locked_case(conn, shown[0]["application_id"], today=business_date(now))
    row = await tables.locked(conn, enhancement_id, form=form, institution=by.institution)
    assert row is not None, "none is ever removed"
    LIFE_CYCLE.require(row, action, by)
    again = await known.one(conn, enhancement_id, form=form, institution=by.institution)
    assert again is not None
    return row, known.as_enhancement(again)


async def _keep(
    conn: asyncpg.Connection, row: Row, no: int, promise: Promise, *, reason: str, by: Identity,
    now: datetime,
) -> None:  # fmt: skip
    await tables.add_version(conn, row, no, promise, reason=reason, by=by, now=now)
    if promise.document_id is not None:
        await use(
            conn, [promise.document_id], bank_code=row["bank_code"],
            place=f"enhancement:{row['id']}", now=now,
        )  # fmt: skip


async def _looked_at(
    conn: asyncpg.Connection, promise: Promise, paper: PaperNamed | None, *,
    before: Promise | None, today: date, by: Identity,
) -> tuple[Promise, list[FieldFault]]:  # fmt: skip
    """The version with its stored paper, and everything that is wrong with it."""
    document_id, not_there = await stored_paper(conn, paper, bank_code=by.institution)
    promise = replace(promise, document_id=document_id)
    faults = [*promise_faults(promise, before=before, today=today), *not_there]
    if promise.beneficiary_bank is not None and not await is_bank(conn, promise.beneficiary_bank):
        faults.append(
            _fault("beneficiary_bank", "bank-unknown", "没有这家银行", "There is no such bank.")
        )
    return promise, faults


def _of_whom(asked: Recorded) -> Sequence[FieldFault]:
    """A policy is of a case or of a firm; a guarantee is of a case."""
    firm = (asked.firm_uscc, asked.firm_name)
    if (None not in firm) if asked.case_id is None else firm == (None, None):
        return ()
    return (
        _fault("case", "case-or-firm", "关联业务（case）或企业（firm_uscc 与 firm_name），二者择一",
               "Link it to a case, or to a firm by its credit code and name."),
    )  # fmt: skip


async def _linked(
    conn: asyncpg.Connection, asked: Recorded, case: Row | None, *, by: Identity
) -> tuple[Row | None, list[FieldFault]]:
    """The policy that is renewed; and what is wrong with it or with the guarantee that is backed."""
    firm = asked.firm_uscc if case is None else case["borrower_uscc"]
    before = None
    faults = []
    if asked.renews is not None:
        shown = await known.one(conn, asked.renews, form="policy", institution=by.institution)
        before = None if shown is None else shown[0]
        if before is None or before["firm_uscc"] != firm:
            faults.append(
                _fault("renews", "policy-unknown", "没有该企业的这份保单",
                       "The firm has no such policy.")
            )  # fmt: skip
    if asked.form == "guarantee" and (asked.kind == REGUARANTEE) != (asked.backs is not None):
        faults.append(
            _fault("backs", "reguarantee", "再担保须指明、担保不得指明被再担保的合同",
                   "A re-guarantee names the guarantee it backs, and nothing else does.")
        )  # fmt: skip
    elif asked.backs is not None:
        backed = await known.one(conn, asked.backs, form="guarantee", institution=by.institution)
        if backed is None or backed[0]["application_id"] != asked.case_id:
            faults.append(
                _fault("backs", "guarantee-unknown", "本案没有这份担保",
                       "The case has no such guarantee.")
            )  # fmt: skip
    return before, faults


def _fault(field: str, code: str, zh: str, en: str) -> FieldFault:
    return FieldFault((field,), code, zh, en)


_NUMBER_USED = _fault(
    "number", "number-used", "该机构的这一编号已登记，或所续保单已续保",
    "The number of this issuer is recorded already, or the policy is renewed already.",
)  # fmt: skip
