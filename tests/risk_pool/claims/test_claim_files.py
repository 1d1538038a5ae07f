"""A file of many claims: what is good goes in once, what is not comes back with every reason."""

import asyncio
import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from services.risk_pool.api import claim_work
from services.risk_pool.api.claim_work import claim_file_work
from services.risk_pool.handlers import claim_files as claim_files_work
from services.risk_pool.handlers import claim_filing
from services.risk_pool.handlers.trial import trial_of
from services.risk_pool.main import SERVICE
from services.risk_pool.tables import claim_files
from shared.http.pages import encode_cursor
from shared.schemes.vocabulary import DOCUMENTS as DOCUMENT_WORDS
from tests.applications.bulk import as_csv, as_xlsx, counted, lines
from tests.risk_pool.claims.driver import DOCUMENTS, Claims, claims_of

PAPERS = {f"材料：{DOCUMENT_WORDS[one['kind']].zh}": one["sha256"] for one in DOCUMENTS}


async def bad_loans(pool: Claims, *names: str) -> dict[str, str]:
    """Loans reported substandard with 900,000.00 outstanding; the number of each."""
    for name in names:
        await pool.covers(name)
    for name in names:
        await pool.goes_bad(name, "2026-02", "900000.00", overdue_days=92)
    await pool.it_is("2026-03-05")
    async with pool.service.context.database.begin("*") as conn:
        rows = await conn.fetch("select loan_id, number from coverages")
    numbers = {row["loan_id"]: row["number"] for row in rows}
    return {name: numbers[pool.loans[name]] for name in names}


async def sent(pool: Claims, content: bytes, *, bank: str = "ICBC", **params: Any) -> Any:
    answer = await pool.bank(bank).post(
        "/claim-files", content=content, params={"name": "代偿.xlsx", **params}
    )
    assert answer.status_code == 202, answer.text
    return answer.json()


async def finished(pool: Claims, file: Any, *, bank: str = "ICBC") -> Any:
    async with asyncio.timeout(60):
        while True:
            seen = (await pool.bank(bank).get(f"/claim-files/{file['id']}")).json()
            if seen["finished_at"]:
                return seen
            await asyncio.sleep(0.05)


async def gone_through(pool: Claims, content: bytes, **params: Any) -> Any:
    return await finished(pool, await sent(pool, content, **params))


async def rows_of(pool: Claims, file: Any, **params: Any) -> list[Any]:
    answer = await pool.bank("ICBC").get(f"/claim-files/{file['id']}/rows", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def reasons(pool: Claims, file: Any) -> dict[int, dict[str, str]]:
    """Line → column or field → code."""
    return {
        row["line"]: {one["column"] or one["field"]: one["code"] for one in row["faults"]}
        for row in await rows_of(pool, file, outcome="wrong")
    }


async def claims_there(pool: Claims) -> list[Any]:
    async with pool.service.context.database.begin("ICBC") as conn:
        return await conn.fetch("select id, number, state from claims order by id")


def row_of(number: str, **changes: Any) -> dict[str, Any]:
    """What a clerk writes: full-width digits, 万元, a serial day, blanks."""
    return {
        "贷款编号": "".join(chr(ord(one) + 0xFEE0) for one in number),
        "未还本金（万元）": "９０",
        "逾期天数（天）": "95 ",
        "五级分类": "次级",
        "法院受理日": "2026年3月2日",
        "确认": "date:lawsuit_accepted",
        **PAPERS,
        "客户经理": "张三",
        **changes,
    }


async def test_a_dirty_table_of_claims_is_checked_saved_filed_once_and_mended(
    running: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(claim_work, "LOOK_EVERY_SECONDS", 0.05)
    async with claims_of(running, "ICBC", "CCB") as pool:
        number = await bad_loans(pool, "a", "b", "c")
        good = [row_of(number["a"]), row_of(number["b"])]
        bad = row_of(
            number["c"], **{"逾期天数（天）": "九十五", "五级分类": "正常", "材料：补偿申请表": ""}
        )
        nobody = row_of("DL-2026-999999", **{"未还本金（万元）": "九十"})
        table = [
            ["补偿申请汇总表"], list(good[0]), *(list(one.values()) for one in (*good, bad, nobody)),
            ["合计"],
        ]  # fmt: skip

        looked = await gone_through(pool, as_csv(table, "gb18030"), do="check")
        assert counted(looked) == {"read": 4, "fine": 2, "wrong": 2}, await reasons(pool, looked)
        assert looked["only_check"] and looked["rows_expected"] == 4
        assert await claims_there(pool) == []
        found = await reasons(pool, looked)
        assert found[5]["逾期天数(天)"] == "count-malformed"
        assert {found[6]["贷款编号"], found[6]["未还本金(万元)"]} == {
            "loan-unknown", "amount-malformed",
        }  # fmt: skip

        saved = await gone_through(pool, as_xlsx(table), do="save")
        assert counted(saved) == {"read": 4, "taken": 2, "wrong": 2}
        drafts = await claims_there(pool)
        assert [one["number"] for one in drafts] == [None, None]
        assert (await pool.auditor.get("/claims")).json()["items"] == []

        filed = await gone_through(pool, as_csv(table))
        assert counted(filed) == {"read": 4, "taken": 2, "wrong": 2}, await reasons(pool, filed)
        claims = await claims_there(pool)
        assert [one["id"] for one in claims] == [one["id"] for one in drafts]
        taken = await rows_of(pool, filed, outcome="taken")
        assert [row["reference"] for row in taken] == [number["a"], number["b"]]
        assert {row["number"] for row in taken} == {one["number"] for one in claims}
        seen = (await pool.maker.get(f"/claims/{taken[0]['subject_id']}")).json()
        assert (seen["outstanding_principal"], seen["claimed_on"]) == ("900000.00", "2026-03-05")
        assert seen["facts"]["lawsuit_accepted_on"] == "2026-03-02"
        assert {one["kind"] for one in seen["documents"]} == {one["kind"] for one in DOCUMENTS}

        again = await gone_through(pool, as_csv(table))
        assert counted(again) == {"read": 4, "known": 2, "wrong": 2}
        other = as_csv([list(good[0]), list(row_of(number["a"], 五级分类="可疑").values())])
        refused = await gone_through(pool, other)
        assert "no-live-claim" in (await reasons(pool, refused))[2].values()
        assert len(await claims_there(pool)) == 2

        back = await pool.bank("ICBC").get(f"/claim-files/{again['id']}/wrong-rows")
        mended = list(csv.reader(io.StringIO(back.content.decode("utf-8-sig"))))
        assert mended[0][-2:] == ["原行号", "原因"] and "count-malformed" in mended[1][-1]
        ready = dict(zip(mended[0], mended[1], strict=True)) | {
            "逾期天数(天)": "95", "五级分类": "次级", "材料:补偿申请表": PAPERS["材料：补偿申请表"],
        }  # fmt: skip
        last = await gone_through(pool, as_csv([mended[0], list(ready.values())]))
        assert counted(last) == {"read": 1, "taken": 1}, await reasons(pool, last)

        ccb = pool.bank("CCB")
        for path in ("", "/rows", "/wrong-rows"):
            answer = await ccb.get(f"/claim-files/{filed['id']}{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
        assert (await ccb.get("/claim-files")).json()["items"] == []
        foreign = await sent(pool, as_csv([list(good[0]), list(good[0].values())]), bank="CCB")
        assert counted(await finished(pool, foreign, bank="CCB")) == {"read": 1, "wrong": 1}
        assert (await pool.maker.get(f"/claim-files/{filed['id']}")).status_code == 403
        assert await rows_of(pool, filed, cursor=encode_cursor(2**40)) == []
        page = (await pool.bank("ICBC").get("/claim-files", params={"limit": 2})).json()
        assert [one["id"] for one in page["items"]] == [last["id"], refused["id"]]


async def test_every_reason_of_a_row_is_that_of_a_single_claim(running: Any):
    async with claims_of(running) as pool:
        number = await bad_loans(pool, "a")
        body = pool.claim_of("a", "950000.00", overdue_days=40)
        body["documents"] = DOCUMENTS[1:]
        single = (await pool.bank("ICBC").post("/claims", json=body)).json()
        rows = [
            body,
            {**body, "loan_id": None, "loan_number": number["a"], "facts": {"overdue_days": -1}},
            {"loan_number": 7, "claimed_on": "2026-01-01"},
        ]

        file = await gone_through(pool, lines(rows) + b"not json\n")

        assert counted(file) == {"read": 4, "wrong": 4}
        wrong = {one["line"]: one["faults"] for one in await rows_of(pool, file)}
        assert [(one["code"], one["field"], one["source"]) for one in wrong[1]] == [
            (one["code"], one["field"], one["article"]) for one in single["findings"]
        ]
        assert {one["field"] for one in wrong[2]} == {"/facts/overdue_days", "/facts/risk_class"}
        assert {"/loan_number", "/claimed_on", "/facts"} <= {one["field"] for one in wrong[3]}
        assert [one["code"] for one in wrong[4]] == ["not-json"]
        back = await pool.bank("ICBC").get(f"/claim-files/{file['id']}/wrong-rows")
        assert "principal-agrees" in json.dumps(
            json.loads(back.content.splitlines()[0])["_reasons"]
        )
        for content, code in ((b"", "sheet-unreadable"), (b"a,b,c\n1,2,3\n", "sheet-unreadable")):
            answer = await pool.bank("ICBC").post("/claim-files", content=content)
            assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_whoever_is_killed_another_goes_on_and_no_claim_is_filed_twice(
    running: Any, monkeypatch: pytest.MonkeyPatch
):
    names = [f"loan-{n}" for n in range(6)]
    monkeypatch.setattr(claim_files_work, "AT_ONCE", 2)
    async with claims_of(running, service=replace(SERVICE, background=())) as pool:
        await bad_loans(pool, *names)
        rows = [pool.claim_of(name, "900000.00", overdue_days=95) for name in names]
        file = await sent(pool, lines([*rows, rows[0]]))
        context = pool.service.context
        work = claim_file_work(context)
        assert await work.one_batch()

        kept = claim_files.went_on

        async def killed(*args: Any, **how: Any) -> None:
            raise asyncio.CancelledError

        monkeypatch.setattr(claim_files, "went_on", killed)
        with pytest.raises(asyncio.CancelledError):
            await work.one_batch()
        monkeypatch.setattr(claim_files, "went_on", kept)
        midway = (await pool.bank("ICBC").get(f"/claim-files/{file['id']}")).json()
        assert (midway["progress"], midway["rows_read"]) == ("working", 2)
        assert len(await claims_there(pool)) == 2
        early = await pool.bank("ICBC").get(f"/claim-files/{file['id']}/wrong-rows")
        assert (early.status_code, early.json()["code"]) == (409, "bulk-file-not-ready")

        # Two at once: neither does what the other has in hand.
        works = [claim_file_work(context), claim_file_work(context)]
        while any(await asyncio.gather(*(one.one_batch() for one in works))):
            pass

        seen = await finished(pool, file)
        assert counted(seen) == {"read": 7, "taken": 6, "known": 1}
        claims = await claims_there(pool)
        assert len(claims) == len({one["number"] for one in claims}) == 6
        said = [one for one in await pool.said() if one["type"] == "claim.submitted.v1"]
        assert len(said) == 6
        async with context.database.begin("*") as conn:
            for claim in await conn.fetch("select * from claims order by number"):
                weighed = (await trial_of(conn, claim)).as_data()
                assert claim["trial"] == weighed, "weighed together as each by itself"


async def test_a_row_that_we_fail_at_does_not_take_the_good_rows_before_it_along(
    running: Any, monkeypatch: pytest.MonkeyPatch
):
    async with claims_of(running, service=replace(SERVICE, background=())) as pool:
        await bad_loans(pool, "a", "b", "c")
        rows = [pool.claim_of(name, "900000.00", overdue_days=95) for name in ("a", "b", "c")]
        file = await sent(pool, lines(rows))
        work = claim_file_work(pool.service.context)
        kept, last = claim_filing.file, pool.loans["c"]

        async def fails(conn: Any, loan: Any, *args: Any) -> Any:
            if loan["loan_id"] == last:
                raise RuntimeError("a mistake of ours")
            return await kept(conn, loan, *args)

        monkeypatch.setattr(claim_filing, "file", fails)
        while await work.one_batch():
            pass

        seen = await finished(pool, file)
        assert (counted(seen), seen["refusal"]["code"]) == (
            {"read": 2, "taken": 2}, "internal-error",
        )  # fmt: skip
        assert len(await claims_there(pool)) == 2
