"""Everything that is not a success is a problem of one shape; nothing a caller sends is a 500."""

import json
import logging
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, Body, FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field
from sqlmodel import text

from shared import problems, telemetry
from shared.database import EVERYWHERE, Database
from shared.identifiers import PatentNo, Uscc
from shared.money import RequestFen
from shared.problems import NotFound, Refused, prefers_english
from shared.requests import IsoDate, IsoDateTime, LongText, Request, ShortText


class Mode(StrEnum):
    INSURED = "insured"
    GUARANTEED = "guaranteed"


class PatentItem(Request):
    kind: Literal["patent"]
    number: PatentNo


class MarkItem(Request):
    kind: Literal["trademark"]
    nice_class: int = Field(ge=1, le=45)


class Borrower(Request):
    name: ShortText
    uscc: Uscc


class Case(Request):
    borrower: Borrower
    amount: RequestFen
    tenor_months: int = Field(gt=0, le=120)
    drawn_on: IsoDate
    said_at: IsoDateTime | None = None
    mode: Mode = Mode.INSURED
    first_loan: bool = False
    note: LongText | None = None
    plain: str = ""
    items: list[Annotated[PatentItem | MarkItem, Field(discriminator="kind")]] = Field(
        default=[], max_length=3
    )
    bank_loan_id: UUID | None = None
    anything: dict[str, Any] = Field(default={})


GOOD: dict[str, Any] = {
    "borrower": {"name": "绵阳某某科技有限公司", "uscc": "91510700205412308D"},
    "amount": "1000000.00",
    "tenor_months": 12,
    "drawn_on": "2026-03-31",
}


class NoCapacity(Refused):
    code = "no-capacity"


def make_app() -> FastAPI:
    app = FastAPI()
    router = APIRouter(prefix="/api/v1")

    @router.post("/cases")
    async def submit(case: Case) -> dict[str, Any]:
        return {"amount_fen": case.amount, "items": len(case.items)}

    @router.get("/cases")
    async def cases(limit: Annotated[int, Field(ge=1, le=200)] = 50) -> int:
        return limit

    @router.put("/cases/{case_id}")
    async def change(case_id: UUID) -> str:
        return str(case_id)

    @router.get("/refused")
    async def refused() -> None:
        raise NoCapacity("额度不足", "There is no capacity.", limit="pool", left="12.00")

    @router.get("/hidden")
    async def hidden() -> None:
        raise NotFound("没有该申请", "There is no such application.")

    @router.get("/crash")
    async def crash() -> None:
        raise KeyError("the-secret-of-the-house")

    @router.post("/lists")
    async def lists(rows: Annotated[list[Borrower], Body(max_length=2)]) -> int:
        return len(rows)

    app.include_router(router)
    problems.install(app, body_bytes=10_000)
    telemetry.install(app, service="problems")
    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(make_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        yield client


async def submit(client: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    return await client.post("/api/v1/cases", json=GOOD | changes)


async def send(client: httpx.AsyncClient, body: bytes, **headers: str) -> httpx.Response:
    given = {"Content-Type": "application/json"} | headers
    return await client.post("/api/v1/cases", content=body, headers=given)


def problem_of(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The body, after checking that it is a whole problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["type"] == f"urn:zhidai:problem:{code}"
    assert body["title"] and body["detail"]
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["trace_id"] == answer.headers["traceparent"].split("-")[1]
    return body


def wrong(answer: httpx.Response) -> dict[str, str]:
    """Where and how each field is wrong."""
    errors = problem_of(answer, 422, "invalid-request")["errors"]
    return {error.get("pointer") or error["parameter"]: error["code"] for error in errors}


async def test_a_good_request_is_none_of_this(client):
    answer = await submit(client)

    assert answer.json() == {"amount_fen": 100_000_000, "items": 0}


async def test_all_wrong_fields_are_told_at_once_each_with_its_place(client):
    answer = await submit(
        client,
        borrower={"name": " ", "uscc": "914403001922038217"},
        amount="1e9",
        tenor_months=-3,
        drawn_on="2026-02-30",
        said_at="2026-03-31 09:00",
        mode="other",
        first_loan=1,
        items=[
            {"kind": "patent", "number": "202310123456.7"},
            {"kind": "trademark", "nice_class": 46},
            {"kind": "plant"},
        ],
        bank_loan_id="7",
        unknown="x",
    )

    assert wrong(answer) == {
        "#/borrower/name": "too-short",
        "#/borrower/uscc": "uscc-check-digit",
        "#/amount": "not-an-amount",
        "#/tenor_months": "too-small",
        "#/drawn_on": "not-a-date",
        "#/said_at": "not-a-time",
        "#/mode": "not-an-option",
        "#/first_loan": "not-a-boolean",
        "#/items/0/number": "patent-check-digit",
        "#/items/1/nice_class": "too-large",
        "#/items/2": "not-an-option",
        "#/bank_loan_id": "not-a-uuid",
        "#/unknown": "unknown-field",
    }


async def test_what_is_missing_is_pointed_at_too(client):
    answer = await client.post(
        "/api/v1/cases", json={"borrower": {}, "items": [{"kind": "patent"}]}
    )

    assert wrong(answer) == {
        "#/borrower/name": "missing",
        "#/borrower/uscc": "missing",
        "#/amount": "missing",
        "#/tenor_months": "missing",
        "#/drawn_on": "missing",
        "#/items/0/number": "missing",
    }


async def test_rows_of_a_list_are_pointed_at_by_number(client):
    answer = await client.post("/api/v1/lists", json=[GOOD["borrower"], {"name": "a/b~c"}])

    assert wrong(answer) == {"#/1/uscc": "missing"}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("drawn_on", 0, "not-a-date"),
        ("drawn_on", "0", "not-a-date"),
        ("drawn_on", 1774915200, "not-a-date"),
        ("drawn_on", "2026-03-31T00:00:00", "not-a-date"),
        ("drawn_on", "２０２６-03-31", "not-a-date"),
        ("drawn_on", "0000-01-01", "not-a-date"),
        ("drawn_on", None, "not-a-date"),
        ("said_at", 0, "not-a-time"),
        ("said_at", "2026-03-31T09:00:00", "not-a-time"),
        ("said_at", "0001-01-01T00:00:00+08:00", "not-a-time"),
        ("said_at", "2026-03-31T09:00:00+25:00", "not-a-time"),
        ("tenor_months", "12", "not-an-integer"),
        ("tenor_months", True, "not-an-integer"),
        ("tenor_months", 12.0, "not-an-integer"),
        ("tenor_months", 10**30, "too-large"),
        ("amount", 1000000, "not-an-amount"),
        ("amount", 1000000.0, "not-an-amount"),
        ("amount", "1,000,000.00", "not-an-amount"),
        ("amount", "0.001", "not-an-amount"),
        ("amount", "0", "too-small"),
        ("amount", "-1", "too-small"),
        ("first_loan", "true", "not-a-boolean"),
        ("note", "a\u0000b", "control-character"),
        ("note", "a\u0008b", "control-character"),
        ("note", "x" * 4001, "too-long"),
        ("plain", "a\u0000b", "control-character"),
        ("plain", "x" * 4001, "too-long"),
        ("plain", 5, "not-text"),
        ("items", {}, "not-a-list"),
        ("items", [{"kind": "trademark", "nice_class": 9}] * 4, "too-many"),
        ("borrower", [], "not-an-object"),
        ("borrower", "x", "not-an-object"),
    ],
)
async def test_no_field_is_guessed_at(client, field, value, code):
    assert wrong(await submit(client, **{field: value})) == {f"#/{field}": code}


@pytest.mark.parametrize(
    "name", ["a\nb", "a\u0000", "a\tb", "a\u007fb", "a\u0085b", "a\u2028b", "a\u202eb"]
)
async def test_a_short_text_is_one_line(client, name):
    answer = await submit(client, borrower=GOOD["borrower"] | {"name": name})

    assert wrong(answer) == {"#/borrower/name": "control-character"}


async def test_a_long_text_may_have_lines(client):
    assert (await submit(client, note="第一行\r\n\t第二行")).status_code == 200


async def test_times_become_utc():
    class Said(Request):
        at: IsoDateTime

    assert (
        Said(at="2026-03-31T09:00:00.5+08:00").at.isoformat() == "2026-03-31T01:00:00.500000+00:00"
    )
    assert Said(at="2026-03-31t01:00:00z").at.tzinfo is not None


NOT_JSON = {
    "half an object": b'{"amount": ',
    "not UTF-8": b'{"note": "\xff\xfe"}',
    "UTF-16": json.dumps(GOOD).encode("utf-16") + b"\x00",
    "too deep": b"[" * 9_000,
    "a number too long to read": b'{"tenor_months": ' + b"9" * 5_000 + b"}",
    "plain words": b"hello",
    "two values": b"{} {}",
}


@pytest.mark.parametrize("name", NOT_JSON)
async def test_what_is_not_json_is_a_400(client, name):
    problem_of(await send(client, NOT_JSON[name]), 400, "not-json")


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e400", '"\\ud800"', "-0.0"])
@pytest.mark.parametrize(
    "field", ["tenor_months", "amount", "drawn_on", "borrower", "note", "items"]
)
async def test_numbers_and_characters_that_are_none_end_in_a_problem(client, word, field):
    rest = json.dumps({name: value for name, value in GOOD.items() if name != field})[1:]
    answer = await send(client, f'{{"{field}": {word}, {rest}'.encode())

    assert f"#/{field}" in wrong(answer)


async def test_an_unknown_field_may_have_any_name(client):
    names = [r"\ud800", r"\u0000", "a/b~c", "名", r"\""]
    for name in names:
        rest = json.dumps(GOOD)[1:]
        answer = await send(client, f'{{"{name}": 1, {rest}'.encode())
        assert answer.status_code == 422, name


@pytest.mark.parametrize("body", [b"null", b"[]", b"7", b'"x"', b"NaN"])
async def test_a_body_that_is_no_object_is_a_422(client, body):
    assert wrong(await send(client, body)) in ({"#": "not-an-object"}, {"#": "missing"})


async def test_a_missing_body_is_a_422(client):
    assert wrong(await client.post("/api/v1/cases")) == {"#": "missing"}


async def test_a_body_that_does_not_say_it_is_json_is_a_415(client):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "nonsense"):
        answer = await send(client, json.dumps(GOOD).encode(), **{"Content-Type": kind})
        problem_of(answer, 415, "unsupported-media-type")


async def test_a_wrong_parameter_is_named(client):
    in_query = await client.get("/api/v1/cases", params={"limit": "many"})
    in_path = await client.put("/api/v1/cases/7")
    huge = await client.get("/api/v1/cases", params={"limit": "9" * 5000})

    assert wrong(in_query) == {"limit": "not-an-integer"}
    assert wrong(in_path) == {"case_id": "not-a-uuid"}
    assert huge.status_code == 422


async def test_values_are_never_repeated(client):
    answer = await submit(client, amount="my-secret-value", borrower={"name": "my-secret-value"})

    assert "my-secret-value" not in answer.text


async def test_a_refusal_carries_its_code_its_words_and_its_figures(client):
    answer = await client.get("/api/v1/refused", headers={"Accept-Language": "en-GB"})
    body = problem_of(answer, 409, "no-capacity")

    assert body["detail"] == "There is no capacity."
    assert (body["limit"], body["left"]) == ("pool", "12.00")
    assert answer.headers["content-language"] == "en"


async def test_a_refusal_that_quotes_a_broken_character_is_still_answered():
    answer = problems.problem(code="x", status=409, zh="坏字符", en="x", extra={"said": "\ud800"})

    assert json.loads(answer.body)["said"] == "?"


async def test_chinese_is_spoken_unless_english_is_preferred(client):
    chinese = await client.get("/api/v1/hidden")
    errors = (await submit(client, amount=1)).json()["errors"]

    assert problem_of(chinese, 404, "not-found")["detail"] == "没有该申请"
    assert chinese.headers["content-language"] == "zh-CN"
    assert errors[0]["message"].startswith("金额须为")


@pytest.mark.parametrize(
    ("asked", "english"),
    [
        ("", False),
        ("zh-CN,zh;q=0.9,en;q=0.8", False),
        ("en-US,en;q=0.9,zh-CN;q=0.8", True),
        ("en", True),
        ("fr", False),
        ("en;q=0.5, *;q=0.9", False),
        ("en;q=nonsense", False),
        ("en;q=0", False),
        ("zh;q=0, en;q=0.1", True),
        (";;;,,,", False),
    ],
)
def test_accept_language_is_weighed(asked, english):
    assert prefers_english(asked) is english


async def test_an_unknown_path_is_a_404(client):
    problem_of(await client.get("/api/v1/nothing"), 404, "not-found")
    problem_of(await client.get("/"), 404, "not-found")


async def test_a_wrong_method_names_all_that_are_right(client):
    answer = await client.delete("/api/v1/cases")
    one = await client.delete("/api/v1/cases/7")

    problem_of(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert one.headers["allow"] == "OPTIONS, PUT"


async def test_options_names_the_methods(client):
    answer = await client.options("/api/v1/cases")

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


async def test_head_is_get_without_its_body(client):
    get, head = await client.get("/api/v1/cases"), await client.head("/api/v1/cases")
    nothing = await client.head("/api/v1/nothing")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]
    assert (nothing.status_code, nothing.content) == (404, b"")


async def test_a_crash_is_a_500_that_tells_nothing_and_is_logged(client, caplog):
    with caplog.at_level(logging.ERROR):
        answer = await client.get("/api/v1/crash")

    problem_of(answer, 500, "unexpected")
    assert "secret" not in answer.text
    assert "the-secret-of-the-house" in caplog.text


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[]), max_size=12),
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=6), below, max_size=3)
    ),
    max_leaves=8,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.dictionaries(st.sampled_from([*Case.model_fields, "x"]), json_values))
async def test_no_json_whatever_is_a_crash(client, changes):
    answer = await send(client, json.dumps(GOOD | changes).encode())

    assert answer.status_code in (200, 422), answer.text


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.binary(max_size=200))
async def test_no_bytes_whatever_are_a_crash(client, body):
    assert (await send(client, body)).status_code in (400, 422)


async def test_text_that_postgresql_cannot_hold_is_the_callers_mistake(database: Database):
    app = FastAPI()

    @app.get("/writes")
    async def writes(said: str) -> None:
        async with database.begin(EVERYWHERE) as conn:
            await conn.fetchval("select $1::text", said)

    @app.get("/writes-json")
    async def writes_json(said: str) -> None:
        async with database.begin(EVERYWHERE) as conn:
            await conn.fetchval("select $1::jsonb", {"said": said})

    @app.get("/reads")
    async def reads(said: str) -> None:
        async with database.reading(EVERYWHERE) as session:
            connection = await session.connection()
            await connection.execute(text("select cast(:said as text)"), {"said": said})

    @app.get("/broken")
    async def broken() -> None:
        async with database.begin(EVERYWHERE) as conn:
            await conn.execute("select 1 / 0")

    problems.install(app)
    telemetry.install(app, service="problems")
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        for path in ("/writes", "/writes-json", "/reads"):
            answer = await client.get(path, params={"said": "a\x00b"})
            problem_of(answer, 422, "unstorable-text")
        problem_of(await client.get("/broken"), 500, "unexpected")


def test_openapi_tells_of_problems_and_not_of_fastapis_own_errors():
    schema = make_app().openapi()
    post = schema["paths"]["/api/v1/cases"]["post"]["responses"]

    for status in ("422", "default"):
        content = post[status]["content"]
        assert list(content) == ["application/problem+json"]
    assert {"Problem", "FieldProblem"} <= schema["components"]["schemas"].keys()
    assert "HTTPValidationError" not in json.dumps(schema)
    assert schema["openapi"].startswith("3.1")
