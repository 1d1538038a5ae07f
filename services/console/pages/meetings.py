"""Joint meetings: called on cases, voted on by their members, concluded by two persons."""

import asyncio
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.listing import grid_of, opens_with
from services.console.cases.lists_of_work import MEETINGS
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.upstream.client import not_found
from services.console.upstream.optional import items

router = APIRouter()

_SITS: Final = frozenset({"reviewer", "approver", "leader", "pool_manager"})
_ON_AGENDA: Final = ("under_review", "recommended")
"""Where a case stands that a meeting may speak about."""
_STEPS: Final = {
    "votes": ("case", "vote", "reason"),
    "minutes": ("text", "document", "sha256"),
    "propose": (),
    "conclude": (),
    "send-back": ("reason",),
    "call-off": ("reason",),
}
"""What is done to a meeting, and what is said with it."""
_MAY_BE_EMPTY: Final = ("document", "sha256")


@router.get("/meetings")
async def meetings(page: Page) -> Response:
    """Meetings, the youngest first; a manager calls one here."""
    usual = await opens_with(page, MEETINGS)
    return page.redirect(usual) if usual else await _list(page, NOTHING_SENT)


@router.post("/meetings")
async def convene(page: Page) -> Response:
    """Call a meeting."""

    async def send(form: FormData) -> Any:
        return await page.applications.post("/meetings", _meeting(form), key=once(form))

    return await page.answer_form(
        send,
        action="convene",
        show=lambda attempt: _list(page, attempt),
        done=lambda answer: page.redirect(f"/meetings/{answer['id']}", "done.meeting-convene"),
    )


@router.get("/meetings/{meeting_id}")
async def meeting(page: Page, meeting_id: UUID) -> Response:
    """One meeting: agenda, votes, minutes, conclusion."""
    return await _show(page, meeting_id, NOTHING_SENT)


@router.post("/meetings/{meeting_id}/change")
async def change(page: Page, meeting_id: UUID) -> Response:
    """Who has called the meeting changes it; its members are told."""

    async def send(form: FormData) -> None:
        body = _called(form) | {"reason": text(form, "reason")}
        await page.applications.post(f"/meetings/{meeting_id}/change", body, key=once(form))

    return await page.answer_form(
        send,
        action="change",
        show=lambda attempt: _show(page, meeting_id, attempt),
        done=lambda _: page.redirect(f"/meetings/{meeting_id}", "done.meeting-change"),
    )


@router.post("/meetings/{meeting_id}/{step}")
async def take_step(page: Page, meeting_id: UUID, step: str) -> Response:
    """Vote, store the minutes, propose, confirm, send back or call off."""
    names = _STEPS.get(step)
    if names is None:
        raise not_found()

    async def send(form: FormData) -> None:
        said = {name: text(form, name) for name in names}
        body = {name: value for name, value in said.items() if value or name not in _MAY_BE_EMPTY}
        await page.applications.post(
            f"/meetings/{meeting_id}/{step}", body if names else None, key=once(form)
        )

    form = await page.form()
    return await page.answer_form(
        send,
        action=f"{step} {text(form, 'case')}".strip(),
        show=lambda attempt: _show(page, meeting_id, attempt),
        done=lambda _: page.redirect(f"/meetings/{meeting_id}", f"done.meeting-{step}"),
    )


def _meeting(form: FormData) -> dict[str, Any]:
    """The request that the form for a new meeting stands for."""
    return {"pool_code": text(form, "pool_code"), **_called(form)}


def _called(form: FormData) -> dict[str, Any]:
    """What a meeting is called with: who is ticked is called, and one of them presides."""
    chair, secretary = text(form, "chair"), text(form, "secretary")
    called = [str(one) for one in form.getlist("members")]
    parts = {chair: "chair", secretary: "secretary"}
    subjects = list(dict.fromkeys(one for one in (chair, secretary, *called) if one))
    said = text(form, "quorum")
    return {
        **{name: text(form, name) for name in ("held_on", "place")},
        "quorum": int(said) if said.isascii() and said.isdigit() else 0,
        "members": [{"subject": one, "part": parts.get(one, "member")} for one in subjects],
        "cases": [str(one) for one in form.getlist("cases")],
    }


async def _list(page: PageContext, attempt: Attempt) -> Response:
    assert page.person is not None
    calls = "pool_manager" in page.person.roles
    pool = text(attempt.form, "pool_code") or page.request.query_params.get("pool", "")
    (grid, problem), (staff, cases) = await asyncio.gather(
        grid_of(page, MEETINGS), _choices(page, pool, wanted=calls)
    )
    if problem is not None and attempt is NOTHING_SENT:
        attempt = Attempt("list", FormData(), problem)
    return page.render(
        "meetings.html",
        attempt=attempt,
        grid=grid,
        names=grid.names,
        pools=grid.pools,
        pool=pool,
        staff=staff,
        cases=cases,
        today=await today(page),
        calls=calls,
    )


async def _choices(page: PageContext, pool: str, *, wanted: bool) -> tuple[list[Any], list[Any]]:
    """Who may be called to a meeting, and the cases it may speak about."""
    if not wanted:
        return [], []
    staff, *cases = await asyncio.gather(
        page.applications.get("/staff"),
        *(
            page.applications.get("/applications", state=state, pool=pool, limit=100)
            for state in _ON_AGENDA
        ),
    )
    return (
        [one for one in items(staff) if _SITS & set(one["roles"])],
        [one for some in cases for one in items(some)],
    )


async def _show(page: PageContext, meeting_id: UUID, attempt: Attempt) -> Response:
    assert page.person is not None
    answer = await page.applications.read(f"/meetings/{meeting_id}")
    found, me = answer.body, page.person.subject
    seat = next((one for one in found["members"] if one["subject"] == me), None)
    is_open = found["state"] == "convened" and found["held_on"] <= await today(page)
    staff, cases = await _choices(
        page, found["pool_code"], wanted="change" in found["pending_actions"]
    )
    return page.render(
        "meeting.html",
        attempt=attempt,
        staff=staff,
        cases=_with_agenda(cases, found),
        meeting=found,
        is_open=is_open,
        votes=is_open and seat is not None and seat["part"] != "secretary",
        me=me,
        seats={one["subject"]: one["name"] for one in found["members"]},
        keeps="pool_manager" in page.person.roles,
    )


def _with_agenda(cases: list[Any], meeting: dict[str, Any]) -> list[Any]:
    """The cases to choose from, those of the agenda first, also where one is reviewed no more."""
    known = {one["id"]: one for one in cases}
    agenda = [
        known.get(one["application_id"], {**one, "id": one["application_id"]})
        | {"pool_code": meeting["pool_code"]}
        for one in meeting["agenda"]
    ]
    on_it = {one["id"] for one in agenda}
    return [*agenda, *(one for one in cases if one["id"] not in on_it)]
