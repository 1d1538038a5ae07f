"""What a case's own history says beside a decision: the colleagues' words, and what has changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.console.http.forms import Attempt, text

SYSTEM: Final = "system"
SEEN_FIELD: Final = "_seen"
"""The hidden field of a form: when the last move was made that its page has shown."""

_STALE: Final = ("stale", "not-possible-now")
_BEGINS_ANEW: Final = frozenset(
    {
        "submit", "resubmit", "amend", "return", "release", "put_back", "send_back", "reopen",
        "withdraw_opinion", "take_back", "refuse_signature", "return_loss",
    }
)  # fmt: skip
"""After these nothing that was said before stands beside a decision."""
_SAID_BY_ITSELF: Final = frozenset({"return", "send_back", "refuse_signature", "return_loss"})
"""Those that say themselves what is to be done now."""
_OF_ONE_STEP: Final = frozenset({"record_step", "record", "add_cost", "add_measure"})
"""What is told of one step among several stands behind what judges the whole."""
_SAY_NOTHING: Final = frozenset({"take", "assign"})

Move = Mapping[str, Any]


def moves_of(case: Mapping[str, Any]) -> list[Move]:
    """The moves of a case, the first one first."""
    return sorted(case.get("history") or [], key=lambda one: _at(one["at"]))


def last_seen(case: Mapping[str, Any]) -> str:
    """When the last move was made that a page shows; "" for none."""
    moves = moves_of(case)
    return str(moves[-1]["at"]) if moves else ""


def changed_since(case: Mapping[str, Any], attempt: Attempt) -> Sequence[Move]:
    """Who has done what since the refused form was opened; the last move where the form does not
    say, and nothing where it was refused for another reason."""
    problem = attempt.problem
    if problem is None or (problem.status != 412 and problem.code not in _STALE):
        return []
    moves, seen = moves_of(case), text(attempt.form, SEEN_FIELD)
    try:
        newer = [one for one in moves if _at(one["at"]) > datetime.fromisoformat(seen)]
    except (ValueError, TypeError):
        newer = moves[-1:]
    return newer or (moves[-1:] if problem.status == 412 else [])


def opinions_on(case: Mapping[str, Any], reader: str) -> list[Move]:
    """What colleagues of the reader have said for the step that waits: who judged it first, then the
    others, the last one first."""
    said: list[Move] = []
    if not case.get("waiting_for"):
        return said
    for move in reversed(moves_of(case)):
        if move["action"] in _BEGINS_ANEW and move["action"] not in _SAID_BY_ITSELF:
            break
        if move.get("role") != SYSTEM and move["action"] not in _SAY_NOTHING:
            said.append(move)
        if move["action"] in _BEGINS_ANEW:
            break
    others = [one for one in said if one.get("subject") and one["subject"] != reader]
    # Beside words, a move without any says nothing; where nobody has written, the moves are what there is.
    worded = [one for one in others if one.get("reason")]
    return sorted(worded or others, key=lambda one: one["action"] in _OF_ONE_STEP)


def last_move_of(case: Mapping[str, Any], reader: str) -> tuple[Move | None, bool]:
    """The last move of a person, where nobody else has moved the case since; whether it is the one by
    which the case began."""
    by_people = [one for one in moves_of(case) if one.get("role") != SYSTEM]
    if not by_people or by_people[-1].get("subject") != reader:
        return None, False
    return by_people[-1], len(by_people) == 1


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)
