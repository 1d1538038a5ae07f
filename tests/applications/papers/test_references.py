"""Cases and changes of loans refer to stored papers of their own bank, and to nothing else."""

import asyncio

from tests.applications.office import CCB, PAPERS, right, submission
from tests.applications.papers.test_sending import sent
from tests.papers import document, stores
from zhidai.demo.paper import pdf


def faults(answer) -> dict[str, str]:
    return {one["pointer"]: one["code"] for one in answer.json()["errors"]}


async def test_hashes_that_a_bank_typed_pass_no_more(office):
    typed = [{"kind": kind, "sha256": "0" * 64, "filename": f"{kind}.pdf"} for kind in PAPERS]

    answer = await office.bank().post("/applications", json=submission(documents=typed))

    assert answer.status_code == 422
    assert faults(answer) == {
        f"#/documents/{index}/sha256": "document-not-stored" for index in range(len(PAPERS))
    }
    assert (await office.reviewer().get("/applications")).json()["items"] == []


async def test_a_paper_is_named_by_its_id_and_shown_as_it_is_stored(office):
    stored = await stores(office.bank(), *PAPERS)
    papers = [
        {"kind": kind, "document": one["id"], "filename": "不算数.exe"}
        for kind, one in zip(PAPERS, stored, strict=True)
    ]
    papers[0] |= {"issued_on": "2025-12-01", "valid_until": "2035-12-01"}

    case = await office.submits(documents=papers)

    shown = (await office.case(case))["documents"]
    assert [one["document"] for one in shown] == [one["id"] for one in stored]
    assert shown[0] == {
        "kind": PAPERS[0],
        "document": stored[0]["id"],
        "sha256": stored[0]["sha256"],
        "filename": f"{PAPERS[0]}.pdf",
        "issued_on": "2025-12-01",
        "valid_until": "2035-12-01",
    }


async def test_every_wrong_paper_is_named_at_once_with_the_other_wrong_fields(office):
    stored = (await stores(office.bank(), "business_licence"))[0]
    others = (await sent(office.bank(CCB), pdf("建行的"))).json()
    bureaus = (await sent(office.reviewer(), pdf("纪要"))).json()
    papers = [
        document("business_licence"),
        {"kind": "ip_certificates", "document": others["id"]},
        {"kind": "loan_contract", "sha256": others["sha256"]},
        {"kind": "bank_approval", "document": bureaus["id"]},
        {"kind": "credit_report", "document": stored["id"], "sha256": "1" * 64},
    ]

    answer = await office.bank().post(
        "/applications",
        json=submission(documents=papers, ip_amount="2000000.00", has_other_collateral=True),
    )

    assert faults(answer) == {
        "#/ip_amount": "ip-amount-above-loan",
        "#/documents/1/document": "document-not-stored",
        "#/documents/2/sha256": "document-not-stored",
        "#/documents/3/document": "document-not-stored",
        "#/documents/4/document": "document-not-stored",
    }


async def test_a_paper_that_is_not_named_is_a_wrong_field(office):
    answer = await office.bank().post(
        "/applications", json=submission(documents=[{"kind": "business_licence"}])
    )

    assert faults(answer) == {"#/documents/0": "paper-not-named"}


async def test_a_paper_that_a_case_refers_to_stays(office):
    stored = await stores(office.bank(), *PAPERS)
    await office.submits()

    answer = await office.bank().post(f"/documents/{stored[0]['id']}/withdraw")

    assert (answer.status_code, answer.json()["code"]) == (409, "document-in-use")
    assert (await office.bank().get(f"/documents/{stored[0]['id']}/content")).status_code == 200


async def test_a_paper_that_was_withdrawn_is_not_stored(office):
    stored = (await sent(office.bank(), pdf("撤回"))).json()
    await office.bank().post(f"/documents/{stored['id']}/withdraw")
    papers = [*map(document, PAPERS), {"kind": "credit_report", "document": stored["id"]}]

    answer = await office.bank().post("/applications", json=submission(documents=papers))

    assert faults(answer) == {"#/documents/5/document": "document-not-stored"}


async def test_withdrawn_and_referred_to_at_once_one_of_the_two_is_refused(office):
    for attempt in range(6):
        stored = (await sent(office.bank(), pdf(f"同时 {attempt}"))).json()
        papers = [*map(document, PAPERS), {"kind": "credit_report", "document": stored["id"]}]
        body = submission(documents=papers, collateral=[right()])

        filed, withdrawn = await asyncio.gather(
            office.bank().post("/applications", json=body),
            office.bank().post(f"/documents/{stored['id']}/withdraw"),
        )

        assert sorted((filed.status_code, withdrawn.status_code)) in ([200, 422], [201, 409])


async def test_a_change_of_a_loan_refers_to_stored_papers_and_they_stay(office):
    case = await office.lends(matures_on="2026-09-02")
    agreement = (await stores(office.bank(), "extension_agreement"))[0]
    body = {
        "kind": "extension", "matures_on": "2026-12-02", "reason": "回款周期延长",
        "plan": "展期六个月", "papers": [{"kind": "extension_agreement", "sha256": "0" * 64}],
    }  # fmt: skip

    refused = await office.bank().post(f"/loans/{case['id']}/changes", json=body)
    body["papers"] = [{"kind": "extension_agreement", "document": agreement["id"]}]
    taken = await office.bank().post(f"/loans/{case['id']}/changes", json=body)
    withdrawn = await office.bank().post(f"/documents/{agreement['id']}/withdraw")

    assert faults(refused) == {"#/papers/0/sha256": "document-not-stored"}
    assert taken.status_code == 201, taken.text
    assert withdrawn.json()["code"] == "document-in-use"
    (kept,) = (await office.bank().get(f"/loans/{case['id']}/changes")).json()["items"]
    assert kept["papers"] == [
        {
            "kind": "extension_agreement",
            "document": agreement["id"],
            "sha256": agreement["sha256"],
            "filename": "extension_agreement.pdf",
        }
    ]
