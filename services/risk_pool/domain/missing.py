"""What has to be stated before a claim can be split: facts, figures, agreements, by name."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from shared.refusals import Refused
from shared.schemes.decide.findings import FactMissing, FigureMissing
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import FACTS, FIGURES


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A fact, a figure or an agreement without which nothing can be split."""

    code: str
    zh: str
    en: str
    field: str

    def as_data(self) -> dict[str, str]:
        return {"code": self.code, "zh": self.zh, "en": self.en, "field": self.field}


def missing_of(
    refused: Refused, terms: Terms, stated: Collection[str], figures: Collection[str]
) -> tuple[Missing, ...]:
    """What the engine refused for first, then all else of the kind that the terms ask for and
    nobody has stated."""
    return tuple(_missing(refused, terms, stated, figures))


def _missing(
    refused: Refused, terms: Terms, stated: Collection[str], figures: Collection[str]
) -> Iterator[Missing]:
    named = refused.extra
    first = (
        f"/facts/{named['fact']}" if "fact" in named
        else f"/figures/{named['figure']}" if "figure" in named
        else f"/caps/{named['cap']}" if "cap" in named
        else "/facts"
    )  # fmt: skip
    yield Missing(code=refused.code, zh=refused.zh, en=refused.en, field=first)
    if isinstance(refused, FactMissing):
        for name in _facts_of(terms):
            if name not in stated and f"/facts/{name}" != first:
                fact = FACTS[name]
                yield Missing(
                    code=FactMissing.code,
                    zh=f"缺少事实：{fact.zh}",
                    en=f"A fact is missing: {fact.en}.",
                    field=f"/facts/{name}",
                )
    if isinstance(refused, FigureMissing):
        for name in dict.fromkeys(cap.of for cap in terms.caps if cap.of in _HANDED_IN):
            if name not in figures and f"/figures/{name}" != first:
                words = FIGURES[name]
                yield Missing(
                    code=FigureMissing.code,
                    zh=f"缺少数字：{words.zh}",
                    en=f"A figure is missing: {words.en}.",
                    field=f"/figures/{name}",
                )


_HANDED_IN = FIGURES.keys() - {"loss_before_policy_money"}
"""The figures that the engine does not compute itself."""

_ALWAYS_STATED = frozenset({"borrower_balance", "loan_amount", "outstanding_principal"})


def _facts_of(terms: Terms) -> Iterator[str]:
    """The facts that the rows of the scheme ask for, each once."""
    rows = terms.sharing.rows if terms.sharing is not None else ()
    asked = (condition.fact for row in rows for condition in row.when)
    return iter(dict.fromkeys(name for name in asked if name not in _ALWAYS_STATED))
