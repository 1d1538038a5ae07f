"""What is written on a case: notes within the bureau, letters to the bank, the bank's answers."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.applications.domain.guards import no_conflict_of_interest
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.handlers.paper_references import refer_to
from services.applications.tables.cases import about
from services.applications.tables.letters import Letter, add_letter, letter_of, unknown_mentions
from shared.contracts.case_work import LetterAnsweredV1, LetterSentV1
from shared.contracts.desk import NoteMentionsV1
from shared.messaging import outbox
from shared.papers import PaperNamed
from shared.refusals import FieldFault, FieldsWrong, NotFound


async def note(case: CaseInHand, *, text: str, mentions: Sequence[str]) -> UUID:
    """For the bureau's own people; who is mentioned is told. Raises FieldsWrong."""
    if unknown := await unknown_mentions(case.conn, mentions):
        raise FieldsWrong(
            [
                FieldFault(("mentions", list(mentions).index(one)), "person-unknown",
                           "没有这位工作人员", "There is nobody of that name.")
                for one in unknown
            ]
        )  # fmt: skip
    letter = Letter(kind="note", text=text, mentions=mentions)
    note_id = await add_letter(case.conn, case.row["id"], letter, by=case.caller, now=case.now)
    others = tuple(one for one in dict.fromkeys(mentions) if one != case.caller.subject)
    if others:
        told = NoteMentionsV1(
            **about(case.row), note_id=note_id, text=text, written_by=case.caller.name,
            mentions=others,
        )  # fmt: skip
        await outbox.append(case.conn, [told], now=case.now)
    return note_id


async def write(
    case: CaseInHand, *, text: str, due_on: date | None, paper: PaperNamed | None
) -> UUID:
    """To the case's bank, with a day for its answer. Raises FieldsWrong, ConflictOfInterest."""
    if refusal := no_conflict_of_interest(case.row, case.caller):
        raise refusal
    if due_on is not None and due_on < case.today:
        raise FieldsWrong(
            [FieldFault(("due_on",), "over", "答复期限不得早于今日", "The day has passed.")]
        )
    letter = Letter(
        kind="letter",
        text=text,
        bank_code=case.row["bank_code"],
        due_on=due_on,
        document_id=await refer_to(case, paper, place=f"letter:{case.row['id']}"),
    )
    letter_id = await add_letter(case.conn, case.row["id"], letter, by=case.caller, now=case.now)
    told = LetterSentV1(**about(case.row), letter_id=letter_id, text=text, due_on=due_on)
    await outbox.append(case.conn, [told], now=case.now)
    return letter_id


async def answer(case: CaseInHand, letter_id: UUID, *, text: str, paper: PaperNamed | None) -> UUID:
    """The bank answers a letter, or adds to its answer. Raises NotFound, FieldsWrong."""
    asked = await letter_of(case.conn, case.row["id"], letter_id)
    if asked is None:
        raise NotFound("没有这封函件", "There is no such letter.")
    letter = Letter(
        kind="answer",
        text=text,
        bank_code=case.row["bank_code"],
        answers=letter_id,
        document_id=await refer_to(case, paper, place=f"letter:{case.row['id']}"),
    )
    answer_id = await add_letter(case.conn, case.row["id"], letter, by=case.caller, now=case.now)
    told = LetterAnsweredV1(
        **about(case.row), letter_id=letter_id, text=text, written_by=asked["name"],
        is_late=asked["due_on"] is not None and case.today > asked["due_on"],
    )  # fmt: skip
    await outbox.append(case.conn, [told], now=case.now)
    return answer_id
