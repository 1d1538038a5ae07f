"""The list of cases, and the page of one case with everything that decides it."""

import asyncio
from collections.abc import Awaitable, Mapping
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
from services.console.cases.levels import levels_of
from services.console.cases.listing import render_list
from services.console.cases.lists import CASES
from services.console.cases.revisions_shown import told_changes
from services.console.cases.seen_then import seen_by_the_first
from services.console.http.forms import NOTHING_SENT, Attempt, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.upstream.optional import items, nothing, or_none
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
    answer = await page.applications.read(f"/applications/{case_id}")
    found = answer.body
    # None of these waits for another: a page costs the slowest of them, not their sum.
    of_loan, decided, near, day = await asyncio.gather(
        _of_loan(page, found), _decided_on(page, found), around(page, str(case_id)), today(page)
    )
    pool, coverage, positions, changes, draws, claims, asked, papers, pledges = of_loan
    given = text(attempt.form, "_rows")
    rows = int(given) if given.isascii() and given.isdigit() else _USUAL_REASON_ROWS
    return await render_case(
        page,
        CASE,
        answer,
        attempt,
        rights=_rights(found),
        papers=papers,
        pledges=items(pledges),
        around=near,
        **decided,
        **_moved_by_it(page, found, decided, coverage=coverage, pool=pool),
        positions=items(positions),
        changes=items(changes),
        draws=items(draws),
        names_by_subject={one["subject"]: one["name"] for one in found["history"]},
        claims=items(claims),
        places=_places(page, found),
        facts_asked=[
            fact
            for fact in (asked or {}).get("facts", [])
            if (fact["at"], fact["by"]) == ("disbursement", "bank")
        ],
        lists_asked=(asked or {}).get("lists", []),
        totals=totals(found),
        is_below=is_below,
        reason_rows=min(rows + more_rows, _MOST_REASON_ROWS),
        today=day,
        month=str(Month.of(date.fromisoformat(day)).before),
        risk_classes=RISK_CLASSES,
        change_kinds=page.texts.codes("change_kind"),
    )


async def _of_loan(page: PageContext, case: Mapping[str, Any]) -> list[Any]:
    """The pool, the cover, the loan's months, changes, draws and claims, what is asked for, the
    papers and the pledges; None where there is none yet, or it is not this person's."""
    id_, has_loan = case["id"], bool(case["loan"])
    decides = bool({"approve", "countersign", "disburse", "draw"} & set(case["pending_actions"]))
    loan = f"/loans/{id_}"
    return await asyncio.gather(
        or_none(page.risk_pool.get(f"/pools/{case['pool_code']}")),
        or_none(page.risk_pool.get(f"/coverages/{id_}")),
        or_none(page.applications.get(f"{loan}/positions") if has_loan else nothing()),
        or_none(page.applications.get(f"{loan}/changes") if has_loan else nothing()),
        or_none(page.applications.get(f"{loan}/draws") if has_loan else nothing()),
        or_none(page.risk_pool.get("/claims", loan_id=id_) if has_loan else nothing()),
        or_none(_facts_of(page, case) if decides else nothing()),
        page.applications.get(f"/applications/{id_}/checklist"),
        or_none(
            page.applications.get(f"/applications/{id_}/pledges")
            if case["registrations"]
            else nothing()
        ),
    )


def _moved_by_it(
    page: PageContext,
    case: Mapping[str, Any],
    decided: Mapping[str, Any],
    *,
    coverage: Mapping[str, Any] | None,
    pool: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The figures that the decision moves, and those that the first person has seen."""
    effect = {name: decided[name] for name in ("effect", "pool_effect")}
    own = _bank_in_pool(pool, case["bank_code"])
    return {
        "pool": pool,
        "coverage": coverage,
        "own": own,
        "bars": of_case(page.texts, case, **effect, coverage=coverage, pool=pool, own=own),
        "about_bars": page.texts("effect.about") if any(effect.values()) else "",
        "seen_then": seen_by_the_first(page.texts, case, decided["effect"]),
    }


async def _decided_on(page: PageContext, case: Mapping[str, Any]) -> dict[str, Any]:
    """What a decision rests on: checks, conditions, what happened so far, the
    bureau's desk, and the lists that its firm stands on."""
    path = f"/applications/{case['id']}"
    desk, met, told, chain, checks, levels, revisions, listed, calls, due = await asyncio.gather(
        at_desk(page, case["id"]),
        page.applications.get(f"{path}/conditions"),
        page.applications.get(f"{path}/timeline"),
        page.applications.get(f"{path}/chain"),
        or_none(page.applications.get(f"{path}/checks")),
        levels_of(page, case),
        page.applications.get(f"{path}/revisions") if case["revision"] > 1 else nothing(),
        or_none(page.applications.get("/listed-firm-matches", uscc=case["borrower"]["uscc"])),
        or_none(page.applications.get("/cover-calls", case_id=case["id"]))
        if case["loan"]
        else nothing(),
        or_none(page.applications.get(f"{path}/register-due")),
    )
    return {
        "register_due": items(due),
        "listed": items(listed),
        "cover_calls": items(calls) if case["loan"] else None,
        "desk": desk,
        "conditions": items(met),
        "timeline": items(told),
        "chain": chain,
        "checks": checks,
        **levels,
        "revisions": items(revisions),
        "told_words": told_changes,
        **_begun(page, case, desk),
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


def _facts_of(page: PageContext, case: Mapping[str, Any]) -> Awaitable[Any]:
    """The facts and lists that the measures ask for: of the case's approval day, or of today."""
    where = f"/pools/{case['pool_code']}/modes/{case['mode']}/facts"
    day = {"on": case["approved_on"]} if case["approved_on"] else {}
    return page.applications.get(where, **day)


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
