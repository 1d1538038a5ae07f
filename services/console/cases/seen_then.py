"""The figures that the first person has seen, beside what they are now, for the second."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.console.cases.moves_shown import moves_of
from services.console.rendering.catalogue import Texts
from services.console.rendering.formats import yuan

Seen = Mapping[str, Any]
"""`conditions`: the texts of those that were set; `figures`: name, then, and now ("" unknown);
`differs`: some of them are not as they were."""


def seen_by_the_first(texts: Texts, case: Seen, effect: Seen | None) -> dict[str, Seen]:
    """Action of a first person on an application → what stood before them: the machine's checks, what
    firm and bank owed (beside what they owe now, where `effect` says), and the conditions set."""
    found: dict[str, Seen] = {}
    for move in moves_of(case):
        detail = move.get("detail") or {}
        if "checks" in detail:
            figures = _of_checks(texts, detail["checks"])
            figures += _owed(texts, detail.get("owed_before") or {}, effect)
            found[str(move["action"])] = _seen(figures, detail.get("conditions") or [])
    return found


def _of_checks(texts: Texts, checks: Sequence[Seen]) -> list[tuple[str, str, str]]:
    failed = [texts.of(one) for one in checks if not one["passed"]]
    passed = texts("check.passed-count", count=len(checks) - len(failed))
    said = [(texts("check.title"), passed, "")]
    return said + [(one, texts("check.failed"), "") for one in failed]


def _owed(texts: Texts, then: Seen, effect: Seen | None) -> list[tuple[str, str, str]]:
    """What others owe beside the case; the words are those of the figures of now."""
    now = {one["whose"]: one for one in (effect or {}).get("exposures", [])}
    return [
        (texts.of(now[whose]), yuan(amount), yuan(now[whose]["before"]))
        for whose, amount in then.items()
        if whose in now
    ]


def seen_at_review(texts: Texts, claim: Seen, trial: Seen | None) -> dict[str, Seen]:
    """What a claim would have been split into when it was reviewed, and what it would be now."""
    then = (claim.get("trials") or {}).get("review")
    if not then or not then.get("base"):
        return {}
    now = trial or {}
    rows = [
        (texts("claim.principal"), then["principal"], now.get("principal")),
        (texts("claim.base"), then["base"], now.get("base")),
    ]
    today = {one["party"]: one["amount"] for one in now.get("shares", [])}
    for one in then["shares"]:
        words = f"{texts.term('party', one['party'])} {texts('claim.bears')}"
        rows.append((words, one["amount"], today.get(one["party"])))
    figures = [(words, yuan(seen), yuan(after) if after else "") for words, seen, after in rows]
    return {"review": _seen(figures)}


def _seen(figures: Sequence[tuple[str, str, str]], conditions: Sequence[str] = ()) -> Seen:
    differs = any(now and now != then for _, then, now in figures)
    return {"figures": figures, "conditions": conditions, "differs": differs}
