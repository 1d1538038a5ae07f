"""Applications for a bank's client to try in a sandbox, each with what comes of it."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from ruamel.yaml import YAML

from shared.months import add_months

_ROWS: Final = Path(__file__).with_name("kit.yaml")

RIGHT: Final = "ZL 2020 1 0777777.4"
"""Another right than the sample's, which whoever follows the guide has pledged already."""

WouldBe = Literal["accepted", "returned_for_correction", "refused"]


@dataclass(frozen=True, kw_only=True)
class Try:
    """One application: how it differs from the sample, and what comes of it."""

    name: str
    zh: str
    en: str
    would_be: WouldBe
    codes: tuple[str, ...]
    set: Mapping[str, Any]
    drop: Sequence[str]
    copy: Mapping[str, str]

    def application(self, *, today: date, document: str) -> dict[str, Any]:
        """The body to send on a day of the sandbox, with a stored paper of the bank's own."""
        # Imported here: the service takes seconds.
        from services.applications.api.examples import SUBMISSION

        body: dict[str, Any] = deepcopy(SUBMISSION)
        for right in body["collateral"]:
            right["number"] = RIGHT
            right["valuation"]["valued_on"] = str(today - timedelta(days=30))
        for paper in body["documents"]:
            paper["document"] = document
        for pointer, source in self.copy.items():
            place, name = _place(body, pointer)
            _put(place, name, deepcopy(_found(body, source)))
        for pointer, value in self.set.items():
            place, name = _place(body, pointer)
            _put(place, name, _dated(value, today))
        for pointer in self.drop:
            place, name = _place(body, pointer)
            del place[name]
        return body


def tries() -> tuple[Try, ...]:
    """All of them, in the order of the file."""
    nothing: Mapping[str, Any] = {"set": {}, "drop": (), "copy": {}}
    rows = YAML(typ="safe").load(_ROWS)
    return tuple(Try(**{**nothing, **row, "codes": tuple(row["codes"])}) for row in rows)


def codes_of(verdict: Mapping[str, Any]) -> tuple[str, ...]:
    """Of the wrong fields that a pre-check names, else of its findings; each once."""
    told = verdict["wrong_fields"] or verdict["findings"]
    return tuple(dict.fromkeys(one["code"] for one in told))


def _dated(value: Any, today: date) -> Any:
    """`[days, 30]` and `[months, -14]` are days counted from today."""
    match value:
        case ["days", int(count)]:
            return str(today + timedelta(days=count))
        case ["months", int(count)]:
            return str(add_months(today, count))
        case _:
            return value


def _place(body: Any, pointer: str) -> tuple[Any, Any]:
    """What holds the member that a JSON Pointer names, and its name or place there."""
    *way, last = pointer.split("/")[1:]
    for step in way:
        body = body[int(step) if isinstance(body, list) else step]
    return body, int(last) if isinstance(body, list) else last


def _found(body: Any, pointer: str) -> Any:
    place, name = _place(body, pointer)
    return place[name]


def _put(place: Any, name: Any, value: Any) -> None:
    if isinstance(place, list) and name == len(place):
        place.append(value)
    else:
        place[name] = value
