"""A bank's clerk files a claim: chooses the loan, fills in what its scheme asks for, tries it out,
keeps a draft, files it; and mends one that was returned."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.actions import facts_typed
from services.console.cases.costs import cost_rows, costs_typed
from services.console.cases.paper_rows import paper_rows, papers_typed
from services.console.http.forms import NOTHING_SENT, Attempt, amount, once, text
from services.console.http.page_context import Page, PageContext
from services.console.upstream.client import Problem
from services.console.upstream.optional import items
from shared.risk_classes import RISK_CLASSES

router = APIRouter()

AMOUNTS = ("outstanding_principal", "interest_arrears", "penalty_interest", "compound_interest")
FROM_ELSEWHERE = ("other_policy_money", "recovered_before", "compensated_amount", "compensated_on")
"""Left out where nothing is typed: not stated is not nothing."""

DATES = (
    "lawsuit_accepted_on", "called_early_on", "loss_confirmed_on", "written_off_on",
    "enforcement_ended_on", "guarantor_paid_on", "insurer_notified_on",
)  # fmt: skip
COURT = "court_acceptance_notice"


@router.get("/claims/new")
async def new_claim(page: Page, loan: UUID | None = None) -> Response:
    """An empty form for a loan, or the loans to choose from."""
    if loan is None:
        found = await page.risk_pool.get("/coverages", state="active", limit=200)
        return page.render("claim_form.html", needs=None, loans=items(found))
    return await _show(page, loan, NOTHING_SENT, where="/claims/new")


@router.post("/claims/new")
async def send_new_claim(page: Page) -> Response:
    """Try the claim out, keep it as a draft, or file it."""
    form = await page.form()
    loan = UUID(text(form, "loan_id"))
    about = {"loan_id": str(loan)}
    return await _send(
        page,
        form,
        loan,
        where="/claims/new",
        paths={"save": "/claims/drafts", "submit": "/claims"},
        about=about,
    )


@router.get("/claims/{claim_id}/edit")
async def edit_claim(page: Page, claim_id: UUID) -> Response:
    """A draft, or a returned claim, to go on with."""
    answer = await page.risk_pool.read(f"/claims/{claim_id}")
    claim = answer.body
    where = f"/claims/{claim_id}/edit"
    return await _show(
        page, UUID(claim["loan_id"]), NOTHING_SENT, where=where, claim=claim, etag=answer.etag
    )


@router.post("/claims/{claim_id}/edit")
async def send_claim(page: Page, claim_id: UUID) -> Response:
    """Try a draft out, save it, file it, or submit a returned claim again."""
    form = await page.form()
    at = f"/claims/{claim_id}"
    claim = await page.risk_pool.get(at)
    return await _send(
        page,
        form,
        UUID(claim["loan_id"]),
        where=f"{at}/edit",
        paths={"save": f"{at}/draft", "submit": f"{at}/submit", "resubmit": f"{at}/resubmit"},
        about={},
        claim=claim,
    )


async def _send(
    page: PageContext,
    form: FormData,
    loan: UUID,
    *,
    where: str,
    paths: dict[str, str],
    about: dict[str, str],
    claim: Any = None,
) -> Response:
    does = text(form, "_do")
    attempt = Attempt("", form, None)
    body = _body(form)
    if does == "more-costs":
        return await _show(page, loan, attempt, where=where, claim=claim, etag=text(form, "_etag"))
    try:
        if does not in paths:
            checked = await page.risk_pool.post(
                "/claims/pre-checks", {"loan_id": str(loan), **body}, key=once(form)
            )
            return await _show(page, loan, attempt, where=where, claim=claim, checked=checked)
        kept = await page.risk_pool.post(
            paths[does],
            {**about, **(_filled(body) if does == "save" else body)},
            key=once(form),
            if_match=text(form, "_etag"),
        )
    except Problem as problem:
        if problem.status == 401:
            raise
        refused = Attempt("", form, problem)
        return await _show(page, loan, refused, where=where, claim=claim)
    done = "draft" if does == "save" else does
    back = f"/claims/{kept['id']}/edit" if does == "save" else f"/claims/{kept['id']}"
    return page.redirect(back, f"done.claim-{done}")


def _body(form: FormData) -> dict[str, Any]:
    """The claim that a filled-in form stands for."""
    facts: dict[str, Any] = {
        name: value for name in form if name in DATES and (value := text(form, name))
    }
    days = text(form, "overdue_days")
    facts["overdue_days"] = int(days) if days.isascii() and days.isdigit() else days
    facts["risk_class"] = text(form, "risk_class")
    if text(form, "compensated_elsewhere"):
        facts["compensated_elsewhere"] = True
    costs = costs_typed(form)
    elsewhere = {name: amount(form, name) for name in FROM_ELSEWHERE}
    return {
        **{name: amount(form, name) or "0.00" for name in AMOUNTS},
        **{name: value for name, value in elsewhere.items() if value},
        # Listed one by one they are the total.
        "costs": "0.00" if costs else amount(form, "costs") or "0.00",
        "cost_items": costs,
        "attributes": facts_typed(form),
        "facts": facts,
        "documents": papers_typed(form),
        "confirmed": [str(code) for code in form.getlist("confirmed")],
    }


def _filled(body: dict[str, Any]) -> dict[str, Any]:
    """The same for a draft: what is not filled in yet is left out."""
    facts = {name: value for name, value in body["facts"].items() if value != ""}
    return {**body, "facts": facts}


async def _show(
    page: PageContext,
    loan: UUID,
    attempt: Attempt,
    *,
    where: str,
    claim: Any = None,
    etag: str = "",
    checked: Any = None,
) -> Response:
    needs = await page.risk_pool.get(f"/coverages/{loan}/claim-needs")
    given = _given(claim, needs)
    findings = attempt.problem.extra.get("findings", []) if attempt.problem else []
    return page.render(
        "claim_form.html",
        attempt=attempt,
        where=where,
        needs=needs,
        claim=claim,
        etag=etag,
        given=given,
        papers=_papers(needs, given, attempt),
        costs=cost_rows(attempt.form, given.get("cost_items") or []),
        elsewhere=_elsewhere(needs, given),
        risk_classes=RISK_CLASSES,
        checks=checked["checks"] if checked else findings,
        may_be_filed=bool(checked and checked["may_be_filed"]),
    )


def _elsewhere(needs: Any, given: dict[str, Any]) -> list[dict[str, Any]]:
    """Money from elsewhere: what the terms count first, then what may be stated all the same."""
    needed = {one["name"]: one for one in needs["amounts"]}
    found = []
    for name in FROM_ELSEWHERE:
        asked = needed.get("compensated_amount" if name == "compensated_on" else name)
        found.append(
            {
                "name": name,
                "value": given.get(name) or "",
                "required": bool(asked and asked["required"]),
                "source": asked["source"] if asked else "",
            }
        )
    return sorted(found, key=lambda one: not one["required"])


def _given(claim: Any, needs: Any) -> dict[str, Any]:
    """What the form offers: the draft, the returned claim, or the bank's own last report."""
    if claim and claim["draft"] is not None:
        return {"documents": [], **claim["draft"], "facts": claim["draft"].get("facts") or {}}
    if claim:
        return dict(claim)
    reported = needs["reported"] or {}
    return {
        "outstanding_principal": reported.get("outstanding_principal"),
        "facts": {
            "overdue_days": reported.get("overdue_days", ""),
            "risk_class": reported.get("risk_class", ""),
        },
        "documents": [],
    }


def _papers(needs: Any, given: dict[str, Any], attempt: Attempt) -> list[dict[str, str]]:
    """One row per paper that the scheme asks for, and the court's where a trigger asks for it."""
    kinds = dict.fromkeys(
        one["kind"] for one in (*needs["papers"], *given["documents"], *papers_typed(attempt.form))
    )
    if "lawsuit_accepted_on" in needs["dates"]:
        kinds.setdefault(COURT)
    return paper_rows(attempt.form, list(kinds), given["documents"])
