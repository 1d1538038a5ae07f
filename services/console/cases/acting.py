"""Doing one step of a case and showing the case, the same for every kind of case."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.kinds import CaseKind
from services.console.http.forms import Attempt, once, text
from services.console.http.page_context import PageContext
from services.console.rendering.formats import said_moment
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


OVERTAKEN: Final = ("stale", "not-possible-now", "taken-by-another")
"""Refusals because somebody was faster."""


def _meanwhile(page: PageContext, kind: CaseKind, moves: Sequence[Mapping[str, Any]]) -> str:
    """Who moved the case last, when and how: what somebody wants to know who came second."""
    told = [one for one in moves if one.get("kind", "move") == "move" and one.get("at")]
    if not told:
        return ""
    last = max(told, key=lambda one: str(one["at"]))
    action = page.texts.term(f"{kind.name}_action", last.get("action") or last.get("what"))
    at = said_moment(last["at"], page.texts.language, now=datetime.now(UTC))
    return page.texts("problem.meanwhile", who=last["name"], at=at, action=action)


def render_case(
    page: PageContext, kind: CaseKind, answer: Answer, attempt: Attempt, **more: Any
) -> Response:
    """The page of a case, with its actions, and what else its template shows."""
    case = answer.body
    return page.render(
        f"{kind.name}.html",
        attempt=attempt,
        kind=kind,
        actions=kind.offered(case["pending_actions"]),
        etag=answer.etag,
        meanwhile=_meanwhile(page, kind, [*case.get("history", ()), *more.get("timeline", ())])
        if attempt.problem is not None and attempt.problem.code in OVERTAKEN
        else "",
        **{kind.name: case},
        **more,
    )
