"""A register's extract beside what we hold: what agrees, what differs, and what may be taken over.

The extract itself changes nothing. A fact of it may be taken over unless the register or the bureau
has said something since its day; what stands in a pledge's own entry is changed with the pledge.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as of_field
from datetime import date
from typing import Any, Final, Literal

from services.applications.domain.extract_rows import ExtractRow
from services.applications.domain.right_facts import (
    FIELDS,
    Fact,
    compared,
    facts,
    goes_before_a_banks_word,
    owners_in,
)
from services.applications.domain.watch import BAD_STATUSES
from shared import canonical

Result = Literal["agrees", "differs", "unknown_right"]
Standing = Literal["open", "older", "elsewhere"]
"""`open`: a person may take it over; `older`: we hold a newer word of the register or the bureau;
`elsewhere`: it is entered with the pledge, or by whoever entered what it ends."""

RIGHT_FIELDS: Final = FIELDS
PLEDGE_FIELDS: Final = ("pledge_no", "pledged_on", "pledge_until", "pledgee")
BURDEN_FIELDS: Final = ("other_pledge", "licence", "preservation")
DIFFERENCES: Final = (*RIGHT_FIELDS, *PLEDGE_FIELDS, *BURDEN_FIELDS)
NONE: Final = "无"
_DAYS: Final = frozenset({"filed_on", "granted_on", "fees_paid_to", "renewed_on", "expires_on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What we hold of a right, as far as who brings the extract may know it."""

    statements: Sequence[Mapping[str, Any]]
    burdens: Sequence[Mapping[str, Any]]
    """Those that have not ended."""
    pledges: Sequence[Mapping[str, Any]]
    """Living ones of cases: registration_no, registered_on, term_until, bank_name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that the register says otherwise than we."""

    field: str
    ours: str
    """What we hold, "" for nothing."""
    theirs: str
    standing: Standing
    ours_source: str = ""
    ours_as_of: date | None = None
    is_bad_news: bool = False
    taken_as: Mapping[str, Any] = of_field(default_factory=dict)
    """What is entered where it is taken over: a burden, or the end of one."""


def differences(row: ExtractRow, held: Held, *, institution: str) -> tuple[Difference, ...]:
    """Everything that differs, in the order of DIFFERENCES. `institution`: who brings the extract."""
    return (
        *_of_facts(row, facts(held.statements)),
        *_of_pledge(row, held),
        *_of_licence(row, held.burdens),
        *_of_preservation(row, held.burdens, institution),
    )


def _of_facts(row: ExtractRow, held: Sequence[Fact]) -> Iterator[Difference]:
    ours = {one.field: one for one in held}
    for name in RIGHT_FIELDS:
        theirs, fact = getattr(row.said, name), ours.get(name)
        if theirs is None or (fact is not None and _are_same(name, fact.value, theirs)):
            continue
        is_older = is_newer(fact, row.said.as_of)
        yield Difference(
            field=name,
            ours="" if fact is None else str(fact.value),
            theirs=str(theirs),
            standing="older" if is_older else "open",
            ours_source="" if fact is None else fact.by["source"],
            ours_as_of=None if fact is None else fact.by["as_of"],
            is_bad_news=not is_older and _is_bad(name, theirs, fact),
        )


def value_of(field: str, text: str) -> Any:
    """What the register says of a fact, from the words that a difference is kept in."""
    return date.fromisoformat(text) if field in _DAYS else text


def _are_same(name: str, ours: Any, theirs: Any) -> bool:
    if name == "owner_name":
        return owners_in(ours) == owners_in(theirs)
    return bool(compared(ours) == compared(theirs))


def is_newer(fact: Fact | None, day: date) -> bool:
    """Whether the register or the bureau has said a fact of a later day than this one."""
    return fact is not None and goes_before_a_banks_word(fact.by) and fact.by["as_of"] > day


def _is_bad(name: str, theirs: Any, fact: Fact | None) -> bool:
    if name == "legal_status":
        return theirs in BAD_STATUSES
    if name in ("owner_uscc", "owner_name"):
        return fact is not None
    earlier_is_bad = name in ("fees_paid_to", "expires_on")
    return earlier_is_bad and fact is not None and bool(theirs < fact.value)


def _of_pledge(row: ExtractRow, held: Held) -> Iterator[Difference]:
    """Of our own pledges the entry that the register has; another's is one that lies on the right."""
    if "pledge_no" in row.there_is_none:
        for one in held.pledges:
            is_newer_entry = one["registered_on"] > row.said.as_of
            yield Difference(
                field="pledge_no", ours=one["registration_no"], theirs=NONE,
                standing="older" if is_newer_entry else "elsewhere", ours_source="case",
                is_bad_news=not is_newer_entry,
            )  # fmt: skip
        return
    if row.pledge_no is None:
        return
    number = canonical.number(row.pledge_no)
    own = next(
        (one for one in held.pledges if canonical.number(one["registration_no"]) == number), None
    ) or next((one for one in held.pledges if _same_name(one["bank_name"], row.pledgee)), None)
    if own is not None:
        yield from _of_entry(row, own)
        return
    if any(
        one["burden"] == "pledge"
        and (canonical.number(one["reference"]) == number or _same_name(one["party"], row.pledgee))
        for one in held.burdens
    ):
        return
    began_on = row.pledged_on or row.said.as_of
    yield Difference(
        field="other_pledge",
        ours="",
        theirs=_words(row.pledge_no, row.pledgee, row.pledged_on),
        standing="open",
        is_bad_news=any(began_on <= one["registered_on"] for one in held.pledges),
        taken_as={
            "burden": "pledge",
            "party": row.pledgee or row.pledge_no,
            "reference": row.pledge_no,
            "began_on": str(began_on),
        },
    )


def _of_entry(row: ExtractRow, own: Mapping[str, Any]) -> Iterator[Difference]:
    ours = {
        "pledge_no": own["registration_no"],
        "pledged_on": own["registered_on"],
        "pledge_until": own["term_until"],
        "pledgee": own["bank_name"],
    }
    for name in PLEDGE_FIELDS:
        theirs, mine = getattr(row, name), ours[name]
        is_number = name == "pledge_no"
        if theirs is None or mine is None:
            continue
        same = (canonical.number(theirs) == canonical.number(mine) if is_number
                else compared(theirs) == compared(mine))  # fmt: skip
        if not same:
            yield _elsewhere(name, str(mine), str(theirs))


def _elsewhere(name: str, ours: str, theirs: str) -> Difference:
    return Difference(
        field=name, ours=ours, theirs=theirs, standing="elsewhere", ours_source="case"
    )


def _of_licence(row: ExtractRow, burdens: Sequence[Mapping[str, Any]]) -> Iterator[Difference]:
    own = [one for one in burdens if one["burden"] in ("licence", "exclusive_licence")]
    if row.licensee is None or any(_same_name(one["party"], row.licensee) for one in own):
        return
    yield Difference(
        field="licence",
        ours="、".join(one["party"] for one in own),
        theirs=_words(row.licensee, row.licensed_on),
        standing="open",
        taken_as={
            "burden": "exclusive_licence" if row.is_exclusive else "licence",
            "party": row.licensee,
            "reference": "",
            "began_on": str(row.licensed_on or row.said.as_of),
        },
    )


def _of_preservation(
    row: ExtractRow, burdens: Sequence[Mapping[str, Any]], institution: str
) -> Iterator[Difference]:
    own = [one for one in burdens if one["burden"] == "preservation"]
    if "preserved_by" in row.there_is_none:
        for one in own:
            may_end = one["bank_code"] == institution and one["began_on"] <= row.said.as_of
            yield Difference(
                field="preservation",
                ours=_words(one["party"], one["began_on"]),
                theirs=NONE,
                standing="open" if may_end else "elsewhere",
                ours_source=one["source"],
                ours_as_of=one["began_on"],
                taken_as={"ends": str(one["id"])} if may_end else {},
            )
        return
    if row.preserved_by is None or any(_same_name(one["party"], row.preserved_by) for one in own):
        return
    yield Difference(
        field="preservation",
        ours="、".join(one["party"] for one in own),
        theirs=_words(row.preserved_by, row.preserved_on),
        standing="open",
        is_bad_news=True,
        taken_as={
            "burden": "preservation",
            "party": row.preserved_by,
            "reference": "",
            "began_on": str(row.preserved_on or row.said.as_of),
        },
    )


def _same_name(ours: str | None, theirs: str | None) -> bool:
    return bool(ours and theirs) and canonical.name(ours or "") == canonical.name(theirs or "")


def _words(*parts: Any) -> str:
    return " · ".join(str(one) for one in parts if one)
