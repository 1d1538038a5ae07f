"""Programmes: which version binds which loans, proposing a new one, publishing it as another."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.kinds import VERSION
from services.console.http.development import somebody_with
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.upstream.client import not_found
from services.console.upstream.programmes import (
    first_day_of,
    named_in,
    programme_files,
    publication_of_file,
    publication_of_text,
    read_programmes,
)
from shared.schemes.publication import Publication

router = APIRouter(prefix="/programmes")

PROPOSER = "pool_manager"
PUBLISHER = "approver"

Code = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("")
async def programmes(page: Page) -> Response:
    """Every programme with its versions: from which day, by whom, with which hash."""
    assert page.person is not None
    return page.render(
        "programmes.html",
        programmes=await read_programmes(page.risk_pool),
        may_propose=PROPOSER in page.person.roles,
    )


@router.get("/new")
async def new_version(page: Page, programme: str = "") -> Response:
    """An empty form for a version."""
    return await _form(page, NOTHING_SENT, programme)


@router.post("/new")
async def propose(page: Page) -> Response:
    """Propose a version. What is assumed in it is asked for by name before it is taken."""
    return await page.answer_form(
        lambda sent: _send(page, sent),
        show=lambda attempt: _form(page, attempt, text(attempt.form, "programme")),
        done=lambda version: page.redirect(
            f"/programmes/{version['programme']}/{version['number']}", "done.version-propose"
        ),
    )


@router.get("/{programme}/{number}")
async def version(page: Page, programme: Code, number: Number) -> Response:
    """One version: its text, what it changes, who stands by it."""
    return await _show(page, programme, number, NOTHING_SENT)


@router.post("/{programme}/{number}/{action}")
async def act_on_version(page: Page, programme: Code, number: Number, action: str) -> Response:
    """Publish a version, refuse it or take it back."""
    back = f"/programmes/{programme}/{number}"
    return await act(
        page,
        VERSION,
        action,
        api=page.risk_pool,
        path=f"/programmes/{programme}/versions/{number}",
        back=back,
        show=lambda attempt: _show(page, programme, number, attempt),
    )


async def _send(page: PageContext, form: FormData) -> Any:
    publication = await asyncio.to_thread(_publication, form)
    since = text(form, "in_force_from")
    if not since and (first := first_day_of(publication)) is not None:
        since = first.isoformat()
    body = {
        "text": publication.text,
        "common_text": publication.common_text,
        "in_force_from": since,
        "accepts": [str(name) for name in form.getlist("accepts")],
    }
    path = f"/programmes/{publication.programme}/versions"
    return await page.risk_pool.post(path, body, key=once(form))


def _publication(form: FormData) -> Publication:
    """The text that was pasted, else the file that was chosen. Raises Problem."""
    chosen, own = text(form, "programme"), text(form, "text")
    if own:
        return publication_of_text(named_in(own) or chosen, own)
    if chosen not in {one.code for one in programme_files()}:
        raise not_found()
    return publication_of_file(chosen)


async def _form(page: PageContext, attempt: Attempt, programme: str) -> Response:
    assert page.person is not None
    # Read once, which takes seconds: others are served meanwhile.
    files = await asyncio.to_thread(programme_files)
    ticked = [str(name) for name in attempt.form.getlist("accepts")]
    silent = attempt.problem.extra.get("assumed", []) if attempt.problem else []
    return page.render(
        "programme_new.html",
        attempt=attempt,
        files=files,
        chosen=programme or "dongli",
        ticked=ticked,
        assumed=sorted({*ticked, *silent}),
        role=PROPOSER,
        is_allowed=PROPOSER in page.person.roles,
        substitute=somebody_with(page, PROPOSER),
        today=await today(page),
    )


async def _show(page: PageContext, programme: str, number: int, attempt: Attempt) -> Response:
    path = f"/programmes/{programme}/versions"
    answer = await page.risk_pool.read(f"{path}/{number}")
    before = await _before(page, answer.body)
    difference = (
        await page.risk_pool.get(f"{path}/{before}/difference", to=number) if before else None
    )
    waits = "publish" not in answer.body["pending_actions"] and answer.body["waiting_for"]
    return await render_case(
        page,
        VERSION,
        answer,
        attempt,
        before=before,
        difference=difference,
        rules=_rules(difference["modes"]) if difference else [],
        publisher=PUBLISHER,
        substitute=somebody_with(page, PUBLISHER) if waits else None,
    )


def _rules(modes: list[dict[str, Any]]) -> list[tuple[list[dict[str, Any]], dict[str, Any]]]:
    """(modes, rule) for every rule that differs: a rule that differs alike in several stands once."""
    found: list[tuple[list[dict[str, Any]], dict[str, Any]]] = []
    for mode in modes:
        for rule in mode["rules"]:
            alike = next((names for names, known in found if known == rule), None)
            if alike is None:
                found.append(([mode["name"]], rule))
            else:
                alike.append(mode["name"])
    return found


async def _before(page: PageContext, shown: dict[str, Any]) -> int | None:
    """The published version that this one follows, by its first day; None for the first."""
    own = [
        one
        for programme in await read_programmes(page.risk_pool)
        if programme["programme"] == shown["programme"]
        for one in programme["versions"]
        if one["state"] == "published" and one["in_force_from"] < shown["in_force_from"]
    ]
    newest = max(own, key=lambda one: str(one["in_force_from"]), default=None)
    return None if newest is None else int(newest["number"])
