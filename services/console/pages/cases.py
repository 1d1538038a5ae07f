"""The list of cases, and the page of one case with everything that decides it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.around import around
from services.console.cases.at_desk import at_desk
from services.console.cases.before_after import of_case
from services.console.cases.figures import is_below, totals
from services.console.cases.kinds import CASE
from services.console.cases.listing import render_list
from services.console.cases.lists import CASES
from services.console.cases.pool_effect import pool_effect_of
from services.console.cases.revisions_shown import told_changes
from services.console.cases.seen_then import seen_by_the_first
from services.console.http.forms import NOTHING_SENT, Attempt, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.upstream.optional import or_none
from shared.months import Month
from shared.risk_classes import RISK_CLASSES

router = APIRouter()

_USUAL_REASON_ROWS, _MOST_REASON_ROWS = 3, 12


@router.get("/cases")
async def cases(page: Page) -> Response:
    """All cases that this person may see."""
    return await render_list(page, "cases.html", CASES)


@router.get("/cases/{case_id}")
async def case(page: Page, case_id: UUID) -> Response:
    """One case on one page."""
    return await show_case(page, case_id, NOTHING_SENT)


@router.get("/cases/{case_id}/firm")
async def firm_of_case(page: Page, case_id: UUID) -> Response:
    """All that is known of the case's firm, from a page that knows its loan alone."""
    found = await page.applications.get(f"/applications/{case_id}")
    return page.redirect(f"/register/firms/{found['borrower_uscc']}")


@router.post("/cases/{case_id}/{action}")
async def act_on_case(page: Page, case_id: UUID, action: str) -> Response:
    """Do one thing to a case, then look at it again."""
    form = await page.form()
    if text(form, "_more"):
        return await show_case(page, case_id, Attempt(action, form), more_rows=1)
    return await act(
        page,
        CASE,
        action,
        api=page.applications,
        path=f"/applications/{case_id}",
        back=f"/cases/{case_id}",
        show=lambda attempt: show_case(page, case_id, attempt),
    )


async def show_case(
    page: PageContext, case_id: UUID, attempt: Attempt, *, more_rows: int = 0
) -> Response:
    """The page of a case, with what was refused of a form where one was sent."""
    answer, day = await asyncio.gather(
        page.applications.read(f"/applications/{case_id}/whole"), today(page)
    )
    whole = answer.body
    found = whole["case"]
    # The pool is asked by what the case says: these two wait for it, and for nothing else.
    of_pool, pool_effect = await asyncio.gather(
        or_none(page.risk_pool.get(f"/pools/{found['pool_code']}/cases/{case_id}")),
        pool_effect_of(page, found, is_open=whole["effect"] is not None),
    )
    at_pool = of_pool or {"pool": None, "coverage": None, "claims": []}
    desk = at_desk(page, whole)
    asked = whole["facts"] or {"facts": [], "lists": []}
    given = text(attempt.form, "_rows")
    rows = int(given) if given.isascii() and given.isdigit() else _USUAL_REASON_ROWS
    return await render_case(
        page,
        CASE,
        replace(answer, body=found),
        attempt,
        rights=_rights(found),
        **_told(page, whole),
        **_begun(page, found, desk),
        **_moved_by_it(page, whole, at_pool, pool_effect),
        desk=desk,
        claims=at_pool["claims"],
        names_by_subject={one["subject"]: one["name"] for one in found["history"]},
        places=_places(page, found),
        facts_asked=[
            fact for fact in asked["facts"] if (fact["at"], fact["by"]) == ("disbursement", "bank")
        ],
        lists_asked=asked["lists"],
        totals=totals(found),
        is_below=is_below,
        reason_rows=min(rows + more_rows, _MOST_REASON_ROWS),
        today=day,
        month=str(Month.of(date.fromisoformat(day)).before),
        risk_classes=RISK_CLASSES,
        change_kinds=page.texts.codes("change_kind"),
    )


def _told(page: PageContext, whole: Mapping[str, Any]) -> dict[str, Any]:
    """What stands on the page as it was told: a part that this person is not told is empty."""
    lists = (
        "conditions", "timeline", "revisions", "register_due", "listed", "pledges", "positions",
        "changes", "draws",
    )  # fmt: skip
    return {
        **{name: whole[name] or [] for name in lists},
        "chain": whole["chain"],
        "checks": whole["checks"],
        "levels": whole["levels"],
        "papers": whole["checklist"],
        "cover_calls": (whole["cover_calls"] or []) if whole["case"]["loan"] else None,
        "around": around(page, whole),
        "told_words": told_changes,
    }


def _moved_by_it(
    page: PageContext,
    whole: Mapping[str, Any],
    at_pool: Mapping[str, Any],
    pool_effect: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The figures that the decision moves, and those that the first person has seen."""
    case, pool, coverage = whole["case"], at_pool["pool"], at_pool["coverage"]
    effect = {"effect": whole["effect"], "pool_effect": pool_effect}
    own = _bank_in_pool(pool, case["bank_code"])
    return {
        **effect,
        "pool": pool,
        "coverage": coverage,
        "own": own,
        "bars": of_case(page.texts, case, **effect, coverage=coverage, pool=pool, own=own),
        "about_bars": page.texts("effect.about") if any(effect.values()) else "",
        "seen_then": seen_by_the_first(page.texts, case, whole["effect"]),
    }


def _begun(
    page: PageContext, case: Mapping[str, Any], desk: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The templates of opinions by action, and what the forms begin with: the words of the one
    that the address names."""
    offered: list[dict[str, Any]] = desk["templates"] if desk else []
    given = {
        "returned_before": case["times_returned"],
        "ip_amount": case["has_other_collateral"] and case["ip_amount"],
        "paid_out": case["paid_out"] is not None,
    }
    chosen = page.request.query_params.get("template", "")
    for one in offered:
        if one["id"] == chosen:
            words = "reason" if one["step"] == "reject" else "opinion"
            given |= {f"{one['step']}-{words}": one["text"], "open": one["step"]}
    steps = {one["step"] for one in offered}
    return {
        "templates": {
            step: [one for one in offered if one["step"] == step] for step in steps - {"return"}
        },
        "given": given,
    }


def _rights(case: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every right with what the checks found against it."""
    return [
        {
            **item,
            "found": [
                one
                for one in case["findings"]
                if f"{one['field']}/".startswith(f"/collateral/{n}/")
            ],
        }
        for n, item in enumerate(case["collateral"])
    ]


def _bank_in_pool(pool: Mapping[str, Any] | None, bank_code: str) -> Mapping[str, Any] | None:
    """Where the case's bank stands in the pool."""
    if pool is None:
        return None
    if pool.get("own"):
        own: Mapping[str, Any] = pool["own"]
        return own
    return next((one for one in pool.get("banks") or [] if one["bank_code"] == bank_code), None)


def _places(page: PageContext, case: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The parts of an application that a reason can name: JSON pointer and words."""
    t = page.texts
    plain = [
        ("/borrower", t("case.borrower")),
        ("/amount", t("field.amount")),
        ("/tenor_months", t("case.tenor")),
        ("/annual_rate_bp", t("case.rate")),
        ("/purpose", t("case.purpose")),
        ("/ip_share_bp", t("case.ip-share")),
        ("/ip_amount", t("case.ip-amount")),
        *(
            (f"/attributes/{one['name']}", t.term("input", one["name"]))
            for one in case["stated_facts"]
        ),
        ("/parties", t("case.parties")),
        ("/documents", t("case.documents")),
    ]
    parts = ("number", "owner_name", "expires_on", "valuation")
    rights = []
    for n in range(len(case["collateral"])):
        name = f"{t('ip.right')} {n + 1}"
        rights.append((f"/collateral/{n}", name))
        rights += [(f"/collateral/{n}/{part}", f"{name} · {t('field.' + part)}") for part in parts]
    return plain + rights
