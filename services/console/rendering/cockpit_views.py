"""What the cockpit shows: each view is a table, and what of it is drawn. Nothing is added up here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from services.console.rendering.catalogue import Texts
from services.console.rendering.formats import ratio_bp
from shared.months import Month

Table = Mapping[str, Any]
Chart = Literal["columns", "bars", "tree"]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A chart over its table. `drawn`: column → bar, part (of the bar before it) or line."""

    code: str
    chapter: str
    chart: Chart
    table: Table
    shown: Sequence[str]
    drawn: Mapping[str, str]
    is_of_limits: bool = False
    """Whether a line marks a hundred per cent."""

    @property
    def columns(self) -> list[Mapping[str, Any]]:
        """The columns of the table, in the order in which they are shown."""
        named = {one["name"]: one for one in self.table["columns"]}
        return [named[name] for name in self.shown if name in named]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the services said: the report, the flow of the period and of the trend, pools today."""

    report: Mapping[str, Any]
    flow: Mapping[str, Any] | None
    trend: Mapping[str, Any] | None
    pools: Sequence[Mapping[str, Any]]

    def table(self, code: str) -> Table | None:
        """A table of the report."""
        return next((one for one in self.report["tables"] if one["code"] == code), None)

    def row(self, code: str, key: str) -> Mapping[str, Any]:
        """The cells of a row that every report has."""
        table = self.table(code)
        assert table is not None
        return next(one["cells"] for one in table["rows"] if one["key"] == key)


def views(found: Answers, texts: Texts, chosen: Sequence[str]) -> list[View]:
    """The views in their order, without those that have nothing to show."""
    made = [
        _view("funnel", "business", "bars", _funnel(found, texts, chosen),
              ("cases", "amount"), {"cases": "bar"}),
        _view("lending", "business", "columns", found.table("months"),
              ("lent_loans", "lent", "first_loans", "first_lent"),
              {"lent": "bar", "first_lent": "part"}),
        _view("approval", "business", "columns", _approvals(found, texts, chosen),
              ("filed", "approved", "median", "ninth"), {"median": "bar", "ninth": "line"}),
        _view("limits", "risk", "bars", _limits(found, texts),
              ("used", "allowed", "room", "share"), {"share": "bar"}, is_of_limits=True),
        _view("quality", "risk", "columns", found.table("months"),
              ("covered", "overdue", "bad", "bad_ratio"), {"bad": "bar", "bad_ratio": "line"}),
        _view("losses", "risk", "columns", found.table("months"),
              ("claimed_loans", "claimed", "compensated", "paid", "recovered"),
              {"paid": "bar", "recovered": "bar"}),
        _view("banks", "where", "bars", found.table("bank"),
              ("covered", "lent_loans", "lent", "bad", "bad_ratio", "claimed", "recovered"),
              {"covered": "bar"}),
        _view("areas", "where", "tree", found.table("area"),
              ("covered", "lent_loans", "lent", "bad", "bad_ratio"), {"covered": "bar"}),
        _view("kinds", "where", "bars", found.table("ip_kind"),
              ("covered", "lent_loans", "lent"), {"covered": "bar"}),
        _view("first", "where", "bars", found.table("first_loan"),
              ("lent_loans", "lent", "covered"), {"lent": "bar"}),
        _view("industries", "where", "bars", found.table("industry"),
              ("covered", "lent_loans", "lent", "bad", "bad_ratio"), {"covered": "bar"}),
        _view("pools", "where", "bars", found.table("pool"),
              ("covered", "lent_loans", "lent", "bad", "bad_ratio", "paid", "recovered"),
              {"covered": "bar"}),
        *(
            _view(code, "targets", "bars", found.table(code), ("actual", "target", "reached"),
                  {"reached": "bar"}, is_of_limits=True)
            for code in ("targets_money", "targets_count")
        ),
    ]  # fmt: skip
    return [one for one in made if one is not None]


def _view(
    code: str, chapter: str, chart: Chart, table: Table | None, shown: Sequence[str],
    drawn: Mapping[str, str], *, is_of_limits: bool = False,
) -> View | None:  # fmt: skip
    if table is None or not table["rows"]:
        return None
    return View(
        code=code, chapter=chapter, chart=chart, table=table, shown=shown, drawn=drawn,
        is_of_limits=is_of_limits,
    )  # fmt: skip


def _funnel(found: Answers, texts: Texts, chosen: Sequence[str]) -> Table | None:
    """From demands to claims; of demands those of all pools, since none has a pool yet."""
    if found.flow is None:
        return None
    total, days = found.flow["total"], {"first": found.flow["first"], "last": found.flow["last"]}
    steps: list[tuple[str, Any, Any, str]] = [
        ("demands", total["demands"], total["demands_amount"], f"/demands/funnel?{urlencode(days)}")
    ]
    for name in ("filed", "approved"):
        at = _cases_at(name, days["first"], days["last"], chosen)
        steps.append((name, total[name], total[f"{name}_amount"], at))
    for name in ("lent", "claimed"):
        cells = found.row("headline", name)
        steps.append((name, cells["loans"]["value"], cells["now"]["value"], cells["now"]["href"]))
    return _table(
        texts,
        "step",
        {"cases": "count", "amount": "money"},
        [
            _row(name, texts(f"cockpit.step-{name}"), {"cases": (cases, at), "amount": (fen, at)})
            for name, cases, fen, at in steps
        ],
    )


def _approvals(found: Answers, texts: Texts, chosen: Sequence[str]) -> Table | None:
    if found.trend is None:
        return None
    rows = []
    for one in found.trend["months"]:
        month = Month.parse(one["month"])
        at = {
            name: _cases_at(name, str(month.first), str(month.last), chosen)
            for name in ("filed", "approved")
        }
        cells = {
            "filed": (one["filed"], at["filed"]),
            "approved": (one["approved"], at["approved"]),
            "median": (one["median_days"], at["approved"]),
            "ninth": (one["ninth_days"], at["approved"]),
        }
        rows.append(_row(one["month"], one["month"], cells))
    return _table(texts, "month", dict.fromkeys(("filed", "approved", "median", "ninth"), "count"),
                  rows)  # fmt: skip


def _limits(found: Answers, texts: Texts) -> Table | None:
    """What is used of each ceiling of each pool today, the fullest first."""
    rows = []
    for pool in found.pools:
        for one in pool.get("ceilings") or []:
            at = f"/explain/limit/{pool['code']}/{one['limit']}"
            share = ratio_bp(one["used"], one["allowed"])
            said = texts.term("limit", one["limit"])
            if len(found.pools) > 1:
                said = f"{said} · {pool['name']}"
            cells = {
                "used": (one["used"], f"{at}/used"), "allowed": (one["allowed"], at),
                "room": (one["room"], f"{at}/room"), "share": (share, f"{at}/used"),
            }  # fmt: skip
            rows.append((share or 0, _row(f"{pool['code']}:{one['limit']}", said, cells)))
    rows.sort(key=lambda one: -one[0])
    units = {"used": "money", "allowed": "money", "room": "money", "share": "percent"}
    return _table(texts, "limit", units, [row for _, row in rows])


def _cases_at(counted: str, first: str, last: str, chosen: Sequence[str]) -> str:
    asked = [("counted", counted), ("first", first), ("last", last)]
    return f"/cockpit/cases?{urlencode(asked + [('pool', one) for one in chosen])}"


def _table(
    texts: Texts, first: str, units: Mapping[str, str], rows: Sequence[Mapping[str, Any]]
) -> Table:
    """A table in the shape of the reports'."""
    return {
        "first_column": _said(texts(f"cockpit.column-{first}")),
        "columns": [
            {"name": name, "unit": unit, **_said(texts(f"cockpit.column-{name}"))}
            for name, unit in units.items()
        ],
        "rows": rows,
        "total": None,
    }


def _row(key: str, said: str, cells: Mapping[str, tuple[Any, str]]) -> Mapping[str, Any]:
    return {
        "key": key,
        "href": None,
        "cells": {name: {"value": value, "href": at} for name, (value, at) in cells.items()},
        **_said(said),
    }


def _said(words: str) -> dict[str, str]:
    """Words that are in the reader's language already."""
    return {"zh": words, "en": words}
