"""Doing one step of a case and showing the case, the same for every kind of case."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.following import Following, following
from services.console.cases.kinds import CaseKind
from services.console.cases.moves_shown import (
    changed_since,
    last_move_of,
    last_seen,
    opinions_on,
)
from services.console.cases.undo import UNDOS, Undo, undo_of
from services.console.cases.way import way_of
from services.console.http.forms import Attempt, once, text
from services.console.http.page_context import NOTICE, PageContext
from services.console.upstream.client import Answer, Api, not_found

Show = Callable[[Attempt], Awaitable[Response]]
"""Shows a case, with what was refused of a form where one was sent."""


async def act(
    page: PageContext, kind: CaseKind, action: str, *, api: Api, path: str, back: str, show: Show
) -> Response:
    """Do one thing to the case at a service's `path`, then look at it `back` on its page."""
    known = kind.actions.get(action)
    if known is None:
        raise not_found()

    async def send(form: FormData) -> None:
        await api.post(
            f"{path}/{known.path}",
            known.body(form),
            key=once(form),
            if_match=text(form, "_etag"),
        )

    return await page.answer_form(
        send,
        action=action,
        show=show,
        done=lambda _: page.redirect(back, f"done.{kind.name}-{action}"),
    )


async def render_case(
    page: PageContext, kind: CaseKind, answer: Answer, attempt: Attempt, **more: Any
) -> Response:
    """The page of a case, with its actions, and what else its template shows.

    `bars` are the figures that a decision moves, `steps` a way that is not the service's own.
    """
    case = answer.body
    steps = more.pop("steps", None)
    return page.render(
        f"{kind.name}.html",
        attempt=attempt,
        kind=kind,
        actions=kind.offered(case["pending_actions"]),
        undos=UNDOS[kind.name],
        etag=answer.etag,
        seen=last_seen(case),
        shown=case,
        way=way_of(case, page.texts, of=kind.name, steps=steps),
        opinions=opinions_on(case, _reader(page)),
        changed=changed_since(case, attempt),
        just_done=await _just_done(page, kind, case),
        **{
            kind.name: case,
            "bars": [],
            "about_bars": "",
            "seen_then": {},
            "open_action": _opened(page, attempt),
        }
        | more,
    )


@dataclass(frozen=True)
class JustDone:
    """What can follow an act: taking it back, and the next case."""

    undo: Undo | None
    """None where nobody of the page's person has done the last move."""
    can_undo: bool
    asks_why: bool
    """Taking it back asks for something first, so that its form is opened."""
    is_still_ones_own: bool
    """The case itself waits for this person on."""
    next: Following


async def _just_done(page: PageContext, kind: CaseKind, case: Mapping[str, Any]) -> JustDone | None:
    """Right after an act, and only then; None otherwise."""
    notice = page.request.session.get(NOTICE)
    if page.request.method != "GET" or notice is None:
        return None
    move, is_first = last_move_of(case, _reader(page))
    action = str(move["action"]) if move else ""
    if not notice["key"].startswith(f"done.{kind.name}-") and not is_first:
        return None
    is_it = is_first or notice["key"] == f"done.{kind.name}-{action}"
    undo = undo_of(kind.name, action) if is_it else None
    can_undo = bool(undo and undo.by and undo.by in case["pending_actions"])
    asks_why = bool(can_undo and undo and kind.actions[undo.by].fields)
    is_own = any(one.emphasis == "main" for one in kind.offered(case["pending_actions"]))
    after = await following(page, page.request.url.path)
    return JustDone(undo, can_undo, asks_why, is_own, after)


def _opened(page: PageContext, attempt: Attempt) -> str:
    """The action whose form stands open: the refused one, or the one that a link asks for."""
    return attempt.action or page.request.query_params.get("do", "")


def _reader(page: PageContext) -> str:
    return page.person.subject if page.person else ""
