"""Costs of recovery one by one, as rows of a form: what was typed, and what a page offers."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import FormData

COLUMNS = ("reference", "kind", "amount", "paid_on")
_SPARE_ROWS, _MOST = 2, 100


def costs_typed(form: FormData) -> list[dict[str, str]]:
    """The rows in which something stands, as the services take them; a kind alone is no cost."""
    columns = [[str(value).strip() for value in form.getlist(f"cost_{name}")] for name in COLUMNS]
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in zip(*columns, strict=False)]
    return [
        row | {"amount": row["amount"].replace(",", "").replace("，", "")}
        for row in rows
        if row["reference"] or row["amount"] or row["paid_on"]
    ]


def cost_rows(form: FormData, given: Sequence[Mapping[str, Any]] = ()) -> list[Mapping[str, Any]]:
    """The rows that a page shows: what was typed, else what it offers, and two empty ones."""
    there = costs_typed(form) if form else [*given]
    return [*there, *({} for _ in range(_SPARE_ROWS))][:_MOST]
