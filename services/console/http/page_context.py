"""What a page has at hand: the person, their language, the services as that person, and the form.

The console decides nothing by role. Roles only choose which entries the navigation shows.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from fastapi import Depends
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.console.drafts.kept import DraftStore
from services.console.http.addresses import key_at
from services.console.http.forms import NOTHING_SENT, Attempt, new_key, read_form, token_of
from services.console.http.names import Names
from services.console.login.providers import LoginMethod, is_fresh
from services.console.login.session import OPENED
from services.console.login.sessions import Cipher, Opened, Sessions
from services.console.rendering.catalogue import DEFAULT, LANGUAGES, Texts, texts
from services.console.rendering.environment import Renderer
from services.console.rendering.navigation import navigation
from services.console.settings import ConsoleSettings
from services.console.upstream.client import Api, Problem, Services
from services.console.upstream.demo import DemoLoader
from services.console.views.kept import ViewStore
from shared.observability.tracing import current_request_id
from shared.roles import party_of

LANGUAGE_COOKIE = "zhidai_language"
LOOK_COOKIE = "zhidai_look"
LOOKS = ("auto", "night", "day")
"""By night as the browser wants it, always, never."""
NOTICE = "notice"
_NOTHING_DONE = frozenset(
    {"done.list-begin", "done.list-end", "login.expired", "login.kept", "trail.not-one"}
)
"""Notices that tell of nothing that was done: they do not stand in green."""
KEPT = "_kept"
"""In a form whose words are kept while they are typed: once it is sent, they are forgotten."""
_LONGEST_QUERY = 600
LISTS = "lists"
"""List → how it was last filtered; `last` names the one that was looked at last."""


class NotLoggedIn(Exception):
    """A page was asked for that needs a person."""


@dataclass(frozen=True)
class Console:
    """What all requests share."""

    settings: ConsoleSettings
    services: Services
    renderer: Renderer
    login: LoginMethod
    sessions: Sessions
    cipher: Cipher
    views: ViewStore
    drafts: DraftStore
    names: Names
    demo: DemoLoader | None = None

    @property
    def secret(self) -> str:
        """The key of form tokens."""
        return self.settings.session_secret.get_secret_value()


@dataclass(frozen=True)
class Person:
    """Who is logged in. `institution` is a bank's code, `party:` and a party's code, or "*" for the
    bureau's people."""

    subject: str
    name: str
    roles: frozenset[str]
    institution: str

    @property
    def is_of_bank(self) -> bool:
        """Whether this person sees one bank's cases only."""
        return self.institution != "*" and self.party is None

    @property
    def party(self) -> str | None:
        """The code of the guarantor, insurer or appraiser whose people it is; None for all others."""
        return party_of(self.institution)


@dataclass(frozen=True)
class PageContext:
    """One request of one person, or of a visitor before the login (`person` is None)."""

    request: Request
    console: Console
    texts: Texts
    person: Person | None
    apis: Mapping[str, Api]
    """The three services, as this person."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What banks and pools are called, by code."""
    calendar_known_until: str = ""
    """The last day up to which working days are published: later deadlines are assumed. "": unknown."""

    @property
    def applications(self) -> Api:
        """The service `applications`, as this person."""
        return self.apis["applications"]

    @property
    def risk_pool(self) -> Api:
        """The service `risk_pool`, as this person."""
        return self.apis["risk_pool"]

    @property
    def notifications(self) -> Api:
        """The service `notifications`, as this person."""
        return self.apis["notifications"]

    async def form(self, *, files: int = 0) -> FormData:
        """The form that was sent, with so many files at most. Raises ForeignForm where it is not
        ours."""
        return await read_form(self.request, secret=self.console.secret, files=files)

    async def answer_form(
        self,
        send: Callable[[FormData], Awaitable[Any]],
        *,
        show: Callable[[Attempt], Awaitable[Response]],
        done: Callable[[Any], Response],
        action: str = "",
        files: int = 0,
    ) -> Response:
        """Send what a form asks for, then answer with what it came to.

        Where a service refuses, the page is shown again with what was typed and why not.
        """
        form = await self.form(files=files)
        try:
            result = await send(form)
        except Problem as problem:
            if problem.status == 401:
                raise
            return await show(Attempt(action, form, problem))
        if form.get(KEPT) and self.person is not None:
            await self.console.drafts.keep(
                self.person.subject, self.request.url.path, "", at=self.console.sessions.now()
            )
        return done(result)

    def render(self, template: str, *, attempt: Attempt = NOTHING_SENT, **context: Any) -> Response:
        """A page with everything that its frame needs."""
        session = self.request.session
        last_list = session.get(LISTS, {})
        notice = session.pop(NOTICE, None) if self.request.method == "GET" else None
        html = self.console.renderer.render(
            template,
            self.texts,
            person=self.person,
            navigation=navigation(self.person.roles if self.person else frozenset()),
            path=self.request.url.path,
            list_of=self.list_of,
            last_list=last_list,
            of_list=key_at(last_list.get("leads", ""), self.request.url.path),
            here=_here(self.request),
            look=_look(self.request),
            known_names=self.names,
            calendar_known_until=self.calendar_known_until,
            notice=self.texts(notice["key"], **notice["values"]) if notice else "",
            notice_is_good=notice is not None and notice["key"] not in _NOTHING_DONE,
            token=token_of(session, self.console.secret),
            new_key=new_key,
            attempt=attempt,
            problem=attempt.problem,
            **context,
        )
        status = attempt.problem.status if attempt.problem else 200
        return Response(html, status_code=status, media_type="text/html")

    def list_of(self, path: str) -> str:
        """The address of a list as this person has last filtered it."""
        kept = self.request.session.get(LISTS, {}).get(path, "")
        return f"{path}?{kept}" if kept else path

    def remember_list(self, path: str) -> None:
        """This list, as the address filters it, is where one comes from now."""
        kept = self.request.session.get(LISTS, {})
        now = {**kept, path: self.request.url.query[:_LONGEST_QUERY], "last": path, "leads": ""}
        if now != kept:
            self.request.session[LISTS] = now

    def redirect(self, path: str, notice: str = "", **values: str) -> Response:
        """After a form: go and look at the result, so that reloading does not send it again."""
        if notice:
            self.request.session[NOTICE] = {"key": notice, "values": values}
        return RedirectResponse(path, status_code=303)


def visitor(request: Request) -> PageContext:
    """The context of whoever asks, logged in or not."""
    console: Console = request.app.state.console
    language = request.cookies.get(LANGUAGE_COOKIE, DEFAULT)
    words = texts(language if language in LANGUAGES else DEFAULT)
    stored = request.session.get("person")
    person = None
    if stored:
        person = Person(
            stored["subject"], stored["name"], frozenset(stored["roles"]), stored["institution"]
        )
    apis = console.services.as_(
        stored["token"] if stored else "",
        language=words.html_language,
        request_id=current_request_id(),
    )
    return PageContext(request, console, words, person, apis)


async def page_context(request: Request) -> PageContext:
    """The context of a person. Raises NotLoggedIn."""
    stored = request.session.get("person")
    if stored is None:
        raise NotLoggedIn
    if not is_fresh(stored):
        console: Console = request.app.state.console
        opened: Opened = request.scope[OPENED]
        renewed = await console.sessions.renewed(opened, is_fresh, console.login.renewed)
        if renewed is None:
            request.session.pop("person")
            raise NotLoggedIn
        request.session["person"] = renewed
    page = visitor(request)
    assert page.person is not None
    names, known_until = await asyncio.gather(
        page.console.names.known_to(page.person.subject, page.applications, page.risk_pool),
        page.console.names.calendar_known_until(page.risk_pool),
    )
    return replace(page, names=names, calendar_known_until=known_until)


Page = Annotated[PageContext, Depends(page_context)]
"""What a page of the house takes: nobody sees it without a login."""

Visitor = Annotated[PageContext, Depends(visitor)]
"""What a page takes that is there before the login, too."""


def _look(request: Request) -> str:
    chosen = request.cookies.get(LOOK_COOKIE, "")
    return chosen if chosen in LOOKS else LOOKS[0]


def _here(request: Request) -> str:
    """Path and query, for a form that comes back to where it was."""
    if request.method != "GET":
        return request.url.path
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")
