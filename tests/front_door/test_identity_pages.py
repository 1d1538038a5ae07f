"""The pages for who administers the identity provider say what the code does: roles, mappers, and every
reason for which a token or a login is refused."""

import re
from pathlib import Path
from typing import Any

import pytest

from deploy.keycloak.realm import AUDIENCE, COMMAND_LINE, CONSOLE, machine_client, realm
from services.console.login.not_let_in import ALL_REASONS, AT_THE_PROVIDER
from services.console.rendering.catalogue import LANGUAGES, texts
from shared.auth import identity
from shared.auth.identity import ALGORITHMS, Forbidden, LoginEnded, RolesExclude
from shared.auth.jwks import KEEP_SECONDS, KeysUnavailable
from shared.auth.refused_tokens import REASONS, InvalidToken, Unauthenticated
from shared.roles import KNOWN_ROLES

ROOT = Path(__file__).parents[2]
PAGES = ("docs/identity.zh-CN.md", "docs/identity.md")
CODES = (Unauthenticated, InvalidToken, LoginEnded, RolesExclude, Forbidden, KeysUnavailable)


def tables(page: str) -> list[list[list[str]]]:
    """The tables of a page, each as its rows of cells, without head and line."""
    found = re.findall(r"(?:^\|.*\n)+", (ROOT / page).read_text(), re.MULTILINE)
    return [
        [[cell.strip() for cell in row.strip("|").split(" | ")] for row in one.splitlines()[2:]]
        for one in found
    ]


def first_cells(rows: list[list[str]]) -> set[str]:
    return {row[0].strip("|` ") for row in rows}


def mappers_of_the_realm() -> set[tuple[str, str, str, str]]:
    """Client, name, type and claim of every mapper that we write."""
    clients = realm(public_url="https://x.example", secret="s" * 16)["clients"]
    clients.append(machine_client("ICBC", secret="s" * 16) | {"clientId": "machine-…"})
    return {
        (client["clientId"], one["name"], one["protocolMapper"],
         one["config"].get("claim.name", "aud"))
        for client in clients
        for one in client["protocolMappers"]
    }  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_the_page_has_every_role_mapper_code_and_reason_and_no_other(page: str):
    roles, _claims, mappers, codes, reasons, logins = tables(page)

    assert first_cells(roles) == KNOWN_ROLES
    assert {
        (
            client.strip("` |"),
            row[0].strip("|` "),
            row[1].strip("`"),
            re.findall(r"`(\w+)`", row[3])[0],
        )
        for row in mappers
        for client in row[4].split(",")
    } == mappers_of_the_realm()
    assert {(row[0].strip("|` "), row[1]) for row in codes} == {
        (one.code, str(one.status)) for one in CODES
    }
    assert first_cells(reasons) == set(REASONS)
    assert first_cells(logins) == {*AT_THE_PROVIDER, RolesExclude.code}
    assert all(cell for table in (codes, reasons, logins) for row in table for cell in row)


@pytest.mark.parametrize("page", PAGES)
def test_what_the_page_names_is_so_in_realm_and_code(page: str):
    text = (ROOT / page).read_text()
    made: dict[str, Any] = realm(public_url="https://x.example", secret="s" * 16)
    console = next(one for one in made["clients"] if one["clientId"] == CONSOLE)

    assert f"`{AUDIENCE}`" in text and f"`{CONSOLE}`" in text and f"`{COMMAND_LINE}`" in text
    for path in ("/login/return", "/logout/provider", "/*"):
        assert f"CONSOLE_PUBLIC_URL{path}" in text
    assert console["redirectUris"] == ["https://x.example/login/return"]
    assert console["attributes"]["backchannel.logout.url"] == "https://x.example/logout/provider"
    assert console["attributes"]["post.logout.redirect.uris"] == "https://x.example/*"
    assert all(algorithm in text for algorithm in ALGORITHMS)
    assert str(int(KEEP_SECONDS)) in text and KEEP_SECONDS < 60
    assert (made["accessTokenLifespan"], made["ssoSessionIdleTimeout"]) == (300, 1800)
    assert (made["ssoSessionMaxLifespan"], made["refreshTokenMaxReuse"]) == (36_000, 0)


def test_every_refusal_of_a_caller_stands_on_the_page():
    """A class of refusals that is added to the judging of tokens is a code that the page must have."""
    kinds = {one for one in vars(identity).values() if isinstance(one, type)}
    refusals = {one for one in kinds if issubclass(one, Unauthenticated | Forbidden)}

    assert refusals == {*CODES} - {KeysUnavailable}


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_is_refused_at_the_login_reads_what_to_do_next(language: str):
    words = texts(language)

    for reason in ALL_REASONS:
        said = words(f"login-refused.{reason}")
        assert len(said) > 15 and "login-refused" not in said
