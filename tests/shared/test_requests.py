"""What a request may say: each wrong field is named, none is guessed at."""

from collections.abc import AsyncIterator

import httpx
import pytest

from shared.http.requests import IsoDateTime, LongText, RequestBody, ShortText
from tests.shared.case_api import GOOD, make_app, submit, wrong


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(make_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        yield client


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
    "name", ["a\nb", "a\u0000", "a\tb", "a\u007fb", "a\u0085b", "a\u2028b", "a\u202eb", "a\u200fb"]
)
async def test_a_short_text_is_one_line(client, name):
    answer = await submit(client, borrower=GOOD["borrower"] | {"name": name})

    assert wrong(answer) == {"#/borrower/name": "control-character"}


async def test_a_long_text_may_have_lines(client):
    assert (await submit(client, note="第一行\r\n\t第二行")).status_code == 200


async def test_what_nobody_sees_is_taken_out_and_what_turns_the_direction_refused(client):
    class Said(RequestBody):
        name: ShortText
        others: list[LongText]

    said = Said.model_validate({"name": "\ufeff动\u200b力\u00ad", "others": ["a\u2060b"]})

    assert (said.name, said.others) == ("动力", ["ab"])
    assert wrong(await submit(client, note="第\u202e一行")) == {"#/note": "control-character"}


async def test_times_become_utc():
    class Said(RequestBody):
        at: IsoDateTime

    assert (
        Said(at="2026-03-31T09:00:00.5+08:00").at.isoformat() == "2026-03-31T01:00:00.500000+00:00"
    )
    assert Said(at="2026-03-31t01:00:00z").at.tzinfo is not None
