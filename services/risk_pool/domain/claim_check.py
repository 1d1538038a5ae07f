"""One check of a claim, and all that a claim is checked against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from services.risk_pool.domain.claim_entitlement import entitled_on, months_non_performing
from services.risk_pool.domain.claim_filed import Filed, Loan, Position
from shared.schemes.decide.deadlines import CountsWorkingDays, deadline
from shared.schemes.terms import Terms

Result = Literal["pass", "fail", "confirm", "not_applicable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One row: what was looked at, what came of it, and why that is asked at all."""

    code: str
    result: Result
    zh: str
    en: str
    evidence: Mapping[str, str] = field(default_factory=dict)
    article: str = ""
    """The rule's source in readable words; empty where the house itself asks for it."""
    field: str = ""
    """A JSON pointer into the claim, where one field is to blame."""
    parts: Sequence[Mapping[str, str]] = ()
    """What the row is put together from: the conditions of each trigger."""
    confirmed: bool = False

    def as_data(self) -> dict[str, Any]:
        """As it is kept and answered."""
        return {
            "code": self.code,
            "result": self.result,
            "zh": self.zh,
            "en": self.en,
            "evidence": dict(self.evidence),
            "article": self.article,
            "field": self.field,
            "parts": [dict(part) for part in self.parts],
            "confirmed": self.confirmed,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A claim, and everything that it is checked against."""

    filed: Filed
    loan: Loan
    terms: Terms
    positions: Sequence[Position]
    """The loan's reports up to the one that the claim was stated on, from the earliest month."""
    stated_before: Mapping[str, date]
    """What earlier claims for the loan stated, a trigger's condition → day."""
    working_days: CountsWorkingDays
    is_review: bool = False
    """By now the bureau, too, must have entered what it states of a loan."""

    @property
    def months(self) -> int:
        return months_non_performing(self.positions)

    @property
    def reported(self) -> Position | None:
        """The last report before the bank stated its figures; None if there is none."""
        return self.positions[-1] if self.positions else None

    @property
    def entitled(self) -> date | None:
        return entitled_on(self.filed, self.terms.trigger, self.positions, self.stated_before)

    @property
    def last_day(self) -> date | None:
        """The last day on which the claim may be filed; None where nothing limits it."""
        if self.entitled is None or "claim" not in self.terms.deadlines:
            return None
        return deadline("claim", self.entitled, self.terms, self.working_days)
