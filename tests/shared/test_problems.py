"""Everything that is not a success is a problem of one shape; nothing a caller sends is a 500."""

import json
import logging
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Literal

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from sqlmodel import text

from services.risk_pool.handlers.claim_situation import ClaimNotAdmissible
from shared.http import problems
from shared.http.field_messages import message_of
from shared.http.problem import MOST_ERRORS, prefers_english
from shared.observability import telemetry
from shared.postgres.database import EVERYWHERE, Database
from shared.refusals import FieldFault, FieldsWrong, Refused
from tests.shared.case_api import GOOD, Case, make_app, problem_of, send, submit, wrong
from zhidai.commands.problem_codes import every_refusal


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(make_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        yield client


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


async def test_of_more_wrong_fields_than_anybody_reads_a_hundred_are_told_and_the_rest_counted(
    client,
):
    many = {**GOOD, **{f"unknown_{n}": n for n in range(500)}}
    answer = await send(client, json.dumps(many).encode())
    body = problem_of(answer, 422, "invalid-request")
    assert (len(body["errors"]), body["errors_left_out"]) == (MOST_ERRORS, 500 - MOST_ERRORS)
    assert len(answer.content) < 30_000


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
    assert errors[0]["message"].startswith("金额须加引号")


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
            errors = problem_of(answer, 422, "unstorable-text")["errors"]
            assert [(one["location"], one["parameter"]) for one in errors] == [("query", "said")]
        problem_of(await client.get("/broken"), 500, "unexpected")


async def test_every_refusal_that_blames_the_request_says_where_and_no_other_does():
    app = FastAPI()
    raised: list[Refused] = []

    @app.api_route("/of/{thing}", methods=["GET", "POST"])
    async def refuse() -> None:
        raise raised[-1]

    problems.install(app)
    telemetry.install(app, service="problems")
    blaming = 0
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        for kind in (one for one in every_refusal() if hasattr(one, "code")):
            raised.append(kind.__new__(kind))
            Refused.__init__(raised[-1], "不行", "No.")
            if isinstance(raised[-1], FieldsWrong):
                raised[-1].faults = (FieldFault(("amount",), "too-much", "过多", "Too much."),)
            for method in ("GET", "POST"):
                answer = await client.request(method, "/of/7")
                body = problem_of(answer, kind.status, kind.code)
                if not issubclass(kind, FieldsWrong):
                    assert bool(body.get("errors")) == (kind.status in (400, 422)), kind
                for error in body.get("errors", ()):
                    assert error["code"] and error["message"]
                    assert error.get("pointer", "").startswith("#") or error["parameter"], kind
                    assert (error["location"], method) != ("body", "GET"), kind
                    blaming += 1
    assert blaming > 60


async def test_findings_of_a_check_blame_the_field_of_each():
    finding = {"zh": "逾期不足九十日", "en": "Not overdue for long enough.", "source": "art. 9"}
    refused = ClaimNotAdmissible(
        "不符合条件",
        "Not admissible.",
        findings=[
            finding | {"code": "overdue-too-short", "field": "/loan_id"},
            finding | {"code": "paper:judgment", "field": ""},
        ],
    )

    faults = refused.wrong_fields()

    assert [(one.place, one.code, one.en) for one in faults] == [
        (("loan_id",), "overdue-too-short", finding["en"]),
        ((), "paper:judgment", finding["en"]),
    ]


async def test_what_is_no_json_blames_the_body_as_a_whole(client):
    body = problem_of(await send(client, b"hello"), 400, "not-json")

    assert [(one["location"], one["pointer"], one["code"]) for one in body["errors"]] == [
        ("body", "#", "not-json")
    ]


def test_openapi_tells_of_problems_and_not_of_fastapis_own_errors():
    schema = make_app().openapi()
    post = schema["paths"]["/api/v1/cases"]["post"]["responses"]

    for status in ("422", "default"):
        content = post[status]["content"]
        assert list(content) == ["application/problem+json"]
    assert {"Problem", "FieldProblem"} <= schema["components"]["schemas"].keys()
    assert post["422"]["content"]["application/problem+json"]["schema"]["$ref"].endswith(
        "/RequestProblem"
    )
    assert "errors" in schema["components"]["schemas"]["RequestProblem"]["required"]
    assert "HTTPValidationError" not in json.dumps(schema)
    assert schema["openapi"].startswith("3.1")


class _Choice(StrEnum):
    ONE = "one"
    EITHER = "this or that"


class _Chosen(BaseModel):
    choice: _Choice = _Choice.ONE
    word: Literal["or", "and"] = "or"
    number: Literal[1, 2, 3] = 1


def test_choices_are_listed_in_chinese_without_an_english_or_and_none_is_taken_apart():
    with pytest.raises(ValidationError) as refused:
        _Chosen.model_validate({"choice": "x", "word": "x", "number": 9})
    assert [message_of(one)[1] for one in refused.value.errors()] == [
        "须为以下之一：one、this or that", "须为以下之一：or、and", "须为以下之一：1、2、3",
    ]  # fmt: skip
