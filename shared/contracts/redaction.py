"""What a bank may know: of events by the table `for_banks.yaml`, of answers by those beside their models.

Kept back are the pool's own balances, what other institutions have used of a limit, and who of the
bureau does what. What a type or a field that the table does not name says stays in the house.

Of what is told in part the functions here leave what is the bank's: of a field of an event, and of a
row of an answer (`shared.http.answers`), where other fields of the row say whose it is.
"""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from ruamel.yaml import YAML

from shared.contracts.registry import EVENTS
from shared.money import format_fen
from shared.roles import BANK_ROLES

Fact = Mapping[str, Any]
Narrowing = Callable[[Any, str], Any]

Row = MutableMapping[str, Any]
RowNarrowing = Callable[[Row, Sequence[str], str], None]
"""Leaves of these fields of a row, as JSON has it, what a bank of this code may know: in place."""

OWN_LIMITS: Final = frozenset(
    {
        "bank_line", "bank_not_in_pool", "bank_suspended", "pool_stopped", "pool_in_run_off",
        "waiting_line",
    }
)  # fmt: skip
"""Limits that hold no figures but the bank's own."""
_OF_A_LIMIT: Final = frozenset({"limit", "requested_fen", "requested", "source"})
_FEN: Final = "_fen"


def limit_for_bank(limit: Fact) -> dict[str, Any]:
    """A limit that left no room, as a bank may know it; by its Python names or those of JSON.

    Of what others have used not even `zh` and `en` are told, for they repeat the figures.
    """
    if limit["limit"] in OWN_LIMITS:
        return dict(limit)
    return {name: value for name, value in limit.items() if name in _OF_A_LIMIT}


def _limits(limits: Any, bank_code: str) -> Any:
    return [limit_for_bank(limit) for limit in limits]


def _own_lines(statements: Any, bank_code: str) -> Any:
    return [line for line in statements if line["party_code"] == bank_code]


IN_PART: Final[Mapping[tuple[str, str], Narrowing]] = {
    ("coverage.declined.v1", "limits"): _limits,
    ("settlement.posted.v1", "statements"): _own_lines,
}
"""Fields that are told in part: what is left of them for one bank."""


@cache
def decisions() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Type → told, in_part, kept: the fields of each, by their Python names."""
    text = (Path(__file__).parent / "for_banks.yaml").read_text(encoding="utf-8")
    rows = YAML(typ="safe", pure=True).load(text)
    return {
        name: {which: tuple(fields) for which, fields in row.items()} for name, row in rows.items()
    }


@cache
def fields_for_banks(event_type: str) -> frozenset[str]:
    """The fields of a type that a bank may know, whole or in part; none where nothing is decided."""
    row = decisions().get(event_type, {})
    return frozenset(row.get("told", ())) | frozenset(row.get("in_part", ()))


def told_to_bank(bank_code: str, event_type: str, fact: Fact) -> dict[str, Any]:
    """The part of an event, by its Python names, that a bank may know."""
    fields = fields_for_banks(event_type)
    return {
        name: IN_PART.get((event_type, name), _whole)(value, bank_code)
        for name, value in fact.items()
        if name in fields
    }


def read_by_bank(bank_code: str, event_type: str, body: bytes) -> dict[str, Any]:
    """The body of an event as a bank may read it in a feed, by the names of JSON; {} for nothing.

    Raises pydantic's ValidationError where the body breaks its contract.
    """
    if not fields_for_banks(event_type):
        return {}
    fact = EVENTS[event_type].model_validate_json(body).model_dump(mode="python", by_alias=False)
    found: dict[str, Any] = on_the_wire(told_to_bank(bank_code, event_type, fact))
    return found


def shown_to_bank(bank_code: str, event_type: str, body: bytes) -> dict[str, Any]:
    """The same for a feed or a topic, which go on behind a body that breaks its contract: {} for it."""
    try:
        return read_by_bank(bank_code, event_type, body)
    except ValidationError:
        return {}


def on_the_wire(value: Any) -> Any:
    """As contracts write it: `amount_fen` in code is `amount`, a decimal string, in JSON."""
    if isinstance(value, Mapping):
        return dict(_entry(name, one) for name, one in value.items())
    if isinstance(value, list | tuple):
        return [on_the_wire(one) for one in value]
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def _whole(value: Any, bank_code: str) -> Any:
    return value


def _entry(name: str, value: Any) -> tuple[str, Any]:
    if name.endswith(_FEN) and (value is None or isinstance(value, int)):
        return name.removesuffix(_FEN), None if value is None else format_fen(value)
    return name, on_the_wire(value)


OPINIONS: Final = frozenset(
    {
        "take", "release", "assign", "put_back", "withdraw_opinion", "pass_on", "refuse_signature",
        "recommend", "approve", "countersign", "review", "record_step", "decline",
    }
)  # fmt: skip
"""Moves with which people of the bureau say something to each other, whatever the case; what a bank
is to know of them stands in fields of its own. The words of `decline` are a limit's, with its figures."""


def own_people(row: Row, names: Sequence[str], bank_code: str) -> None:
    """Who did something: of the bank's own people the name, of others their role alone."""
    if row.get("role") not in BANK_ROLES:
        _empty(row, names)


def own_steps(row: Row, names: Sequence[str], bank_code: str) -> None:
    """Who took a step of a case: whoever stands in its history as one of the bank's own people."""
    own = {
        move[name]
        for move in row.get("history") or ()
        if move["role"] in BANK_ROLES
        for name in ("name", "subject")
        if name in move
    }
    _empty(row, [name for name in names if row.get(name) not in own])


def own_house(row: Row, names: Sequence[str], bank_code: str) -> None:
    """What an institution's people have entered: of the bank's own, who they are."""
    if not bank_code or row.get("bank_code", row.get("institution")) != bank_code:
        _empty(row, names)


def addressed(row: Row, names: Sequence[str], bank_code: str) -> None:
    """The words of a move: not those of an opinion that the bureau's people give each other."""
    if row.get("role") not in BANK_ROLES and row.get("action", row.get("what")) in OPINIONS:
        _empty(row, names)


def decided(row: Row, names: Sequence[str], bank_code: str) -> None:
    """The facts of a move: of a decision they are told, though its opinion is not."""
    if row.get("action") not in _DECISIONS:
        addressed(row, names, bank_code)


def no_recommendation(row: Row, names: Sequence[str], bank_code: str) -> None:
    """The words of a move where its decision is told, and what was recommended before is not."""
    if row.get("action") == "recommend":
        _empty(row, names)


def own_figures(row: Row, names: Sequence[str], bank_code: str) -> None:
    """A limit that left no room: of those that others have used, its name alone."""
    if row["limit"] in OWN_LIMITS:
        return
    for name in names:
        # The words begin with the limit's name; the figures follow.
        words = row.get(name, "") if name in ("zh", "en") else None
        row[name] = words and words.split("：")[0].split(":")[0]


def own_cases(row: Row, names: Sequence[str], bank_code: str) -> None:
    """Why something was booked: told of a bank's own cases."""
    if row.get("cause") not in _OWN_CASES:
        _empty(row, names)


def own_payments(row: Row, names: Sequence[str], bank_code: str) -> None:
    """Steps on the way of the money: those that the bank pays or gets."""
    for name in names:
        if steps := row.get(name):
            row[name] = [
                one for one in steps if bank_code in (one["payer_code"], one["payee_code"])
            ]


def binding(row: Row, names: Sequence[str], bank_code: str) -> None:
    """Caps of a claim: those that cut it."""
    for name in names:
        if caps := row.get(name):
            row[name] = [one for one in caps if one["binds"]]


def own_loans(row: Row, names: Sequence[str], bank_code: str) -> None:
    """Facts that a claim is split by: what the firm owes counts its loans at other banks, too."""
    for name in names:
        if facts := row.get(name):
            row[name] = {fact: one for fact, one in facts.items() if fact != "borrower_balance"}


def where_read(row: Row, names: Sequence[str], bank_code: str) -> None:
    """What is narrowed where it is read, for the programme's rules say which figures are of others
    (`told_to_bank` of the pool's figures; `told_to_bank` above for events)."""


NARROWINGS: Final[Mapping[str, RowNarrowing]] = {
    narrowing.__name__: narrowing
    for narrowing in (
        own_people, own_steps, own_house, addressed, decided, no_recommendation, own_figures, own_cases, own_payments,
        binding, own_loans, where_read,
    )
}  # fmt: skip
"""How a field of an answer is told in part, by the name that the tables give."""

_DECISIONS: Final = frozenset({"approve", "countersign", "decline"})
_OWN_CASES: Final = frozenset({"recovery", "adjustment", "dispute"})


def _empty(row: Row, names: Sequence[str]) -> None:
    for name in names:
        value = row.get(name)
        if name in row:
            row[name] = type(value)() if isinstance(value, str | list | dict) else None
