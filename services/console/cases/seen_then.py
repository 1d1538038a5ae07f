"""The figures that the first person has seen, beside what they are now, for the second."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.console.cases.moves_shown import moves_of
from services.console.rendering.catalogue import Texts
from services.console.rendering.formats import yuan

Seen = Mapping[str, Any]
"""`conditions`: the texts of those that were set; `figures`: name, then, and now ("" unknown)."""


def seen_by_the_first(texts: Texts, case: Seen, decided: Seen) -> dict[str, Seen]:
    """Action of a first person on an application → what stood before them: the machine's checks, and
    the conditions that they have set."""
    found: dict[str, Seen] = {}
    for move in moves_of(case):
        checks = (move.get("detail") or {}).get("checks")
        if checks is None:
            continue
        conditions = [
            one["text"] for one in decided["conditions"] if one["entered_name"] == move["name"]
        ]
        found[str(move["action"])] = {
            "conditions": conditions,
            "figures": _of_checks(texts, checks),
        }
    return found


def _of_checks(texts: Texts, checks: Sequence[Seen]) -> list[tuple[str, str, str]]:
    failed = [texts.of(one) for one in checks if not one["passed"]]
    passed = texts("check.passed-count", count=len(checks) - len(failed))
    said = [(texts("check.title"), passed, "")]
    return said + [(one, texts("check.failed"), "") for one in failed]


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
    return {"review": {"conditions": [], "figures": figures}}
