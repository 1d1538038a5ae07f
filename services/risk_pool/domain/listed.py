"""A firm's standing on a list of dishonest or abnormal firms."""

from dataclasses import dataclass
from datetime import date

from shared.schemes.decide.credit_lists import held_against


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An entry of a list that is the firm's."""

    list_name: str
    listed_on: date
    list_date: date
    source: str
    ended_on: date | None = None
    why: str = ""

    @property
    def is_the_firms(self) -> bool:
        """A person may have found that it is another firm of the same name."""
        return self.why != "ruled_out"

    def counts(self, on: date, *, lookback_years: int | None = None) -> bool:
        """Whether it is held against the firm on a day."""
        return self.is_the_firms and held_against(
            on=on,
            listed_on=self.listed_on,
            ended_on=self.ended_on,
            made_good=self.why == "credit_repair",
            lookback_years=lookback_years,
        )
