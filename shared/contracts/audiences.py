"""Who of those outside the bureau is told how much of an event: one function, `told_to`, for all.

A bank reads what for_banks.yaml names, another party of a pool what for_parties.yaml does. A party hears
of an event only where the event names it: a share, a line of a statement, what it owes, its agreement.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from ruamel.yaml import YAML

from shared.contracts.envelope import Event
from shared.contracts.redaction import Fact, on_the_wire, told_to_bank
from shared.contracts.registry import EVENTS

BUREAU: Final = "bureau"
BANK: Final = "bank"

BY_LINES: Final = ("shares", "statements", "parts")
"""Lists with a line for each party, with its code and its role."""

OWED_BY_PARTY: Final = "owed_by_party"
AGREEMENT_OF_PARTY: Final = "agreement_of_party"
"""Duties that wait for a party of a pool: `firm` is its code, `step` its role."""


class Party(NamedTuple):
    """A party that an event names: whom it is told as, and its code."""

    audience: str
    code: str


@cache
def _table() -> Mapping[str, Mapping[str, Any]]:
    text = (Path(__file__).parent / "for_parties.yaml").read_text(encoding="utf-8")
    rows: Mapping[str, Mapping[str, Any]] = YAML(typ="safe", pure=True).load(text)
    return rows


@cache
def audience_of() -> Mapping[str, str]:
    """Role of a party in a scheme → the audience that it is of."""
    of_parties = _table()["audiences"]
    return {role: audience for audience, roles in of_parties.items() for role in roles}


@cache
def decisions_for_parties() -> Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]]:
    """Type → audience → told, in_part, kept: the fields of each, by their Python names; an empty row
    where nothing is told."""
    return {
        event_type: {
            audience: {}
            if row == "nothing"
            else {which: tuple(fields) for which, fields in row.items()}
            for audience, row in rows.items()
        }
        for event_type, rows in _table()["events"].items()
    }


@cache
def told_nothing() -> Mapping[str, str]:
    """Audiences that are told nothing of any event, with the reason."""
    return dict(_table()["nothing"])


@cache
def fields_for_party(audience: str, event_type: str) -> frozenset[str]:
    """The fields of a type that such a party may know, whole or in part; none where nothing is
    decided."""
    row = decisions_for_parties().get(event_type, {}).get(audience, {})
    return frozenset(row.get("told", ())) | frozenset(row.get("in_part", ()))


@cache
def _names_parties(event_type: str) -> bool:
    return any(fields_for_party(audience, event_type) for audience in set(audience_of().values()))


@cache
def tells_parties(topic: str) -> bool:
    """Whether anything that this service says is told to a party of a pool."""
    return any(_names_parties(name) for name, event in EVENTS.items() if event.topic == topic)


def parties_of(event_type: str, fact: Fact) -> tuple[Party, ...]:
    """The parties that are told of an event, each once; `fact` is the event by its Python names."""
    if not _names_parties(event_type):
        return ()
    found: dict[str, Party] = {}
    for role, code in _named(fact):
        audience = audience_of().get(role, "")
        # A party that the scheme has and the loan does not name is called by its role.
        if code and code != role and fields_for_party(audience, event_type):
            found.setdefault(code, Party(audience, code))
    return tuple(found.values())


def parties_named(event: Event) -> tuple[str, ...]:
    """The codes of the parties that may read an event in their feed."""
    if not _names_parties(event.type):
        return ()
    fact = event.model_dump(mode="python", by_alias=False)
    return tuple(party.code for party in parties_of(event.type, fact))


def told_to(audience: str, institution: str, event_type: str, fact: Fact) -> dict[str, Any]:
    """The part of an event, by its Python names, that somebody may know: `audience` says as whom,
    `institution` is the bank's or the party's code. An unknown audience is told nothing."""
    if audience == BUREAU:
        return dict(fact)
    if audience == BANK:
        return told_to_bank(institution, event_type, fact)
    fields = fields_for_party(audience, event_type)
    return {
        name: _own_lines(value, institution) if name in BY_LINES else value
        for name, value in fact.items()
        if name in fields
    }


def read_by_party(code: str, event_type: str, body: bytes) -> dict[str, Any]:
    """The body of an event as a party may read it in a feed, by the names of JSON; {} for nothing.

    Raises pydantic's ValidationError where the body breaks its contract.
    """
    if not _names_parties(event_type):
        return {}
    fact = EVENTS[event_type].model_validate_json(body).model_dump(mode="python", by_alias=False)
    for party in parties_of(event_type, fact):
        if party.code == code:
            found: dict[str, Any] = on_the_wire(told_to(party.audience, code, event_type, fact))
            return found
    return {}


def _named(fact: Fact) -> Iterator[tuple[str, str]]:
    """(role, code) of everybody whom an event names as a party."""
    for name in BY_LINES:
        for line in fact.get(name, ()):
            yield _role(line), line["party_code"]
    if fact.get("party_code"):
        yield fact.get("party_role", ""), fact["party_code"]
    if fact.get("case_kind") in (OWED_BY_PARTY, AGREEMENT_OF_PARTY):
        yield fact["step"], fact["firm"]


def _own_lines(lines: Any, code: str) -> list[Any]:
    return [line for line in lines if line["party_code"] == code and _role(line) in audience_of()]


def _role(line: Mapping[str, Any]) -> str:
    """Shares say `party` for the role, lines of a statement `party_role`."""
    return str(line.get("party") or line.get("party_role", ""))
