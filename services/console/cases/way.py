"""The way of a case as its page shows it: what is done, where it stands, and how it left the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.console.rendering.catalogue import Texts

LOOKS: Final[Mapping[str, frozenset[str]]] = {
    "returned": frozenset({"returned_for_correction", "returned", "loss_reported"}),
    "held": frozenset({"held", "waiting", "escrowed", "announced"}),
    "declined": frozenset(
        {"rejected", "capacity_declined", "refused", "refused_finally", "no_result", "reversed"}
    ),
    "withdrawn": frozenset({"withdrawn", "dissolved"}),
    "ended": frozenset({"expired", "lapsed", "written_off", "corrected"}),
    "late": frozenset({"overdue"}),
}
"""Look → the states that have it, of whatever kind of case; every other state goes on or is done."""

_MOST_STEPS: Final = 6


@dataclass(frozen=True, slots=True)
class WayStep:
    """One step. `look`: done, now, ahead, or one of LOOKS; `word` says the same."""

    words: str
    look: str
    word: str


def look_of(state: str) -> str:
    """How a state looks; "" where the case goes on, or is done."""
    return next((look for look, states in LOOKS.items() if state in states), "")


def way_of(
    case: Mapping[str, Any],
    texts: Texts,
    *,
    of: str,
    steps: Sequence[Mapping[str, Any]] | None = None,
) -> list[WayStep]:
    """The steps of a case of the kind `of`: those of the usual way that its service names (or
    `steps`), or where it has left that way, what was done to it and how it ended."""
    usual = case.get("progress") or [] if steps is None else steps
    look = look_of(str(case["state"]))
    if usual:
        return [_usual(one, look, texts) for one in usual]
    return _made(case, look, texts, of)


def state_kind(of: str) -> str:
    """The kind of words that the states of a kind of case have."""
    return "state" if of == "case" else f"{of}_state"


def _usual(step: Mapping[str, Any], look: str, texts: Texts) -> WayStep:
    shown = look if look and step["standing"] == "now" else str(step["standing"])
    return WayStep(texts.of(step), shown, texts(f"way.{shown}"))


def _made(case: Mapping[str, Any], look: str, texts: Texts, of: str) -> list[WayStep]:
    """The moves that were made, each once, in order; then where it stands."""
    actions = [str(one["action"]) for one in case.get("history") or []]
    made = list(dict.fromkeys(actions))[-_MOST_STEPS:]
    waits = case.get("waiting_for")
    done = [
        WayStep(texts.term(f"{of}_action", one), "done", texts("way.done"))
        for one in (made if waits else made[:-1])
    ]
    here = look or ("now" if waits else "done")
    words = texts.term(state_kind(of), case["state"])
    return [*done, WayStep(words, here, texts(f"way.{here}"))]
