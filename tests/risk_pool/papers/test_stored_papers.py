"""Cases of the pool refer to papers that their own institution has stored, and to nothing else."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from uuid6 import uuid7

from shared.contracts.papers import DocumentStoredV1, DocumentWithdrawnV1
from shared.postgres.database import EVERYWHERE
from tests.papers import document, shown, told
from tests.risk_pool.claims.driver import DOCUMENTS, Claims, claims_of
from tests.risk_pool.claims.test_claims import bad_loan, code_of


@pytest.fixture
async def pool(running: Any) -> AsyncIterator[Claims]:
    async with claims_of(running, "ICBC", "CCB") as pool:
        await bad_loan(pool)
        yield pool


def by_id(institution: str, kind: str, *, of: str = "claim_form") -> dict[str, str]:
    return {"kind": of, "document": shown(institution, kind)["document"]}


def faults(answer: Any) -> dict[str, str]:
    return {one["pointer"]: one["code"] for one in answer.json()["errors"]}


def at(index: int, field: str = "document") -> str:
    return f"#/documents/{index}/{field}"


def withdrawn(paper: DocumentStoredV1) -> DocumentWithdrawnV1:
    return DocumentWithdrawnV1(**paper.model_dump())


async def tries(pool: Claims, *papers: Any, bank: str = "ICBC", path: str = "/claims") -> Any:
    """A claim is filed with these papers."""
    body = pool.claim_of("a", "900000.00", overdue_days=95) | {"documents": list(papers)}
    return await pool.bank(bank).post(path, json=body)


async def said(pool: Claims, *types: str) -> list[tuple[str, str, str]]:
    """What the pool has told of papers: type, institution, paper."""
    await pool.service.settled()
    async with pool.service.context.database.begin(EVERYWHERE) as conn:
        rows = await conn.fetch(
            "select type, institution, key from event_feed where type = any($1::text[])"
            " order by position",
            [f"document.{one}.v1" for one in types],
        )
    return [(row["type"], row["institution"], row["key"]) for row in rows]


async def test_a_paper_is_named_by_id_or_by_hash_and_shown_as_it_is_stored(pool):
    papers = [by_id("ICBC", one["kind"], of=one["kind"]) for one in DOCUMENTS[:2]]
    papers[0] |= {"filename": "不算数.exe"}

    claim = (await tries(pool, *papers, *DOCUMENTS[2:])).json()

    assert claim["documents"] == [shown("ICBC", one["kind"]) for one in DOCUMENTS]


async def test_what_is_not_there_is_refused_at_every_field_and_nobody_learns_why(pool):
    gone = told("ICBC", "audit_report")[0]
    await pool.hears(gone)
    await pool.hears(withdrawn(gone))
    papers = [
        DOCUMENTS[0],
        {"kind": "claim_form", "document": str(uuid4())},
        {"kind": "claim_form", "sha256": "0" * 64},
        by_id("CCB", "claim_form"),
        by_id(EVERYWHERE, "minutes"),
        {"kind": "claim_form", "document": str(gone.document_id)},
        {"kind": "claim_form", "sha256": gone.sha256},
        by_id("ICBC", "claim_form") | {"sha256": "1" * 64},
    ]

    for path in ("/claims", "/claims/pre-checks", "/claims/drafts"):
        answer = await tries(pool, *papers, path=path)

        assert code_of(answer) == (422, "invalid-request")
        assert faults(answer) == {
            at(1): "document-not-stored",
            at(2, "sha256"): "document-not-stored",
            at(3): "document-not-stored",
            at(4): "document-not-stored",
            at(5): "document-not-stored",
            at(6, "sha256"): "document-not-stored",
            at(7): "document-not-stored",
        }
        assert len({one["message"] for one in answer.json()["errors"]}) == 1
    assert (await pool.bank("ICBC").get("/claims")).json()["items"] == []
    assert await said(pool, "referred") == []


async def test_of_a_wrong_kind_or_not_named_it_is_a_wrong_field(pool):
    answer = await tries(pool, {"kind": "claim_form"}, by_id("ICBC", "claim_form", of="secret"))

    assert faults(answer) == {
        "#/documents/0": "paper-not-named",
        "#/documents/1/kind": "not-an-option",
    }


async def test_a_paper_stored_a_moment_ago_is_waited_for(pool):
    paper = told("ICBC", "claim_form")[0].model_copy(
        update={"document_id": uuid7(), "sha256": "a" * 64}
    )
    named = {"kind": "claim_form", "document": str(paper.document_id)}

    answer, _ = await asyncio.gather(tries(pool, named, *DOCUMENTS[1:]), pool.hears(paper))

    assert answer.status_code == 201, answer.text
    assert answer.json()["documents"][0]["sha256"] == "a" * 64


async def test_where_it_is_not_heard_of_in_time_the_bank_is_told_to_ask_again(running):
    async with claims_of(running, settings={"paper_wait_seconds": 0.2}) as pool:
        await bad_loan(pool)
        young, old = str(uuid7()), str(UUID(int=uuid7().int - (600_000 << 80)))
        began = time.monotonic()

        answer = await tries(pool, {"kind": "claim_form", "document": young}, *DOCUMENTS[1:])
        both = await tries(
            pool,
            {"kind": "claim_form", "document": young},
            {"kind": "claim_report", "document": old},
        )

        assert code_of(answer) == (409, "paper-not-yet-known")
        assert faults(answer) == {at(0): "paper-not-yet-known"}
        assert answer.headers["retry-after"] == "2"
        assert time.monotonic() - began < 5
        assert code_of(both) == (422, "invalid-request")
        assert faults(both) == {at(0): "paper-not-yet-known", at(1): "document-not-stored"}
        assert (await pool.bank("ICBC").get("/claims")).json()["items"] == []


async def test_events_that_come_twice_or_out_of_order_leave_the_same(pool):
    first, second = told("ICBC", "court_judgment", "audit_report")
    await pool.hears(withdrawn(first))
    await pool.hears(first, second)
    await pool.hears(second)
    await pool.hears(first)
    await pool.hears(withdrawn(first))

    answer = await tries(
        pool,
        {"kind": "claim_form", "document": str(first.document_id)},
        {"kind": "claim_form", "document": str(second.document_id)},
    )

    assert faults(answer)[at(0)] == "document-not-stored"
    assert at(1) not in faults(answer)
    assert await said(pool, "let-go") == [
        ("document.let-go.v1", "ICBC", str(first.document_id)),
    ]


async def test_a_paper_that_a_case_refers_to_stays_and_applications_is_told_once(pool):
    papers = told("ICBC", *(one["kind"] for one in DOCUMENTS))
    claim = (await tries(pool, *DOCUMENTS)).json()
    where = f"/claims/{claim['id']}"
    await pool.bank("ICBC").post(f"{where}/withdraw", json={"reason": "重报"})
    assert (await tries(pool, *DOCUMENTS)).status_code == 201

    await pool.hears(*(withdrawn(one) for one in papers))

    expected = sorted(str(one.document_id) for one in papers)
    referred = await said(pool, "referred", "let-go")
    assert sorted(key for *_, key in referred) == expected
    assert {(type_, bank) for type_, bank, _ in referred} == {("document.referred.v1", "ICBC")}
    assert (await pool.auditor.get(where)).json()["documents"] == claim["documents"]


async def test_a_refused_request_refers_to_nothing(pool):
    answer = await tries(pool, DOCUMENTS[0])

    assert code_of(answer) == (422, "claim-not-admissible")
    await pool.hears(withdrawn(told("ICBC", "claim_form")[0]))
    assert [one for one, *_ in await said(pool, "referred", "let-go")] == ["document.let-go.v1"]


async def test_referred_to_and_taken_back_at_once_one_of_the_two_holds(pool):
    paper = told("ICBC", "claim_form")[0]

    answer, _ = await asyncio.gather(tries(pool, *DOCUMENTS), pool.hears(withdrawn(paper)))

    about = [type_ for type_, _, key in await said(pool, "referred", "let-go")
             if key == str(paper.document_id)]  # fmt: skip
    if answer.status_code == 201:
        assert about == ["document.referred.v1"]
    else:
        assert faults(answer) == {at(0, "sha256"): "document-not-stored"}
        assert about == ["document.let-go.v1"]


async def test_steps_recoveries_and_adjustments_show_the_papers_of_who_stored_them(pool):
    claim = await pool.decides(await pool.files("a", "900000.00", overdue_days=95))
    (met,) = [one for one in claim["steps"] if one["step"] == "joint_meeting"]
    assert met["papers"] == [shown(EVERYWHERE, "minutes")]

    recovery = await pool.recovers(
        claim, "1000.00", on="2026-03-05", confirmed=False, papers=[by_id("ICBC", "report")]
    )
    adjustment = await pool.maker.post(
        f"/claims/{claim['id']}/adjustments",
        json={
            "kind": "claw_back", "reason": "用途不符", "evidence": "审计报告",
            "papers": [{"kind": "report", **document("report")}],
        },
    )  # fmt: skip
    foreign = await pool.maker.post(
        f"/claims/{claim['id']}/adjustments",
        json={
            "kind": "claw_back",
            "reason": "x",
            "evidence": "x",
            "papers": [by_id("ICBC", "report")],
        },
    )

    kinds = [one["document"] for one in recovery["papers"]]
    assert kinds == [shown("ICBC", "report")["document"]]
    assert adjustment.json()["papers"] == [shown(EVERYWHERE, "report")]
    assert faults(foreign) == {"#/papers/0/document": "document-not-stored"}


async def test_a_recovery_sent_back_gains_papers_and_keeps_those_it_had(pool):
    claim = await pool.decides(await pool.files("a", "900000.00", overdue_days=95))
    body = {
        "received_on": "2026-03-05", "route": "auction", "from_pledged_ip": True,
        "gross": "1000.00", "papers": [by_id("ICBC", "report", of="receipt")],
    }  # fmt: skip
    clerk = pool.bank("ICBC")
    reported = (await clerk.post(f"/claims/{claim['id']}/recoveries", json=body)).json()
    where = f"/recoveries/{reported['id']}"
    await pool.checker.post(f"{where}/return", json={"reason": "缺拍卖成交书"})

    body["papers"] = [by_id("ICBC", "evidence", of="auction_result")]
    mended = await clerk.post(f"{where}/resubmit", json=body)

    assert [one["kind"] for one in mended.json()["papers"]] == ["receipt", "auction_result"]
    other = await pool.bank("CCB").get(where)
    assert other.status_code == 404


async def test_agreements_and_agreed_figures_show_the_paper_that_they_rest_on(pool):
    at = f"/pools/{pool.code}"
    said = {"valid_from": "2026-03-05", "reference": "协议 1", "papers": [document("report")]}
    agreement = {"party_code": "ICBC", "line": "5000000.00"}
    figure = {"kind": "agreed_share", "subject": "pool", "bank_code": "ICBC", "ratio": "1/3"}

    for path, more in ((f"{at}/agreements", agreement), (f"{at}/agreed-figures", figure)):
        wrong = said | more | {"papers": [by_id("ICBC", "report")]}
        refused = await pool.maker.post(path, json=wrong)
        entered = await pool.maker.post(path, json=said | more)

        assert faults(refused) == {"#/papers/0/document": "document-not-stored"}
        assert entered.json()["papers"] == [shown(EVERYWHERE, "report")], entered.text
        (listed,) = (await pool.maker.get(path)).json()["items"][:1]
        assert listed["papers"] == [shown(EVERYWHERE, "report")]
        others = (await pool.bank("CCB").get(path)).json()["items"]
        assert entered.json()["id"] not in [one["id"] for one in others]


async def test_what_was_typed_before_papers_were_stored_is_shown_and_never_taken_anew(pool):
    claim = await pool.files("a", "900000.00", overdue_days=95)
    old = {"kind": "claim_form", "sha256": "7" * 64, "filename": "旧申请表.pdf"}
    async with pool.service.context.database.begin(EVERYWHERE) as conn:
        await conn.execute("update claims set documents = $1", [old])
    where = f"/claims/{claim['id']}"

    read = (await pool.bank("ICBC").get(where)).json()["documents"]
    await pool.maker.post(f"{where}/return", json={"gaps": [{"text": "材料不清"}]})
    body = pool.claim_of("a", "900000.00", overdue_days=95) | {"documents": [old]}
    del body["loan_id"]
    again = await pool.bank("ICBC").post(f"{where}/resubmit", json=body)

    assert read == [old | {"document": None}]
    assert faults(again) == {at(0, "sha256"): "document-not-stored"}


async def test_a_bank_reads_none_of_anothers_papers_in_the_pools_own_list(pool):
    counted = {}
    for institution in ("ICBC", "CCB", "BOB", EVERYWHERE):
        async with pool.service.context.database.looking(institution) as conn:
            rows = await conn.fetch("select distinct bank_code from stored_papers")
        counted[institution] = {row["bank_code"] for row in rows}

    assert counted == {
        "ICBC": {"ICBC"}, "CCB": {"CCB"}, "BOB": set(), EVERYWHERE: {"ICBC", "CCB", EVERYWHERE},
    }  # fmt: skip
