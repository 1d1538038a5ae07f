"""Sessions live at the server: they end there, unused, in the end, by hand, and by the provider."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from joserfc.jwk import RSAKey

from services.console.login.kept import KeptSession, Lasting, SessionsInMemory, SessionStore
from services.console.login.logout_tokens import EVENT
from services.console.main import application
from services.console.settings import ConsoleSettings
from services.console.tables.own import OwnDatabase
from services.console.tables.sessions import SessionsInDatabase
from shared.postgres.migrations import upgrade
from shared.postgres.provision import owner_of, provision, url_for
from tests.console.house import SECRET, Visitor
from tests.console.page import Page
from tests.console.provider import Provider
from tests.console.test_oidc import goes_in

T0 = datetime(2026, 3, 2, 1, tzinfo=UTC)
WANG = {"sub": "kc-wang", "name": "王审查", "institution": "*", "roles": ["reviewer"]}
ADMIN = {"sub": "kc-admin", "name": "管理员", "institution": "*", "roles": ["admin"]}


@pytest.fixture(scope="module")
async def database(postgres_url: str) -> AsyncIterator[str]:
    """The console's own database."""
    name = f"t_console_{uuid4().hex[:8]}"
    await provision(postgres_url, "console", database=name)
    owner_url = url_for(postgres_url, role=owner_of("console"), database=name)
    await asyncio.to_thread(upgrade, "console", owner_url)
    yield url_for(postgres_url, role="console", database=name)


def kept(key: int, at: datetime = T0, **more: Any) -> KeptSession:
    return KeptSession(
        **{
            "number": UUID(int=key), "key": bytes([key]) * 32, "subject": "wang", "account": "wang",
            "name": "王", "provider_session": f"p{key}", "browser": "Firefox", "started_at": at,
            "seen_at": at, "person": "tokens", "rest": "{}",
        }
        | more
    )  # fmt: skip


@pytest.mark.parametrize("place", ["memory", "database"])
async def test_a_session_is_kept_changed_and_ended_alike_in_both_places(place: str, database: str):
    store: SessionStore = (
        SessionsInMemory() if place == "memory" else SessionsInDatabase(OwnDatabase(database))
    )
    first, second, other = kept(1), kept(2), kept(3, subject="li", account="li")
    for one in (first, second, other):
        await store.begin(one)
    await store.change(first.key, rest="notice")
    await store.seen(first.key, T0 + timedelta(minutes=5))
    await store.keep_form(first.key, "typed")
    async with store.renewing(first.key) as renewing:
        assert renewing is not None
        await renewing.keep("fresh tokens")

    found = await store.find(first.key)

    assert found is not None
    assert (found.person, found.rest, found.form) == ("fresh tokens", "notice", "typed")
    lasting = Lasting(T0 - timedelta(hours=1), T0 - timedelta(hours=1))
    assert [one.key for one in await store.living(lasting, subject="wang")] == [
        first.key, second.key,
    ]  # fmt: skip
    assert len(await store.living(lasting)) == 3
    assert await store.living(Lasting(T0, T0)) == []

    assert await store.end(at=T0, by="wang", subject="wang", but=first.key) == 1
    assert await store.end(at=T0, by="provider", account="wang", provider_session="p9") == 0
    assert await store.end(at=T0, by="li", number=other.number, subject="wang") == 0
    assert await store.end(at=T0, by="wang", key=first.key) == 1
    ended = await store.find(first.key)
    assert ended is not None and (ended.person, ended.ended_by) == ("", "wang")
    async with store.renewing(first.key) as renewing:
        assert renewing is None
    assert [one.key for one in await store.living(lasting)] == [other.key]

    assert await store.first_time("jti", T0) and not await store.first_time("jti", T0)
    await store.forget(T0 + timedelta(days=3))
    assert await store.find(other.key) is None and await store.first_time("jti", T0)
    await store.close()


class Door:
    """Consoles over one provider and one database, without any service behind them."""

    def __init__(self, stack: AsyncExitStack, provider: Provider, database: str) -> None:
        self._stack = stack
        self.provider = provider
        self._database = database
        self.console = self.another_process()

    def another_process(self) -> Any:
        """One more console with the same settings, or the same one started again."""
        urls = {
            f"{name}_url": "http://x" for name in ("applications", "risk_pool", "notifications")
        }
        settings = ConsoleSettings(
            **urls, session_secret=SECRET, secure_cookies=False, environment="sandbox",  # type: ignore[arg-type]
            oidc_issuer=self.provider.url, public_url="http://console.test",
            database_url=self._database, session_idle_minutes=30, session_hours=10,
        )  # fmt: skip
        console = application(settings)
        self._stack.push_async_callback(console.state.console.sessions.close)
        return console

    async def visitor(self, console: Any = None) -> Visitor:
        """A browser at one of the processes."""
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=console or self.console),
            base_url="http://console.test", headers={"Sec-Fetch-Site": "same-origin"},
        )  # fmt: skip
        return Visitor(await self._stack.enter_async_context(client))

    async def lets_in(self, person: dict[str, Any], session: str = "s-1") -> Visitor:
        """A browser of somebody who has logged in."""
        visitor = await self.visitor()
        await self.again(visitor, person, session)
        return visitor

    async def again(self, visitor: Visitor, person: dict[str, Any], session: str = "s-1") -> Page:
        """Log in with the same browser."""
        self.provider.person, self.provider.session = person, session
        page = await goes_in(visitor, self.provider, "/unsent")
        assert page.path == "/unsent", page.text
        return page


@pytest.fixture
async def door(database: str) -> AsyncIterator[Door]:
    async with AsyncExitStack() as stack:
        provider = await stack.enter_async_context(Provider().served())
        made = Door(stack, provider, database)
        for account in ("kc-wang", "kc-admin"):  # Of the test before: they share a database.
            await made.console.state.console.sessions.end_where(by="test", account=account)
        yield made


async def is_in(visitor: Visitor) -> bool:
    """Whether a page of the house opens."""
    return (await visitor.client.get("/sessions")).status_code == 200


async def test_the_browser_holds_an_id_alone_and_a_stolen_one_is_dead_after_the_logout(door: Door):
    wang = await door.lets_in(WANG)
    session_id = wang.client.cookies["zhidai_session"]
    assert len(session_id) == 43 and "zhidai_visit" not in wang.client.cookies
    thief = await door.visitor(door.another_process())
    thief.client.cookies.set("zhidai_session", session_id)
    assert await is_in(thief), "every process knows it, also one that was started later"

    page = await wang.opens("/sessions")
    left = await wang.client.post("/logout", data=page.form("/logout"))

    assert left.headers["location"].startswith(f"{door.provider.url}/logout?")
    assert "id_token_hint=" in left.headers["location"]
    assert not await is_in(thief) and not await is_in(wang)


async def test_a_session_ends_unused_and_in_any_case(door: Door):
    wang = await door.lets_in(WANG)
    sessions, began = door.console.state.console.sessions, datetime.now(UTC)
    for minutes, expected in ((29, True), (58, True), (89, False)):
        sessions.now = lambda at=began + timedelta(minutes=minutes): at
        assert await is_in(wang) == expected, minutes
    door.provider.lives_seconds = 24 * 3600
    sessions.now = lambda: datetime.now(UTC)
    await door.again(wang, WANG)
    for minutes in range(25, 600, 25):
        sessions.now = lambda at=began + timedelta(minutes=minutes): at
        assert await is_in(wang), minutes
    sessions.now = lambda: began + timedelta(minutes=601)
    assert not await is_in(wang)


async def test_one_sees_one_s_own_sessions_and_ends_them_and_an_admin_ends_anybody_s(door: Door):
    wang, elsewhere = await door.lets_in(WANG), await door.lets_in(WANG)
    admin = await door.lets_in(ADMIN)
    page = await wang.opens("/sessions")
    others = [one["action"] for one in page.forms if one["action"].startswith("/sessions/0")]
    assert len(others) == 2 and "kc-admin" not in page.text
    assert (await wang.opens("/sessions?of=all")).status == 403

    await wang.sends(page, "/sessions/end")
    assert await is_in(wang) and not await is_in(elsewhere)

    everybody = await admin.opens("/sessions?of=all")
    assert "王审查" in everybody.text
    rows = [one for one in everybody.forms if one["fields"].get("subject") == "kc-wang"]
    (own,) = await door.console.state.console.sessions.living("kc-wang")
    assert len(rows) == 1
    await admin.sends(everybody, f"/sessions/{own.number}/end")
    assert not await is_in(wang) and await is_in(admin)
    ended = await wang.client.post("/sessions/end", data=page.form("/sessions/end"))
    assert ended.headers["location"].startswith("/login"), "who is out ends nothing"


async def test_what_was_typed_after_the_end_waits_for_the_same_person(door: Door):
    wang = await door.lets_in(WANG)
    token = (await wang.opens("/sessions")).form("/logout")["_token"]
    await door.console.state.console.sessions.end_where(by="provider", account="kc-wang")
    key = str(uuid4())
    typed = {"_token": token, "_once": key, "opinion": "建议入库\n并附条件", "amount": "1,000.00"}

    forged = await wang.client.post("/cases/1/recommend", data=typed | {"_token": "x"})
    assert forged.headers["location"] == "/login"
    sent = await wang.client.post("/cases/1/recommend", data=typed)
    assert sent.headers["location"] == "/login?next=%2Funsent"
    assert "已保留" in (await wang.opens("/login?next=%2Funsent")).text

    back = await door.again(wang, WANG)
    fields = back.form("/cases/1/recommend")
    assert fields["opinion"].splitlines() == ["建议入库", "并附条件"]
    assert (fields["amount"], fields["_once"]) == ("1,000.00", key)
    assert fields["_token"] != token

    await door.console.state.console.sessions.end_where(by="provider", account="kc-wang")
    await wang.client.post("/cases/1/recommend", data=typed | {"_token": fields["_token"]})
    another = await door.again(wang, ADMIN)
    assert "没有保留的内容" in another.text, "it is nobody else's"


def logout_token(provider: Provider, **changes: Any) -> str:
    claims = {
        "aud": "zhidai-console", "sub": "kc-wang", "sid": "s-1", "jti": uuid4().hex,
        "events": {EVENT: {}},
    } | changes  # fmt: skip
    return provider.token(**{name: value for name, value in claims.items() if value is not None})


async def test_the_provider_s_end_ends_the_session_and_no_forged_word_of_it_does(door: Door):
    one, two = await door.lets_in(WANG, "s-1"), await door.lets_in(WANG, "s-2")
    provider, outside = door.provider, await door.visitor()
    true_key, heard = provider.key, logout_token(provider)

    async def told(token: str) -> int:
        answer = await outside.client.post("/logout/provider", data={"logout_token": token})
        assert answer.headers["cache-control"] == "no-store"
        return answer.status_code

    provider.key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    by_a_stranger = logout_token(provider)
    provider.key = true_key
    wrong = [
        by_a_stranger, "", "not.a.token",
        logout_token(provider, iss="https://evil.example.cn"), logout_token(provider, aud="zhidai"),
        logout_token(provider, events={}), logout_token(provider, events=None),
        logout_token(provider, events={EVENT: "yes"}), logout_token(provider, nonce="n"),
        logout_token(provider, sub=None, sid=None), logout_token(provider, jti=None),
        logout_token(provider, iat=1), provider.tokens("n")["id_token"],
    ]  # fmt: skip
    assert [await told(token) for token in wrong] == [400] * len(wrong)
    assert await is_in(one) and await is_in(two)

    assert await told(heard) == 200
    assert not await is_in(one) and await is_in(two)
    assert await told(heard) == 400, "one token is heard once"
    assert await told(logout_token(provider, sid=None)) == 200
    assert not await is_in(two)


async def test_a_token_is_renewed_once_however_many_pages_need_it(door: Door):
    door.provider.lives_seconds = 20
    wang = await door.lets_in(WANG)
    door.provider.lives_seconds, before = 300, door.provider.refreshed
    await asyncio.gather(*(is_in(wang) for _ in range(8)))
    assert door.provider.refreshed == before + 1
    assert await is_in(wang) and door.provider.refreshed == before + 1


async def test_whoever_cannot_be_asked_for_sessions_says_so_and_lets_nobody_in(door: Door):
    settings = door.console.state.console.settings.model_copy(
        update={"database_url": "postgresql://nobody@127.0.0.1:1/nothing"}
    )
    visitor = await door.visitor(application(settings))
    visitor.client.cookies.set("zhidai_session", "x" * 43)
    answer = await visitor.client.get("/sessions")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
