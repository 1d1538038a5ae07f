"""A reason why something may not be, with the rule it comes from and what was looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from shared.refusals import Refused


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason. `code` is stable; `evidence` holds the figures that were compared."""

    code: str
    source: str
    zh: str
    en: str
    evidence: Mapping[str, str] = field(default_factory=dict)
    field: str = ""
    """A JSON pointer into what was asked, where one field is to blame."""

    def as_data(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "source": self.source,
            "zh": self.zh,
            "en": self.en,
            "evidence": dict(self.evidence),
            "field": self.field,
        }


class FactMissing(Refused):
    """A rule asks for a fact that was not handed in; it is not guessed."""

    code: ClassVar[str] = "fact-missing"
    status: ClassVar[int] = 422


class FigureMissing(Refused):
    """A cap counts something whose running figure was not handed in."""

    code: ClassVar[str] = "figure-missing"
    status: ClassVar[int] = 422
