"""What the forms of a case offer beside text: choices, and rows for the papers of each action."""

from collections.abc import Mapping
from typing import Any

from services.console.cases.kinds import CaseKind
from services.console.cases.paper_rows import paper_rows
from services.console.http.forms import Attempt
from services.console.rendering.catalogue import Texts

CHOICES: Mapping[str, Mapping[str, str]] = {
    "warning": {"close": "warning_conclusion"},
    "disposal": {"offer": "disposal_way", "add_cost": "cost_kind"},
    "collection": {"record": "collection_step", "propose": "collection_conclusion"},
}
"""Kind of case → action → the words that its choice is among. A form has one choice at most."""
PAPERS: Mapping[str, str] = {"appraise": "report", "add_cost": "cost_invoice"}
"""What kind of paper an action brings; evidence, where nothing is said."""


def offered(kind: CaseKind, texts: Texts, attempt: Attempt) -> dict[str, Any]:
    """What the bar of actions needs of a page of this kind."""
    named = CHOICES[kind.name]
    return {
        "choices_named": named,
        "choices": {action: texts.codes(words) for action, words in named.items()},
        "case_papers": {
            name: paper_rows(attempt.of(name).form, [PAPERS.get(name, "evidence")])
            for name in kind.actions
        },
    }
