"""The list of a case's papers: there, missing, not applicable, refused, expired, each with why."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.applications.domain.checklist import Standing, Verdict, checklist, holds_until
from services.applications.domain.submission import SubmittedDocument
from shared.schemes import library
from tests.applications.office import PAPERS, START, nothing_found, submission
from tests.papers import document, stores

TODAY = date(2026, 3, 2)
TERMS = library.load("dongli").terms(TODAY, "direct")
PAPER = SubmittedDocument(
    kind="bank_approval", document_id=uuid4(), sha256=bytes(32), filename="a.pdf"
)


def said(verdict: str, document_id=None, kind: str = "bank_approval") -> Verdict:
    return Verdict(
        kind=kind, document_id=document_id, verdict=verdict, reason="理由", name="王", at=START
    )


def standing(papers=(), verdicts=(), kind="bank_approval"):
    lines = {one.kind: one for one in checklist(TERMS, papers, verdicts, today=TODAY)}
    return lines[kind].standing


REPORT = replace(PAPER, kind="appraisal_report")


@pytest.mark.parametrize(
    ("papers", "verdicts", "expected"),
    [
        ([PAPER], [], Standing.THERE),
        ([], [], Standing.MISSING),
        ([], [said("not_applicable")], Standing.NOT_APPLICABLE),
        ([], [said("needed")], Standing.MISSING),
        ([PAPER], [said("not_applicable")], Standing.THERE),
        ([PAPER], [said("refused", PAPER.document_id)], Standing.REFUSED),
        ([PAPER], [said("accepted", PAPER.document_id)], Standing.THERE),
        ([PAPER], [said("refused", PAPER.document_id, kind="credit_report")], Standing.THERE),
        ([PAPER, replace(PAPER, document_id=uuid4())], [said("refused", PAPER.document_id)], Standing.THERE),
        ([PAPER], [said("refused", PAPER.document_id), said("not_applicable")], Standing.NOT_APPLICABLE),
        ([replace(PAPER, valid_until=TODAY)], [], Standing.THERE),
        ([replace(PAPER, valid_until=date(2026, 3, 1))], [], Standing.EXPIRED),
        ([replace(PAPER, issued_on=date(2020, 1, 1))], [], Standing.THERE),
    ],
)  # fmt: skip
def test_how_the_papers_of_a_kind_stand(papers, verdicts, expected):
    assert standing(papers, verdicts) == expected


@pytest.mark.parametrize(
    ("issued_on", "expected"),
    [(date(2025, 3, 2), Standing.THERE), (date(2025, 3, 1), Standing.EXPIRED)],
)
def test_an_appraisal_report_holds_for_a_year(issued_on, expected):
    assert standing([replace(REPORT, issued_on=issued_on)], kind="appraisal_report") == expected


def test_a_paper_that_says_its_own_end_does_not_hold_beyond_its_kinds_time():
    report = replace(REPORT, issued_on=date(2025, 6, 1))

    assert holds_until(replace(report, valid_until=date(2030, 1, 1))) == date(2026, 6, 1)
    assert holds_until(replace(report, valid_until=date(2025, 9, 1))) == date(2025, 9, 1)
    assert holds_until(replace(report, kind="loan_contract")) is None


async def listed(office, case, person=None):
    answer = await (person or office.bank()).get(f"/applications/{case['id']}/checklist")
    assert answer.status_code == 200, answer.text
    return {one["kind"]: one for one in answer.json()["items"]}, answer.json()["to_send"]


async def judges(office, case, person=None, **body):
    return await (person or office.reviewer()).post(
        f"/applications/{case['id']}/checklist", json={"reason": "印章不清"} | body
    )


async def test_the_list_follows_the_programme_and_names_its_article(office):
    case = await office.submits(documents=[*map(document, PAPERS), document("ip_share_clause")])

    lines, to_send = await listed(office, case)

    assert list(lines) == [
        *TERMS.documents,
        *(kind for kind in (*PAPERS, "ip_share_clause") if kind not in TERMS.documents),
    ]
    assert to_send == []
    for kind, line in lines.items():
        assert line["standing"] == "there", line
        assert bool(line["source"]) == line["is_asked_for"] == (kind in TERMS.documents)


async def test_what_is_missing_is_asked_for_by_kind(office):
    case = await office.submits(
        documents=[document(one) for one in PAPERS[2:]], expect="returned_for_correction"
    )

    lines, to_send = await listed(office, case)

    assert to_send == [kind for kind in TERMS.documents if kind in PAPERS[:2]]
    assert {lines[kind]["standing"] for kind in to_send} == {"missing"}


async def test_a_refused_paper_keeps_the_case_out_until_another_is_sent(office):
    stored = await stores(office.bank(), *PAPERS)
    case = await office.submits()
    await office.recommends(case)
    await office.said()

    judged = await judges(office, case, kind=PAPERS[0], verdict="refused", document=stored[0]["id"])

    assert judged.status_code == 200, judged.text
    assert judged.json()["to_send"] == [PAPERS[0]]
    (told,) = await office.said("paper.judged.v1")
    assert (told.kind_zh, told.filename, told.verdict, told.reason) == (
        "营业执照", f"{PAPERS[0]}.pdf", "refused", "印章不清",
    )  # fmt: skip
    lines, _ = await listed(office, case)
    assert (lines[PAPERS[0]]["standing"], lines[PAPERS[0]]["reason"]) == ("refused", "印章不清")
    agreed = {"opinion": "同意", "lists_checked": nothing_found(office.now.date())}
    approved = await office.approver().post(f"/applications/{case['id']}/approve", json=agreed)
    assert approved.json()["code"] == "no-longer-eligible"
    assert [one["code"] for one in approved.json()["findings"]] == ["document-refused"]

    await office.post(office.approver(), case, "return", {"ask_for": [PAPERS[0]]})
    (returned,) = await office.said("application.returned.v1")
    assert [(one.code, one.zh) for one in returned.reasons] == [
        ("document-asked-for", "请补交材料：营业执照")
    ]
    mended = submission(collateral=(await office.case(case))["collateral"])
    mended["collateral"] = [
        {name: one[name] for name in ("kind", "number", "name", "owner_uscc", "owner_name", "filed_on", "expires_on", "valuation")}
        for one in mended["collateral"]
    ]  # fmt: skip
    same = await office.bank().post(f"/applications/{case['id']}/resubmit", json=mended)
    assert [one["code"] for one in same.json()["findings"]] == ["document-refused"]
    (other,) = await stores(office.bank(), "business_licence_sealed")
    mended["documents"][0] = {"kind": PAPERS[0], "document": other["id"]}
    again = await office.bank().post(f"/applications/{case['id']}/resubmit", json=mended)
    assert again.json()["state"] == "accepted", again.text


async def test_a_kind_that_is_not_needed_is_not_missed_and_the_bank_reads_why(office):
    papers = [document(one) for one in PAPERS[1:]]
    right_papers = submission(documents=papers)
    answer = await office.bank().post("/applications", json=right_papers)
    case = answer.json()
    assert [one["code"] for one in case["findings"]] == ["document-missing"]

    await judges(
        office, case, kind=PAPERS[0], verdict="not_applicable", reason="个体工商户，另有登记证明"
    )
    lines, to_send = await listed(office, case)
    again = await office.bank().post(f"/applications/{case['id']}/resubmit", json=right_papers)

    assert to_send == []
    assert lines[PAPERS[0]]["standing"] == "not_applicable"
    assert lines[PAPERS[0]]["reason"] == "个体工商户，另有登记证明"
    assert again.json()["state"] == "accepted", again.text


async def test_what_was_said_can_be_taken_back_and_stays_written(office):
    case = await office.submits(
        documents=[document(one) for one in PAPERS[1:]], expect="returned_for_correction"
    )

    for verdict in ("not_applicable", "needed"):
        answer = await judges(office, case, kind=PAPERS[0], verdict=verdict)

    assert answer.json()["to_send"] == [PAPERS[0]]
    async with office.service.context.database.begin("*") as conn:
        assert await conn.fetchval("select count(*) from paper_verdicts") == 2


async def test_an_expired_paper_is_a_finding(office):
    papers = [*map(document, PAPERS)]
    papers[0] = papers[0] | {"valid_until": "2026-03-01"}

    answer = await office.bank().post("/applications", json=submission(documents=papers))

    (finding,) = answer.json()["findings"]
    assert (finding["code"], finding["zh"]) == ("document-expired", "营业执照已于 2026-03-01 过期")
    _, to_send = await listed(office, answer.json())
    assert to_send == [PAPERS[0]]


async def test_a_case_that_is_decided_on_is_not_judged_any_more(office):
    case = await office.submits()
    await office.approves(case)

    answer = await judges(office, case, kind=PAPERS[0], verdict="not_applicable")

    assert (answer.status_code, answer.json()["code"]) == (409, "papers-decided")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"kind": PAPERS[0], "verdict": "refused", "document": str(uuid4())}, {"#/document": "paper-not-on-case"}),
        ({"kind": PAPERS[0], "verdict": "refused"}, {"#/document": "paper-not-on-case"}),
        ({"kind": PAPERS[0], "verdict": "needed", "document": str(uuid4())}, {"#/document": "kind-not-paper"}),
        ({"kind": "horoscope", "verdict": "not_applicable"}, {"#/kind": "kind-unknown"}),
    ],
)  # fmt: skip
async def test_what_cannot_be_said_of_a_paper_is_refused(office, body, wrong):
    case = await office.submits()

    answer = await judges(office, case, **body)

    assert answer.status_code == 422
    assert {one["pointer"]: one["code"] for one in answer.json()["errors"]} == wrong


async def test_a_bank_judges_no_papers_and_sees_no_other_banks_list(office):
    case = await office.submits()

    own = await judges(office, case, office.bank(), kind=PAPERS[0], verdict="not_applicable")
    other = await office.bank("CCB-TJ").get(f"/applications/{case['id']}/checklist")

    assert (own.status_code, other.status_code) == (403, 404)
