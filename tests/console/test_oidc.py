"""Login by an identity provider: code flow with PKCE, tokens that are verified, refreshed, ended."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import ValidationError

from services.console.rendering.catalogue import texts
from services.console.settings import ConsoleSettings
from tests.console.house import SECRET, House, Visitor
from tests.console.page import Page
from tests.console.provider import Provider


@asynccontextmanager
async def at_the_door(house: House) -> AsyncIterator[tuple[Provider, Visitor]]:
    """A provider, and a visitor of a console that believes it."""
    async with Provider().served() as provider:
        console = house.console_with(
            issuer_dir=None, oidc_issuer=provider.url, public_url="http://console.test"
        )
        async with house.visitor(console) as visitor:
            visitor.client.follow_redirects = False
            yield provider, visitor


async def goes_in(visitor: Visitor, provider: Provider, wanted: str = "/keys") -> Page:
    """To the provider and back, as a browser follows the redirects."""
    leave = await visitor.client.get("/login/provider", params={"next": wanted})
    async with httpx.AsyncClient() as outside:
        sent_back = await outside.get(leave.headers["location"])
    back = urlsplit(sent_back.headers["location"])
    answer = await visitor.client.get(f"{back.path}?{back.query}")
    while answer.is_redirect:
        answer = await visitor.client.get(answer.headers["location"])
    return Page(answer)


async def test_the_provider_lets_a_reviewer_in_and_the_services_would_know_her(house: House):
    async with at_the_door(house) as (provider, visitor):
        assert "/login/provider?next=%2F" in (await visitor.opens("/login")).links
        page = await goes_in(visitor, provider)
        assert page.path == "/keys"
        assert "王审查" in page.text and "审查" in page.text
        assert provider.asked["code_challenge_method"] == "S256"
        assert provider.asked["response_type"] == "code" and provider.asked["nonce"]
        assert "/queue" in page.links and "/parked" not in page.links

        refused = await visitor.sends(page, "/logout")
        target = refused.response.headers["location"]
        assert target.startswith(f"{provider.url}/logout?")
        assert parse_qs(urlsplit(target).query)["post_logout_redirect_uri"] == [
            "http://console.test/login"
        ]
        assert provider.url in refused.response.headers["content-security-policy"]


PERSON = {"sub": "x", "institution": "*", "roles": ["reviewer"], "pools": ["*"]}


async def test_who_is_not_let_in_reads_why_and_what_to_do_and_the_log_says_the_same(
    house: House, caplog: pytest.LogCaptureFixture
):
    refused = {
        # A bank's clerk with a bureau's role: every service refuses such a token.
        "roles-of-another-institution": PERSON | {"institution": "ICBC", "roles": ["approver"]},
        "no-institution": {"sub": "x", "roles": ["reviewer"]},
        "audience": PERSON | {"aud": "another"},
        "not-access-token": PERSON | {"typ": "ID"},
        "not-yet-valid": PERSON | {"nbf": 2**33},
        "roles-exclude-each-other": PERSON | {"roles": ["finance_maker", "finance_checker"]},
    }
    words = texts("zh")
    async with at_the_door(house) as (provider, visitor):
        for reason, person in refused.items():
            provider.person = person
            page = await goes_in(visitor, provider)
            assert page.path == "/login" and words(f"login-refused.{reason}") in page.text
            assert f"a login was refused: {reason}" in caplog.text
        assert "institution='ICBC'" in caplog.text
        provider.refuses = True
        page = await goes_in(visitor, provider)
        assert words("login-refused.provider-refused") in page.text
    assert "a login was refused: provider-refused" in caplog.text


async def test_while_the_provider_is_away_the_login_page_says_so(house: House):
    console = house.console_with(
        issuer_dir=None, oidc_issuer="http://127.0.0.1:9", public_url="http://console.test"
    )
    async with house.visitor(console) as visitor:
        page = await visitor.opens("/login/provider")

    assert page.path == "/login" and texts("zh")("login-refused.provider-silent") in page.text


async def test_a_stolen_or_repeated_return_lets_nobody_in(house: House):
    async with at_the_door(house) as (_, visitor):
        answer = await visitor.client.get("/login/return?code=code-0&state=made-up")
        assert answer.headers["location"] == "/login"


async def test_an_expiring_token_is_renewed_without_asking(house: House):
    async with at_the_door(house) as (provider, visitor):
        provider.lives_seconds = 20
        await goes_in(visitor, provider)
        provider.lives_seconds = 300
        await visitor.client.get("/pools")
        assert provider.refreshed == 1


async def test_a_token_that_cannot_be_renewed_leads_to_the_login(house: House):
    async with at_the_door(house) as (provider, visitor):
        provider.lives_seconds = 20
        await goes_in(visitor, provider)
        provider.person = {"sub": "x", "institution": "nobody's", "roles": []}
        answer = await visitor.client.get("/pools")
        assert answer.headers["location"] == "/login?next=%2Fpools"


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"oidc_issuer": "https://id.example", "issuer_dir": "x", "public_url": "https://c.example"},
        {"oidc_issuer": "https://id.example"},
    ],
)
def test_the_console_does_not_start_without_exactly_one_login_method(settings: dict[str, Any]):
    urls = {f"{name}_url": "http://x" for name in ("applications", "risk_pool", "notifications")}
    with pytest.raises(ValidationError):
        ConsoleSettings(**urls, session_secret=SECRET, **settings)


def test_an_empty_variable_is_one_that_was_not_set(monkeypatch: pytest.MonkeyPatch):
    for name, value in {
        "APPLICATIONS_URL": "https://x", "RISK_POOL_URL": "https://x", "NOTIFICATIONS_URL": "https://x",
        "SESSION_SECRET": SECRET, "ISSUER_DIR": "", "OIDC_ISSUER": "https://id.example",
        "PUBLIC_URL": "https://console.example", "SESSION_IDLE_MINUTES": "30", "SESSION_HOURS": "10",
        "DATABASE_URL": "postgresql://c:s3cret@db.example/console?sslmode=verify-full",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"CONSOLE_{name}", value)
    assert ConsoleSettings().issuer_dir is None  # type: ignore[call-arg]
