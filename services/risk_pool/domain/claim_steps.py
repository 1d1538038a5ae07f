"""The steps that a scheme names between a claim's review and its decision (programmes D, rows 16-19).

Expert review with site visit, the bureau's opinion, the joint meeting with its minutes, the public
notice. A scheme names a step by setting a time for it; they are taken in this order, each by its
own people, and what each came to is kept with who said so. An unfavourable outcome decides
nothing: whoever decides sees it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.refusals import FieldFault, FieldsWrong
from shared.schemes.decide.deadlines import CountsWorkingDays, deadline
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import STEPS

Outcome = Literal["favourable", "unfavourable"]

ROLES: Mapping[str, frozenset[str]] = {
    "expert_review": frozenset({"finance_maker", "reviewer"}),
    "bureau_opinion": frozenset({"reviewer", "approver"}),
    "joint_meeting": frozenset({"pool_manager", "approver"}),
    "public_notice": frozenset({"finance_maker", "reviewer"}),
}
"""Who records which step, in the order in which they are taken."""

BY_NOTICE = "public_notice"
"""The step that nobody types: the end of a public notice records it (`public_notice.py`), which may be
the calendar's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """What a step came to."""

    step: str
    outcome: Outcome
    text: str
    participants: Sequence[str] = ()
    papers: Sequence[Mapping[str, str]] = ()
    """Kind, hash and file name of each: the experts' report, the minutes."""
    notice_from: date | None = None
    notice_to: date | None = None


def steps_named(terms: Terms) -> tuple[str, ...]:
    """The steps between review and decision for which the scheme sets a time, in their order."""
    return tuple(step for step in ROLES if step in terms.deadlines)


def due_on(step: str, start: date, terms: Terms, working_days: CountsWorkingDays) -> date:
    """By when a step is to be recorded, counted from the day of the step before it.

    For the public notice these are the days that it has to hang at least.
    """
    return deadline(step, start, terms, working_days)


def require_complete(record: StepRecord, *, expected: str) -> None:
    """The step is the next one, and all that it takes is there. Raises FieldsWrong."""
    faults: list[FieldFault] = []
    if record.step != expected:
        words = STEPS[expected]
        faults.append(
            FieldFault(
                ("step",), "not-the-next-step", f"下一步是{words.zh}", f"The next: {words.en}."
            )
        )
    elif record.step == "joint_meeting":
        faults += _faults_of_meeting(record)
    if faults:
        raise FieldsWrong(faults)


def _faults_of_meeting(record: StepRecord) -> Iterator[FieldFault]:
    if not record.participants:
        yield FieldFault(
            ("participants",), "no-participants", "须列出参会人员", "Name who took part."
        )
    if not any(paper["kind"] == "minutes" for paper in record.papers):
        yield FieldFault(
            ("papers",), "no-minutes", "须附会议纪要",
            "Attach the minutes, as a paper of the kind `minutes`.",
        )  # fmt: skip
