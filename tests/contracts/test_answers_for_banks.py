"""Field by field it is decided what a bank may know of an answer; what is not decided stays inside."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel

from services.risk_pool.api.breaker_orders import OrderAnswer
from services.risk_pool.api.case_responses import ClaimInList
from services.risk_pool.api.trial_responses import TrialAnswer
from shared.contracts.redaction import NARROWINGS, decisions, limit_for_bank
from shared.http.answer_shapes import (
    Decision,
    Held,
    alias_of,
    decision_of,
    declarations,
    models_in,
    place_of,
    shape_of,
    table_beside,
)
from shared.http.answers import keep_back, narrowed_ways
from shared.http.limits import LimitShown
from shared.http.part_names import named
from tests.e2e.api import APPS, DESCRIBED
from tests.notifications.samples import BANK

ROLES = Path(__file__).parents[1] / "e2e" / "roles.csv"


def called_by_banks() -> set[str]:
    """The routes that let somebody of a bank, or of a pool's other party, further than the question of
    his role."""
    with ROLES.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    of_banks = [at for at, name in enumerate(head) if "bank_" in name or "party_clerk" in name]
    return {row[0] for row in rows if any(row[at] not in "?-" for at in of_banks)}


def answered(name: str, app: FastAPI) -> Iterator[Any]:
    """What routes that a bank may call answer."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.response_model is not None:
            path = str(context.path_format).removeprefix("/api/v1")
            if any(f"{name} {method} {path}" in CALLED for method in route.methods or ()):
                yield route.response_model


CALLED = called_by_banks()
MODELS: dict[type[BaseModel], str] = {
    model: name
    for name, app in APPS.items()
    for answer in answered(name, app)
    for model in models_in(answer)
}
"""Every model that stands somewhere in an answer to a bank, with a service that answers so."""
CLASSES = {base: fields for model in MODELS for base, fields in declarations(model)}
"""The classes that declare their fields."""


def faults(base: type[BaseModel], fields: list[str]) -> list[str]:
    """What is wrong with the decisions on the fields that a class declares."""
    decision = decision_of(base)
    decided = [] if decision is None else decision.fields
    return [
        *(f"{base.__name__}.{one} is not decided on" for one in fields if one not in decided),
        *(f"{base.__name__} declares no {one}" for one in decided if one not in fields),
        *(f"{base.__name__}.{one} is decided twice" for one in set(decided) if decided.count(one) > 1),
    ]  # fmt: skip


def test_every_field_of_every_answer_that_a_bank_can_get_has_a_written_decision():
    assert len(CALLED) > 300 and len(MODELS) > 400
    assert [fault for base, fields in CLASSES.items() for fault in faults(base, fields)] == []


def test_nothing_is_decided_of_what_no_bank_can_be_answered():
    used = {place_of(base) for base in CLASSES}
    decided = {
        (folder, name) for folder in {folder for folder, _ in used} for name in table_beside(folder)
    }
    assert decided - used == set()
    hows = {how for base in CLASSES for how in (decision_of(base) or Decision()).in_part.values()}
    assert hows == set(NARROWINGS)


class Grown(ClaimInList):
    """A claim whose author forgot the table."""

    opinion_of_the_house: str
    seen_by: str | None


def test_a_field_that_nobody_decided_on_is_noticed_and_stays_inside_meanwhile():
    assert faults(*next(declarations(Grown))) == [
        "Grown.opinion_of_the_house is not decided on",
        "Grown.seen_by is not decided on",
    ]
    shape = shape_of(Grown)
    assert "opinion_of_the_house" in shape.left_out and "seen_by" in shape.made_null
    claim = {"number": "DL-C-2026-0001", "opinion_of_the_house": "不同意", "seen_by": "hu"}
    keep_back(Held(shape), claim, BANK)
    assert claim == {"number": "DL-C-2026-0001", "seen_by": None}


def test_a_decision_on_a_field_that_is_gone_is_noticed():
    declared = dict(declarations(OrderAnswer))[OrderAnswer]
    assert faults(OrderAnswer, declared) == []
    assert faults(OrderAnswer, declared[1:]) == [f"OrderAnswer declares no {declared[0]}"]


ALTHOUGH = {
    "held_on": "Below the bureau's parts of a whole case, which a bank gets none of.",
    "attributes": "The bank has stated them of its own loan.",
    "attributes_at_disbursement": "The same, on the day it paid out.",
    "banks": "Of a match in the lists, whose cases are the reader's own; of a pool, itself alone.",
    "common_text": "A published measure binds its loans; the feed would tell of it without one.",
    "day": "Of an extract or a line of its own; the event means the house's clock.",
    "has_other_collateral": "The bank has stated it.",
    "in_force_from": "Of a published measure.",
    "members": "Of an alliance: itself alone. The event means who sits in a meeting.",
    "paid_out": "The bank has filed it.",
    "people": "Who stands behind a figure, by role; `name` is told of its own people alone.",
    "published_on": "Of a public notice, which everybody reads.",
    "person": "Of its own people, for their bank's admin.",
    "pools": "Of its own webhooks' filter, and of people, where the bureau's alone have any.",
    "renews": "The loan of its own that a bank renews.",
    "repayment": "The bank has stated it.",
    "role": "Who did something is told by role and not by name.",
    "days": "Of the calendar, which everybody reads.",
    "year": "Of the calendar, which everybody reads.",
    "roles": "Whom a case waits for is told by role; of robots, its own people's.",
}
"""What events have and none tells a bank, and some answer tells: why."""


def test_what_every_event_keeps_back_no_answer_tells_unless_it_is_written_why():
    rows = decisions().values()
    kept = {name for row in rows for name in row.get("kept", ())}
    told = {name for row in rows for which in ("told", "in_part") for name in row.get(which, ())}
    said = {name for base in CLASSES for name in (decision_of(base) or Decision()).told}
    assert (kept - told) & said == set(ALTHOUGH)


def test_of_a_limit_an_answer_tells_what_an_event_tells():
    others = {
        "limit": "maximum_leverage", "allowed": "3.00", "used": "2.00", "requested": "2.00",
        "source": "第五条", "zh": "杠杆上限：已用 2.00", "en": "leverage: 2.00 used",
    }  # fmt: skip
    for limit in (others, others | {"limit": "bank_line"}):
        shown = LimitShown.model_validate(limit).model_dump(mode="json")
        keep_back(Held(shape_of(LimitShown)), shown, BANK)
        event = limit_for_bank(limit)
        assert {name for name, value in shown.items() if value} - {"zh", "en"} == set(event) - {
            "zh",
            "en",
        }
        assert shown["zh"] == event.get("zh", "杠杆上限")


def test_of_a_trial_a_bank_reads_nothing_of_others():
    used = {"before": "1.00", "held": "0.00", "after": "2.00"}
    cap = {
        "code": "bank_year", "zh": "上限", "en": "cap", "source": "", "parties": ["pool"],
        "limit": "9.00", "used": "1.00", "held": "0.00", "left": "8.00", "due": "1.00",
        "takes": "1.00", "left_after": "7.00",
    }  # fmt: skip
    trial = TrialAnswer(
        id="1", programme="dongli", mode="a", scheme_version="1", principal="2.00", claimed="2.00",
        in_part=False, facts={"borrower_balance": "9.00", "loan_amount": "2.00"}, position=None,
        limits=[{**cap, "binds": True}, {**cap, "binds": False}],
        payments=[
            {"payer": "pool", "payer_code": "dongli", "payee": "bank", "payee_code": code,
             "kind": "claim", "amount": "1.00"}
            for code in (BANK, "DL-FIN")
        ],
        pool={**used, "takes": "1.00"}, bank_year=used, borrower=used,
    ).model_dump(mode="json")  # fmt: skip
    keep_back(Held(shape_of(TrialAnswer)), trial, BANK)
    none: dict[str, Any] = {}
    keep_back(Held(shape_of(TrialAnswer), by_name=True), none, BANK)
    assert none == {}
    assert trial["facts"] == {"loan_amount": "2.00"}
    assert trial["pool"] is trial["bank_year"] is trial["borrower"] is None
    assert [one["payee_code"] for one in trial["payments"]] == [BANK]
    (left,) = trial["limits"]
    assert {name for name, value in left.items() if value is None} == {
        "limit", "used", "held", "left", "left_after",
    }  # fmt: skip


@pytest.mark.parametrize("service", APPS)
def test_what_is_left_out_for_a_bank_is_not_required_by_the_description(service: str):
    schemas = DESCRIBED[service]["components"]["schemas"]
    looked_at = 0
    for model in (one for one, name in MODELS.items() if name == service):
        for name, schema in schemas.items():
            long = f"{model.__module__}.{model.__name__}".replace(".", "__")
            if name in {
                named(one + made) for one in (model.__name__, long) for made in ("", "-Output")
            }:
                shape = shape_of(model)
                looked_at += 1
                assert not set(shape.left_out) & set(schema.get("required", ())), name
                for kept in (*shape.left_out, *shape.made_null):
                    assert schema["properties"][kept]["description"].endswith("Not told to banks.")
    assert looked_at > 20


def test_what_is_kept_back_is_worked_out_by_the_route():
    ways = narrowed_ways(APPS["risk_pool"])
    assert ways["GET", "/api/v1/claims/{claim_id}"].shape.left_out
    assert ("GET", "/api/v1/signing-certificate") not in ways
    assert alias_of(ClaimInList, "paid_fen") == "paid"
