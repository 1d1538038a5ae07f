"""Who sent a paper may take it back while nothing refers to it; nothing else ever deletes one."""

from pathlib import Path

from services.applications.api.document_content import store_of
from services.applications.handlers.papers import remove_withdrawn
from shared.contracts.papers import (
    DocumentLetGoV1,
    DocumentReferredV1,
    DocumentStoredV1,
    DocumentWithdrawnV1,
)
from tests.applications.office import ICBC
from tests.applications.papers.test_sending import sent
from zhidai.demo.paper import pdf


def files_of(office, paper) -> list[Path]:
    folder = Path(office.service.context.settings.documents)
    return [*folder.glob(f"{paper['sha256'][:2]}/{paper['sha256']}/{paper['id']}")]


async def sweeps(office) -> None:
    context = office.service.context
    await remove_withdrawn(context.database, store_of(context), now=context.clock.now())


def of(paper, institution=ICBC):
    return {"document_id": paper["id"], "bank_code": institution}


def let_go(paper, institution=ICBC):
    return DocumentLetGoV1(**of(paper, institution))


def referred(paper):
    return DocumentReferredV1(**of(paper), place="claims")


async def test_a_paper_that_nothing_refers_to_is_taken_back_and_its_content_removed(office):
    paper = (await sent(office.bank(), pdf("误传"))).json()
    assert len(files_of(office, paper)) == 1

    answer = await office.bank().post(f"/documents/{paper['id']}/withdraw")
    await office.hears(let_go(paper))
    for _ in range(2):
        await sweeps(office)

    assert answer.status_code == 200, answer.text
    assert files_of(office, paper) == []
    assert (await office.bank().get(f"/documents/{paper['id']}")).status_code == 404
    again = await sent(office.bank(), pdf("误传"))
    assert again.status_code == 201
    assert again.json()["id"] != paper["id"]
    assert (await office.bank().get(f"/documents/{again.json()['id']}/content")).status_code == 200


async def test_only_who_sent_a_paper_takes_it_back(office):
    paper = (await sent(office.bank(), pdf("我的"))).json()

    colleague = await office.bank(subject="colleague").post(f"/documents/{paper['id']}/withdraw")
    reviewer = await office.reviewer().post(f"/documents/{paper['id']}/withdraw")
    other = await office.bank("CCB-TJ").post(f"/documents/{paper['id']}/withdraw")

    assert (colleague.status_code, colleague.json()["code"]) == (403, "document-not-yours")
    assert reviewer.status_code == 403
    assert other.status_code == 404
    assert len(files_of(office, paper)) == 1


async def test_what_is_stored_and_taken_back_is_told_with_all_a_listener_needs(office):
    await office.said()
    paper = (await sent(office.bank(), pdf("告知"))).json()
    await sent(office.bank(), pdf("告知"))
    await sent(office.reviewer(), pdf("纪要"))
    await office.bank().post(f"/documents/{paper['id']}/withdraw")

    told, bureaus, back = await office.said(DocumentStoredV1.type, DocumentWithdrawnV1.type)

    assert told.model_dump(mode="json") == {
        "document_id": paper["id"], "bank_code": ICBC, "sha256": paper["sha256"],
        "filename": paper["filename"], "media_type": "application/pdf", "size": paper["size"],
    }  # fmt: skip
    assert (told.institution, told.key) == (ICBC, paper["id"])
    assert (bureaus.bank_code, bureaus.institution) == ("*", "")
    assert (back.type, back.model_dump()) == (DocumentWithdrawnV1.type, told.model_dump())


async def test_the_content_stays_until_the_pool_has_let_go_of_the_paper(office):
    paper = (await sent(office.bank(), pdf("等待"))).json()
    await office.bank().post(f"/documents/{paper['id']}/withdraw")

    await sweeps(office)

    assert len(files_of(office, paper)) == 1
    assert (await office.bank().get(f"/documents/{paper['id']}")).status_code == 404


async def test_a_paper_that_a_case_of_the_pool_refers_to_stays(office):
    paper = (await sent(office.bank(), pdf("补偿"))).json()
    for _ in range(2):
        await office.hears(referred(paper))

    answer = await office.bank().post(f"/documents/{paper['id']}/withdraw")

    assert (answer.status_code, answer.json()["code"]) == (409, "document-in-use")


async def test_one_that_was_taken_back_while_the_pool_began_to_refer_to_it_is_there_again(office):
    paper = (await sent(office.bank(), pdf("同时"))).json()
    await office.bank().post(f"/documents/{paper['id']}/withdraw")

    await office.hears(referred(paper))
    await sweeps(office)

    assert (await office.bank().get(f"/documents/{paper['id']}/content")).status_code == 200
    again = await office.bank().post(f"/documents/{paper['id']}/withdraw")
    assert again.json()["code"] == "document-in-use"


async def test_where_the_same_file_was_sent_anew_meanwhile_that_one_stays(office):
    paper = (await sent(office.bank(), pdf("重传"))).json()
    await office.bank().post(f"/documents/{paper['id']}/withdraw")
    anew = (await sent(office.bank(), pdf("重传"))).json()

    await office.hears(referred(paper))

    assert anew["id"] != paper["id"]
    found = (await office.bank().get("/documents", params={"sha256": paper["sha256"]})).json()
    assert [one["id"] for one in found["items"]] == [anew["id"]]
    answer = await office.bank().post(f"/documents/{anew['id']}/withdraw")
    assert answer.json()["code"] == "document-in-use"
