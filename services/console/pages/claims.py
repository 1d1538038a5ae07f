"""Claims: what was filed, how it was split and why, and who does the next step."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.before_after import Change, at_compensation, at_payment
from services.console.cases.costs import cost_rows, costs_typed
from services.console.cases.kinds import CLAIM
from services.console.cases.listing import render_list
from services.console.cases.lists import CLAIMS
from services.console.cases.paper_rows import paper_rows, papers_typed
from services.console.cases.papers_shown import papers_of_case, shown
from services.console.cases.seen_then import seen_at_review
from services.console.http.forms import NOTHING_SENT, Attempt, amount, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.upstream.client import Problem
from services.console.upstream.optional import items, or_none

router = APIRouter()


@router.get("/claims")
async def claims(page: Page) -> Response:
    """Claims, the newest first where nothing else is chosen."""
    return await render_list(page, "claims.html", CLAIMS)


@router.get("/claims/{claim_id}")
async def claim(page: Page, claim_id: UUID) -> Response:
    """One claim with every figure of its split, or of the trial of a part (`?principal=`)."""
    return await show_claim(page, claim_id, NOTHING_SENT)


@router.post("/claims/{claim_id}/recover")
async def report_recovery(page: Page, claim_id: UUID) -> Response:
    """Report money that has come in since; `_more` only asks for further rows of costs."""
    form = await page.form()
    if text(form, "_more"):
        return await show_claim(page, claim_id, Attempt("recover", form))

    async def send(form: FormData) -> None:
        path = f"/claims/{claim_id}/recoveries"
        await page.risk_pool.post(path, _recovery(form), key=once(form))

    return await page.answer_form(
        send,
        action="recover",
        show=lambda attempt: show_claim(page, claim_id, attempt),
        done=lambda _: page.redirect(f"/claims/{claim_id}", "done.claim-recover"),
    )


def _recovery(form: FormData) -> dict[str, Any]:
    """The report that a filled-in form stands for. Costs listed one by one are the total."""
    costs = costs_typed(form)
    reason = text(form, "not_a_double_reason")
    return {
        "received_on": text(form, "received_on"),
        "route": text(form, "route"),
        "from_pledged_ip": text(form, "from_pledged_ip") == "yes",
        "gross": amount(form, "gross"),
        "costs": "0.00" if costs else amount(form, "costs") or "0.00",
        "cost_items": costs,
        "reference": text(form, "reference"),
        "papers": papers_typed(form),
        **({"disposal_id": disposal} if (disposal := text(form, "disposal_id")) else {}),
        **({"not_a_double": True, "not_a_double_reason": reason} if reason else {}),
    }


@router.post("/claims/{claim_id}/record-step")
async def record_step(page: Page, claim_id: UUID) -> Response:
    """Record the next step that the scheme names."""

    async def send(form: FormData) -> None:
        await page.risk_pool.post(
            f"/claims/{claim_id}/steps",
            _step(form),
            key=once(form),
            if_match=text(form, "_etag"),
        )

    return await page.answer_form(
        send,
        action="record_step",
        show=lambda attempt: show_claim(page, claim_id, attempt),
        done=lambda _: page.redirect(f"/claims/{claim_id}", "done.claim-record_step"),
    )


def _step(form: FormData) -> dict[str, Any]:
    """The record that a filled-in form stands for."""
    return {
        "step": text(form, "step"),
        "outcome": text(form, "outcome"),
        "opinion": text(form, "opinion"),
        "participants": [
            name.strip() for name in text(form, "participants").splitlines() if name.strip()
        ],
        "papers": papers_typed(form),
    }


PAPER_OF = {"joint_meeting": "minutes", "bureau_opinion": "opinion"}
"""What kind of paper belongs to a step; of the experts it is their report."""


@router.post("/claims/{claim_id}/{action}")
async def act_on_claim(page: Page, claim_id: UUID, action: str) -> Response:
    """Do one step of a claim, then look at it again."""
    path = f"/claims/{claim_id}"
    return await act(
        page,
        CLAIM,
        action,
        api=page.risk_pool,
        path=path,
        back=path,
        show=lambda attempt: show_claim(page, claim_id, attempt),
    )


async def show_claim(page: PageContext, claim_id: UUID, attempt: Attempt) -> Response:
    """The page of a claim, with what was refused of a form where one was sent."""
    answer = await page.risk_pool.read(f"/claims/{claim_id}")
    of_claim = {"claim_id": str(claim_id), "limit": 200}
    recoveries = await or_none(page.risk_pool.get("/recoveries", **of_claim))
    adjustments = await or_none(page.risk_pool.get("/adjustments", **of_claim))
    answer.body["pending_actions"] = _offered(answer.body)
    trial, attempt = await _trial_shown(page, answer.body, attempt)
    of_disposal = await _of_disposal(page, claim_id)
    return await render_case(
        page,
        CLAIM,
        answer,
        attempt,
        recoveries=items(recoveries),
        adjustments=items(adjustments),
        adjustment_kinds=page.texts.codes("adjustment_kind"),
        routes=page.texts.codes("route"),
        costs=cost_rows(attempt.of("recover").form, of_disposal.get("cost_items", [])),
        of_disposal=of_disposal,
        today=await today(page),
        trial=trial,
        bars=await _bars(page, answer.body, trial),
        seen_then=seen_at_review(page.texts, answer.body, trial),
        given=_named_by_the_decision(trial) | _the_other_payment(attempt),
        places=[(one["code"], page.texts.of(one)) for one in answer.body["checks"]],
        stored=await shown(page, papers_of_case("claims", answer.body)),
        **_papers_asked(answer.body, attempt),
    )


async def _bars(
    page: PageContext, claim: dict[str, Any], trial: dict[str, Any] | None
) -> list[Change]:
    """What the decision on a claim moves, or its payment; nothing where neither waits."""
    if trial is not None:
        return at_compensation(page.texts, trial)
    if not {"enter_payment", "set_aside"} & set(claim["pending_actions"]):
        return []
    pool = await or_none(page.risk_pool.get(f"/pools/{claim['pool_code']}"))
    return at_payment(page.texts, pool, claim["pool_pays"], comes_in=False, later=True)


async def _of_disposal(page: PageContext, claim_id: UUID) -> dict[str, Any]:
    """What a disposal (`?disposal=`) offers the report of its money; nothing where none is named, or
    it is of another claim."""
    asked = page.request.query_params.get("disposal", "")
    try:
        disposal_id = UUID(asked)
    except ValueError:
        return {}
    found = await or_none(page.risk_pool.get(f"/disposals/{disposal_id}"))
    if found is None or found["claim_id"] != str(claim_id):
        return {}
    offered: dict[str, Any] = found["recovery"] or {}
    return offered and {**offered, "number": found["number"]}


def _papers_asked(claim: dict[str, Any], attempt: Attempt) -> dict[str, Any]:
    """The rows of papers of each form on the page, with what was typed into the one that was sent."""
    kinds = {
        "step_papers": ("record_step", [PAPER_OF.get(claim["next_step"] or "", "report")]),
        "loss_rows": ("report_loss", ["report"]),
        "recovery_papers": ("recover", ["receipt", "cost_invoice", "evidence"]),
        "adjustment_papers": ("adjust", ["evidence"]),
    }
    return {name: paper_rows(attempt.of(form).form, asked) for name, (form, asked) in kinds.items()}


def _offered(claim: dict[str, Any]) -> list[str]:
    """What may be done now. A payment that waits for its release is not entered twice; one into
    escrow is called what it is."""
    waits = any(one["state"] == "entered" for one in claim["payments"])
    payment = [] if waits else ["set_aside" if claim["escrow"] else "enter_payment"]
    found: list[str] = []
    for action in claim["pending_actions"]:
        found += payment if action == "enter_payment" else [action]
    return found


async def _trial_shown(
    page: PageContext, claim: dict[str, Any], attempt: Attempt
) -> tuple[dict[str, Any] | None, Attempt]:
    """The trial split on the page: of a part where one is asked for, else of the whole.

    What speaks against it takes the button of the approval away: it would be refused.
    """
    trial: dict[str, Any] | None = claim["trial"]
    asked = amount(attempt.form, "covered_principal") or page.request.query_params.get(
        "principal", ""
    ).replace(",", "")
    if trial is not None and asked:
        try:
            trial = await page.risk_pool.get(f"/claims/{claim['id']}/trial", principal=asked)
        except Problem as problem:
            if attempt.problem is None:
                attempt = Attempt("try-part", FormData(), problem)
    if trial is not None and (trial["missing"] or trial["moved"]):
        claim["pending_actions"] = [one for one in claim["pending_actions"] if one != "approve"]
    return trial, attempt


def _the_other_payment(attempt: Attempt) -> dict[str, str]:
    """The entry that a payment resembles, for the form to confirm when it is sent again."""
    if attempt.action not in ("enter_payment", "set_aside") or attempt.problem is None:
        return {}
    other = attempt.problem.extra.get("entry")
    return {"confirm_double_of": str(other["id"])} if other else {}


def _named_by_the_decision(trial: dict[str, Any] | None) -> dict[str, str]:
    """What the form of the approval carries, so that the decision names what was seen."""
    if trial is None:
        return {}
    part = {"covered_principal": trial["principal"]} if trial["in_part"] else {}
    return {"trial": trial["id"], **part}
