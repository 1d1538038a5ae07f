"""Due-diligence reports: about a right, a firm or a package; on the case's list of papers as a paper
of its own kind, which is asked for anew once its last day is over."""

from typing import Any

import asyncpg
import pytest

from tests.applications.office import CCB, FIRM, Office, nothing_found, right
from tests.papers import stores

PATENT = "201811564288.X"
REPORT: dict[str, Any] = {
    "subject": "firm", "firm_uscc": FIRM, "author": "天津某律师事务所",
    "written_on": "2026-02-20", "valid_until": "2026-03-03", "conclusion": "未发现异常",
}  # fmt: skip


async def enters(who: Any, *, status: int = 201, **changes: Any) -> Any:
    (paper,) = await stores(who, "due_diligence_report")
    body = {
        k: v for k, v in (REPORT | {"document": paper["id"]} | changes).items() if v is not None
    }
    answer = await who.post("/due-diligence-reports", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def listed(who: Any, **params: Any) -> list[dict[str, Any]]:
    answer = await who.get("/due-diligence-reports", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def of_papers(who: Any, case: Any) -> tuple[str, bool]:
    answer = (await who.get(f"/applications/{case['id']}/checklist")).json()
    (line,) = [one for one in answer["items"] if one["kind"] == "due_diligence_report"]
    return line["standing"], line["to_send"]


async def test_on_the_case_it_is_a_paper_that_expires_and_is_asked_for_until_there_is_a_new_one(
    office: Office,
):
    case, bank = await office.submits(), office.bank()
    await enters(bank, case=case["id"])
    assert await of_papers(office.reviewer(), case) == ("there", False)
    await office.recommends(case)
    await office.moves_clock(days=2)

    assert await of_papers(bank, case) == ("expired", True)
    assert (await listed(bank, case_id=case["id"]))[0]["is_over"] is True
    body = {"opinion": "同意", "lists_checked": nothing_found(office.now.date())}
    over = await office.approver().post(f"/applications/{case['id']}/approve", json=body)
    assert [one["code"] for one in over.json()["findings"]] == ["document-expired"]
    await enters(office.reviewer(), case=case["id"], valid_until=None)
    assert await of_papers(bank, case) == ("there", False), "the bureau's report counts for both"
    assert (await office.post(office.approver(), case, "approve", body))["state"] == "approved"


async def test_it_is_found_by_its_right_its_firm_and_its_case_and_by_no_other_bank(office: Office):
    known = right(PATENT, filed_on="2018-12-20", expires_on="2038-12-19")
    case, bank = await office.submits(collateral=[known, right()]), office.bank()
    ids = [one["id"] for one in (await bank.get("/rights")).json()["items"]]
    assert len(ids) == 2
    one = await enters(bank, subject="right", firm_uscc=None, rights=ids[:1])
    both = await enters(bank, subject="package", firm_uscc=None, rights=ids, case=case["id"])
    firm = await enters(bank)

    def names(found: list[dict[str, Any]]) -> list[str]:
        return [one["id"] for one in found]

    assert names(await listed(bank, right_id=ids[0])) == [both["id"], one["id"]]
    assert names(await listed(office.reviewer(), right_id=ids[1])) == [both["id"]]
    assert names(await listed(bank, firm=FIRM)) == [firm["id"]]
    (shown,) = await listed(bank, case_id=case["id"])
    assert (shown["case_number"], [r["id"] for r in shown["rights"]]) == (case["number"], ids)
    assert await listed(office.bank(CCB)) == []
    page = (await bank.get("/due-diligence-reports", params={"limit": 2})).json()
    assert names(await listed(bank, cursor=page["next_cursor"])) == [one["id"]]
    with pytest.raises(asyncpg.RaiseError):
        async with office.service.context.database.begin("*") as conn:
            await conn.execute("delete from due_diligence_reports")


async def test_what_cannot_be_is_told_at_once_and_a_foreign_case_is_none(office: Office):
    case, bank = await office.submits(), office.bank()

    wrong = await enters(
        bank, status=422, subject="package", rights=[case["id"]], written_on="2026-03-03",
        valid_until="2026-03-02", document=case["id"],
    )  # fmt: skip

    assert {(e["pointer"], e["code"]) for e in wrong["errors"]} == {
        ("#/written_on", "in-future"), ("#/valid_until", "ends-before-it-begins"),
        ("#/firm_uscc", "subject"), ("#/rights", "subject"), ("#/rights/0", "right-unknown"),
        ("#/document", "document-not-stored"),
    }  # fmt: skip
    await enters(office.bank(CCB), status=404, case=case["id"])
    unread = await office.bank(CCB).get("/due-diligence-reports", params={"case_id": case["id"]})
    assert unread.status_code == 404
    for role in ("bank_checker", "auditor"):
        who = office._person(f"a-{role}", role, institution="*" if role == "auditor" else "ICBC-TJ")
        answer = await who.post("/due-diligence-reports", json=REPORT | {"document": case["id"]})
        assert answer.status_code == 403
