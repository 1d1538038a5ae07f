"""What a bank may be told of an event: the fields that the row of its type names.

Kept back are the pool's own balances and what other institutions have used of a limit.
"""

from collections.abc import Callable, Mapping
from typing import Any

from services.notifications.domain.audiences import BUREAU
from services.notifications.domain.notices import NOTICES

Fact = Mapping[str, Any]
Narrowing = Callable[[Any, str], Any]

_OF_A_LIMIT = frozenset({"limit", "requested_fen", "source"})
_ITS_OWN_LIMITS = frozenset(
    {
        "bank_line",
        "bank_not_in_pool",
        "bank_suspended",
        "pool_stopped",
        "pool_in_run_off",
        "waiting_line",
    }
)
"""Limits that hold no figures but the bank's own."""


def _without_what_others_use(limits: Any, bank_code: str) -> Any:
    # Of the others not even `zh` and `en` are told, for they repeat the figures.
    return [
        limit
        if limit["limit"] in _ITS_OWN_LIMITS
        else {name: value for name, value in limit.items() if name in _OF_A_LIMIT}
        for limit in limits
    ]


def _own_lines(statements: Any, bank_code: str) -> Any:
    return [line for line in statements if line["party_code"] == bank_code]


NARROWED: Mapping[tuple[str, str], Narrowing] = {
    ("coverage.declined.v1", "limits"): _without_what_others_use,
    ("settlement.posted.v1", "statements"): _own_lines,
}
"""Fields that are told in part: what is left of them for one bank."""


def told_to(institution: str, event_type: str, fact: Fact) -> dict[str, Any]:
    """The part of an event, by its Python names, that an institution may know.

    Nothing at all of a type that the table does not list.
    """
    if institution == BUREAU:
        return dict(fact)
    notice = NOTICES.get(event_type)
    fields = notice.fields if notice else frozenset()
    return {
        name: NARROWED.get((event_type, name), _whole)(value, institution)
        for name, value in fact.items()
        if name in fields
    }


def _whole(value: Any, bank_code: str) -> Any:
    return value
