"""Whatever is sent to any route, the answer is a problem one can act on, and nothing is stored.

The routes come from the services' own descriptions, so a new one is tried by itself.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest

from shared.http.pages import encode_cursor
from shared.postgres.database import EVERYWHERE
from shared.roles import PARTY_ROLES
from tests.applications.office import ICBC, submission
from tests.beside_a_request import ADDED_UP, LOOKS
from tests.depth import some_of
from tests.e2e.api import (
    READING,
    ROUTES,
    SERVICES,
    WITH_BODY,
    WRITING,
    WRONG_VALUES,
    Route,
    placed,
    pointer,
)
from tests.e2e.town import BANK_ROLES, BUREAU_ROLES, GUARANTOR, Town, is_problem
from tests.services import Person

JSON = {"Content-Type": "application/json"}
IF_MATCH = {"If-Match": '"1"'}
FORTY_MEGABYTES = 40 * 1024 * 1024
ROW_BY_ROW = ("/api/v1/positions",)
"""Their items are judged one by one, each with its verdict in the answer."""
ASKED_ONLY = ("/api/v1/pre-checks",)
"""Asked what is wrong: the answer says it, and is no refusal (`test_pre_checks`)."""
JUDGES_ITSELF = ("/foresight", "/foresight.xlsx")
"""Their query is one closed model, which is read once it is known who asks."""
REFUSING = tuple(route for route in WITH_BODY if route.path not in ASKED_ONLY)
ONE_S_OWN = ("notifications POST /inbox/read",)
"""What anybody may do, since it concerns nobody else."""
NOT_AN_OBJECT = (b"[]", b"3", b'"text"', b"null", b"true", b"1e400", b"NaN")
NOT_JSON = (
    b"",
    b"{",
    b'{"a": }',
    b"{'a': 1}",
    b'{"a": "\xff\xfe"}',
    b"\x00",
    b"[" * 200_000,
    b'{"a":' * 200_000,
    b'{"a": "' + b"x" * 100,
    b'{"surprise": ' + b"[" * 500 + b"]" * 500 + b"}",
)
SAID_TWICE = (
    b'{"note": "a", "amount": "1.00", "parts": [{"note": "b", "amount": "1.00", "amount": "2.00"}]}'
)
OTHER_KINDS = ("text/plain", "application/x-www-form-urlencoded", "application/xml")
ODD_OBJECTS = (
    b'{"surprise": 1}',
    b'{"surprise": NaN, "\\u0000": Infinity, "": -Infinity}',
    b'{"surprise": 1e400}',
    b'{"\\ud800": "\\udfff"}',
    b'{"__proto__": {"constructor": 1}, "id": "0"}',
)


@pytest.fixture(scope="module")
async def quiet(town: Town) -> AsyncIterator[Town]:
    """A pool and banks, after which nothing more happens by itself. Nothing of what these tests send
    is stored: asked at their end, for a count of all tables takes longer than most of them."""
    await town.opens("dongli")
    await town.lets_guarantor_in()
    before = {name: await stored(town, name) for name in town.services}
    yield town
    after = {name: await stored(town, name) for name in town.services}
    more = {
        (name, table): count - before[name][table]
        for name, tables in after.items()
        for table, count in tables.items()
        if count != before[name][table]
    }
    assert more == {}


MADE_BY_NAME = {"applications PUT /parks/{park_code}"}
"""What is said of a name that is new makes it."""
A_BANKS_OWN = {
    "applications GET /drafts", "risk_pool GET /claim-files", "risk_pool GET /claim-files/{file_id}/rows",
}  # fmt: skip
"""Lists that the bureau does not read."""


def callers(town: Town, service: str) -> tuple[Person, Person]:
    """A bank's person and one of the bureau, each with every role there is on that side."""
    return (
        town.at(service, "bank-all", *BANK_ROLES, institution=ICBC),
        town.at(service, "bureau-all", *BUREAU_ROLES),
    )


async def stored(town: Town, service: str) -> dict[str, int]:
    """How many rows each table of a service has, but for who came and looked at what."""
    async with town.services[service].context.database.begin(EVERYWHERE) as conn:
        return await counts(conn)


async def counts(conn: asyncpg.Connection) -> dict[str, int]:
    names = await conn.fetch(
        """select relname from pg_class
           where relkind = 'r' and relname <> all ($1::text[])
             and relnamespace = 'public'::regnamespace
             and has_table_privilege(oid, 'select') order by relname""",
        ["staff", *LOOKS, *ADDED_UP],
    )
    # All in one question: it is asked twice in each of some two thousand tests.
    each = (f"select '{name}', count(*) from \"{name}\"" for (name,) in names)
    return dict(await conn.fetch(" union all ".join(each)))


async def tried(town: Town, route: Route, *, content: Any, headers: Any = JSON) -> list[Any]:
    """The answers of a route to both sides' persons; each is a refusal in its right shape."""
    answers = []
    for person in callers(town, route.service):
        body = content() if callable(content) else content
        answer = await person.request(
            route.method.upper(),
            route.url(),
            content=body,
            headers={"If-Match": '"1"', **headers},
        )
        is_problem(answer)
        answers.append(answer)
    return answers


def told(answers: list[httpx.Response]) -> set[str]:
    return {f"{one.status_code} {one.json()['code']}" for one in answers}


@pytest.mark.parametrize("route", WITH_BODY, ids=str)
async def test_a_body_that_is_no_object_in_json_is_refused(quiet: Town, route: Route):
    for content in some_of(NOT_JSON, 3, of=route):
        said = told(await tried(quiet, route, content=content))
        # What is nested without end has more members than any request, and is not even read.
        refused = {"400 not-json", "422 invalid-request", "413 too-many-members"}
        assert said & refused, (content[:20], said)
    for content in some_of(NOT_AN_OBJECT, 2, of=route):
        said = told(await tried(quiet, route, content=content))
        assert "422 invalid-request" in said or b"400" in content, (content, said)
    for answer in await tried(quiet, route, content=SAID_TWICE):
        if answer.status_code != 403:
            (error,) = answer.json()["errors"]
            assert error["code"] == "repeated" and "amount" in error["message"]
    for kind in some_of(OTHER_KINDS, 1, of=route):
        said = told(await tried(quiet, route, content=b"{}", headers={"Content-Type": kind}))
        assert "415 unsupported-media-type" in said, (kind, said)


@pytest.mark.parametrize("route", REFUSING, ids=str)
async def test_unknown_fields_and_values_that_cannot_be_written_are_refused(
    quiet: Town, route: Route
):
    for content in some_of(ODD_OBJECTS, 2, of=route):
        answers = await tried(quiet, route, content=content)
        codes = {e["code"] for one in answers for e in one.json().get("errors", ())}
        assert codes & {"unknown-field", "not-unicode"}, (content[:40], told(answers))


@pytest.mark.parametrize("route", REFUSING, ids=str)
async def test_every_wrong_field_is_named_at_once_in_chinese_and_in_english(
    quiet: Town, route: Route
):
    leaves = [leaf for leaf in route.leaves() if leaf[1]]
    if route.path in ROW_BY_ROW:
        leaves = [leaf for leaf in leaves if len(leaf[0]) == 1]
    rounds = max(len(WRONG_VALUES[kind]) for _, kind, _ in leaves)

    for turn in some_of(range(rounds), 2, of=route):
        wrong = []
        for path, kind, nullable in leaves:
            values = [v for v in WRONG_VALUES[kind] if v is not None or not nullable]
            wrong.append((path, values[turn % len(values)]))
        content = json.dumps(placed(wrong)).encode()
        spoken = {}
        for language in ("zh-CN", "en"):
            answers = await tried(
                quiet, route, content=content, headers={**JSON, "Accept-Language": language}
            )
            refusals = [one.json() for one in answers if one.status_code == 422]
            assert refusals, told(answers)
            spoken[language] = {one["pointer"]: one["message"] for one in refusals[0]["errors"]}
        assert spoken["en"].keys() == spoken["zh-CN"].keys()
        for path, value in wrong:
            assert pointer(path) in spoken["en"], (pointer(path), value, spoken["en"])
        for place, message in spoken["zh-CN"].items():
            assert any("一" <= letter <= "鿿" for letter in message), (place, message)
            assert spoken["en"][place].isascii(), (place, spoken["en"][place])


@pytest.mark.parametrize("route", WITH_BODY, ids=str)
async def test_forty_megabytes_are_refused_declared_or_in_chunks(quiet: Town, route: Route):
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(FORTY_MEGABYTES // 65536):
            sent += 65536
            yield b" " * 65536
            await asyncio.sleep(0)

    declared = {**JSON, "Content-Length": str(FORTY_MEGABYTES)}
    in_chunks = {**JSON}
    # Of one token each: whoever tries several has all of the body at hand before it is sent.
    bank = quiet.at(route.service, "bank-one", BANK_ROLES[0], institution=ICBC)
    bureau = quiet.at(route.service, "bureau-one", BUREAU_ROLES[0])
    for headers in some_of((declared, in_chunks), 1, of=route):
        for person in (bank, bureau):
            sent = 0
            answer = await person.request(
                route.method.upper(), route.url(), content=chunks(), headers=IF_MATCH | headers
            )
            assert is_problem(answer, 413)["code"] == "body-too-large", headers
            assert sent < FORTY_MEGABYTES, "all of it was read before it was refused"


def test_only_the_sandbox_s_clock_signed_links_and_public_notices_are_open_to_anybody():
    open_to_all = {str(route) for route in ROUTES if not route.operation.get("security")}

    clocks = {f"{service.name} GET /sandbox/clock" for service in SERVICES}
    assert open_to_all == clocks | {
        "applications GET /document-links/{token}",
        "risk_pool GET /public/notices",
        "risk_pool GET /public/notices/{number}",
        "risk_pool GET /public/pools",
        "risk_pool POST /public/notices/{number}/objections",
        "risk_pool GET /public/objections/{receipt}/{secret}",
    }


@pytest.mark.parametrize("route", [r for r in ROUTES if r.operation.get("security")], ids=str)
async def test_nobody_comes_in_without_a_valid_token(quiet: Town, route: Route):
    service = quiet.services[route.service]
    tokens = ("Bearer", "Bearer x.y.z", "Basic YTpi", "Bearer " + "a" * 9000)

    for token in (None, *some_of(tokens, 1, of=route)):
        headers = {**JSON} | ({"Authorization": token} if token else {})
        async with service.anonymous(headers=headers) as nobody:
            answer = await nobody.request(route.method.upper(), route.url(), content=b"{}")
        expected = "invalid-token" if token and token.startswith("Bearer ") else "unauthenticated"
        assert is_problem(answer, 401)["code"] == expected, token
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("route", [r for r in WRITING if str(r) not in ONE_S_OWN], ids=str)
async def test_a_person_without_any_role_changes_nothing(quiet: Town, route: Route):
    for institution in ("*", ICBC):
        person = quiet.at(route.service, "no-role", institution=institution)
        answer = await person.request(
            route.method.upper(), route.url(), json=route.example, headers={"If-Match": '"1"'}
        )
        is_problem(answer, 403, 404, 409, 422)


@pytest.mark.parametrize(
    "route",
    [r for r in ROUTES if r.parameters("path") and str(r) not in MADE_BY_NAME],
    ids=str,
)
async def test_what_is_not_there_and_what_is_no_name_at_all_is_not_found(quiet: Town, route: Route):
    odd = (
        "not-a-uuid",
        "%00",
        "%FF%FE",
        "a%2Fb",
        "😀",
        "2026-13",
        "0000-01",
        "9" * 40,
        "-1",
        "x" * 3000,
    )

    # One of a few words, such as the kind of a file, is no name of a thing.
    names = any("enum" not in one["schema"] for one in route.parameters("path"))
    for person in callers(quiet, route.service):
        answer = await person.request(
            route.method.upper(),
            route.url(),
            json=route.example,
            headers={"If-Match": '"1"'},
        )
        if names and not (route.method == "get" and "{" not in route.path):
            # A form that is not filled in is told before a thing that is not there.
            allowed = (403, 404) if route.method == "get" else (403, 404, 409, 422)
            is_problem(answer, *allowed)
        for value in some_of(odd, 1, of=route):
            for parameter in route.parameters("path"):
                answer = await person.request(
                    route.method.upper(),
                    route.url(**{parameter["name"]: value}),
                    json=route.example,
                    headers={"If-Match": '"1"'},
                )
                is_problem(answer)


@pytest.mark.parametrize("route", [r for r in READING if r.parameters("query")], ids=str)
async def test_odd_questions_are_answered_or_refused(quiet: Town, route: Route):
    odd = (
        "", " ", "\x00", "😀", "-1", "0", "201", "1e3", "9" * 40, "2026-02-30", "0000-00-00",
        "9999-12-31", "0001-01-01", "2026-13", "0000-01", "0000", "0000-Q1", "null", "'; drop table pools; --", "x" * 5000, "%",
        "\\", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59",
        encode_cursor("x"), encode_cursor(1), encode_cursor(-(10**30)), encode_cursor(None),
        encode_cursor("a\x00"), encode_cursor("x", 1, None), encode_cursor(), "AAAA", "====",
    )  # fmt: skip
    bank, bureau = callers(quiet, route.service)
    person = bank if str(route) in A_BANKS_OWN else bureau
    if route.path.startswith("/api/v1/party/"):
        person = quiet.at(route.service, "party-all", *PARTY_ROLES, institution=GUARANTOR)

    for parameter in route.parameters("query"):
        for value in some_of(odd, 1, of=(route, parameter["name"])):
            answer = await person.get(route.url(code="dongli"), params={parameter["name"]: value})
            assert answer.status_code == 200 or is_problem(answer, 400, 404, 409, 422), value
        raw = await person.get(f"{route.url(code='dongli')}?{parameter['name']}=%ff%fe&%00=%00")
        assert raw.status_code == 200 or is_problem(raw, 400, 404, 422)


async def test_no_route_passes_over_a_parameter_that_it_does_not_have(quiet: Town):
    for route in ROUTES:
        for person in callers(quiet, route.service):
            answer = await person.request(
                route.method.upper(),
                f"{route.url()}?limit=1&surprise=1",
                headers={"If-Match": '"1"'},
            )
            if route.path.endswith(JUDGES_ITSELF) and answer.status_code == 403:
                continue
            told = {e.get("parameter"): e["code"] for e in answer.json().get("errors", ())}
            assert (answer.status_code, told.get("surprise")) == (422, "unknown-field"), route


async def test_a_number_whose_check_digit_is_wrong_is_told_with_its_field(quiet: Town):
    wrong = submission()
    wrong["borrower"]["uscc"] = "91440400192548256M"
    wrong["collateral"][0]["number"] = "202310123456.7"
    wrong["amount"], wrong["tenor_months"], wrong["surprise"] = "1e9", -3, 1

    answer = await quiet.office.bank().post("/applications", json=wrong)

    codes = {one["pointer"]: one["code"] for one in is_problem(answer, 422)["errors"]}
    assert codes == {
        "#/borrower/uscc": "uscc-check-digit",
        "#/collateral/0/number": "patent-check-digit",
        "#/amount": "not-an-amount",
        "#/tenor_months": "too-small",
        "#/surprise": "unknown-field",
    }
