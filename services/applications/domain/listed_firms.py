"""What the register of listed firms says of a firm on a day, by the lists that a scheme names.

An entry with the firm's credit code is the firm's. One with a name alone is possibly the firm's,
until a person has said that it is or is not; until then the register does not answer for that list.

An entry counts while it stands. Once it has ended it counts on for the scheme's `lookback_years`
(近三年无…), unless it was ended by credit repair (信用修复): what was made good is held against nobody.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Literal, get_args
from uuid import UUID

from services.applications.domain.lists_checked import ListChecked
from shared.schemes.decide.credit_lists import held_against
from shared.schemes.decide.findings import Finding
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import CREDIT_LISTS

ListName = Literal[
    "seriously_dishonest",
    "judgment_defaulter",
    "abnormal_operation",
    "ip_dishonest",
    "bad_credit_record",
    "npl_history",
    "major_violation",
]
assert get_args(ListName) == tuple(CREDIT_LISTS), "the lists that a scheme may name"
Verdict = Literal["same_firm", "ruled_out"]
Why = Literal["removed", "not_named", "credit_repair"]
CREDIT_REPAIR: Final = "credit_repair"
"""Why an entry ended that counts no more, whatever a scheme looks back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An entry of the register that is, or may be, a firm's."""

    entry_id: UUID
    list_name: str
    uscc: str | None
    """As the list gives it; None where it names the firm alone."""
    listed_on: date
    list_date: date
    """Of the list that brought it in."""
    source: str
    ended_on: date | None = None
    why_ended: str | None = None
    verdict: str | None = None
    """What a person has found of an entry by name alone."""

    @property
    def is_the_firms(self) -> bool:
        """By its credit code, or because a person has found so."""
        return self.uscc is not None or self.verdict == "same_firm"

    @property
    def is_open(self) -> bool:
        """The name alone speaks for it, and nobody has said yet."""
        return self.uscc is None and self.verdict is None

    def counts(self, on: date, *, lookback_years: int | None) -> bool:
        """Whether it is held against the firm on a day."""
        return held_against(
            on=on,
            listed_on=self.listed_on,
            ended_on=self.ended_on,
            made_good=self.why_ended == CREDIT_REPAIR,
            lookback_years=lookback_years,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What the register holds that may be a firm's, and how fresh each list is."""

    entries: Sequence[Listed] = ()
    editions: Mapping[str, date] = field(default_factory=dict)
    """List → the day of its newest whole edition. A list without one is not held whole, so the
    register cannot say that a firm is not on it."""

    def hits(self, terms: Terms, *, on: date) -> dict[str, Listed]:
        """Of the scheme's lists those that the firm stands on, each with an entry."""
        found: dict[str, Listed] = {}
        for one in self._that_count(terms, on):
            if one.is_the_firms:
                found.setdefault(one.list_name, one)
        return found

    def open_matches(self, terms: Terms, *, on: date) -> list[Listed]:
        """Entries by name alone on the scheme's lists that nobody has said anything of."""
        return [one for one in self._that_count(terms, on) if one.is_open]

    def _that_count(self, terms: Terms, on: date) -> Iterator[Listed]:
        for one in self.entries:
            if one.list_name in terms.credit_lists and one.counts(
                on, lookback_years=terms.lookback_years
            ):
                yield one

    def looks(self, terms: Terms, *, on: date) -> tuple[ListChecked, ...]:
        """A look at each of the scheme's lists that the register answers for, as of the day of what
        it holds. For others somebody has to look."""
        hits = self.hits(terms, on=on)
        unsaid = {one.list_name for one in self.open_matches(terms, on=on)}
        return tuple(
            ListChecked(
                name=name,
                checked_on=_as_of(hit, self.editions.get(name)),
                found=hit is not None,
                by_register=True,
            )
            for name in terms.credit_lists
            if (hit := hits.get(name)) is not None or (name in self.editions and name not in unsaid)
        )


NOTHING_HELD: Final = Register()


def _as_of(hit: Listed | None, edition: date | None) -> date:
    days = [day for day in (hit.list_date if hit else None, edition) if day is not None]
    return max(days)


def told_by_the_register(
    findings: Iterable[Finding], register: Register, terms: Terms, *, on: date
) -> Iterator[Finding]:
    """The same findings; that the firm is on a list says since when, by what, and in which entry."""
    hits = register.hits(terms, on=on)
    for finding in findings:
        hit = hits.get(finding.evidence.get("list", ""))
        if hit is None:
            yield finding
            continue
        yield replace(
            finding,
            zh=f"{finding.zh}（{hit.listed_on} 列入，据{hit.source}）",
            en=f"{finding.en} Since {hit.listed_on}, by {hit.source}.",
            evidence={
                **finding.evidence,
                "entry": str(hit.entry_id),
                "listed_on": str(hit.listed_on),
                "list_date": str(hit.list_date),
                "source": hit.source,
            },
        )


def matches_unsaid(register: Register, terms: Terms, *, on: date) -> Iterator[Finding]:
    """Before anybody speaks for the firm, a person says of each possible match whether it is."""
    for one in register.open_matches(terms, on=on):
        words = CREDIT_LISTS[one.list_name]
        yield Finding(
            code="list-match-open",
            source=terms.source("credit_lists"),
            zh=f"名单“{words.zh}”中有同名主体（{one.listed_on} 列入），须先确认或排除",
            en=f"The list {words.en!r} names a firm of this name (since {one.listed_on}): say "
            "first whether it is this one.",
            field="/borrower",
            evidence={
                "list": one.list_name,
                "entry": str(one.entry_id),
                "listed_on": str(one.listed_on),
            },
        )
