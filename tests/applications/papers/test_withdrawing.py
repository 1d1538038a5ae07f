"""Who sent a paper may take it back while nothing refers to it; nothing else ever deletes one."""

from pathlib import Path

from services.applications.api.document_content import store_of
from services.applications.handlers.papers import remove_withdrawn
from tests.applications.papers.test_sending import sent
from zhidai.demo.paper import pdf


def files_of(office, paper) -> list[Path]:
    folder = Path(office.service.context.settings.documents)
    return [*folder.glob(f"{paper['sha256'][:2]}/{paper['sha256']}/{paper['id']}")]


async def test_a_paper_that_nothing_refers_to_is_taken_back_and_its_content_removed(office):
    paper = (await sent(office.bank(), pdf("误传"))).json()
    assert len(files_of(office, paper)) == 1

    answer = await office.bank().post(f"/documents/{paper['id']}/withdraw")
    context = office.service.context
    for _ in range(2):
        await remove_withdrawn(context.database, store_of(context), now=context.clock.now())

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
