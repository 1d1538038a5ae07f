"""A paper is fetched whole or in parts by whom it concerns, and every look is written down."""

import asyncio

import pytest

from services.applications.main import SERVICE
from tests.applications.office import CCB, Office
from tests.applications.papers import files
from tests.applications.papers.test_sending import sent
from zhidai.demo.paper import pdf

CONTENT = pdf("质押合同", "第一条", pages=3)


@pytest.fixture
async def paper(office):
    answer = await sent(office.bank(), CONTENT, '质押 "合同".pdf')
    assert answer.status_code == 201, answer.text
    return answer.json()


async def looks(person, paper):
    answer = await person.get(f"/documents/{paper['id']}/looks")
    assert answer.status_code == 200, answer.text
    return [(one["subject"], one["how"], one["page"]) for one in answer.json()["items"]]


async def test_a_banks_papers_are_seen_by_the_bank_and_by_the_bureau_that_works_on_cases(
    office, paper
):
    for person in (office.bank(subject="colleague"), office.reviewer(), office.approver(),
                   office.staff("zhou", "auditor"), office.staff("qian", "finance_maker")):  # fmt: skip
        assert (await person.get(f"/documents/{paper['id']}/content")).content == CONTENT
    for path in ("", "/content", "/looks", "/pages", "/pages/1", "/notes"):
        other = await office.bank(CCB).get(f"/documents/{paper['id']}{path}")
        assert (other.status_code, other.json()["code"]) == (404, "not-found"), path
        admin = await office.staff("chen", "admin").get(f"/documents/{paper['id']}{path}")
        assert admin.status_code == 403, path
    links = await office.bank(CCB).post(f"/documents/{paper['id']}/links")
    assert links.status_code == 404


async def test_papers_are_found_by_their_hashes_by_whom_they_concern(office, paper):
    query = {"sha256": [paper["sha256"], "0" * 64]}

    found = {
        who: (await person.get("/documents", params=query)).json()["items"]
        for who, person in (
            ("own", office.bank()), ("bureau", office.reviewer()), ("other", office.bank(CCB)),
        )
    }  # fmt: skip
    wrong = await office.bank().get("/documents", params={"sha256": "x"})

    assert found == {"own": [paper], "bureau": [paper], "other": []}
    assert wrong.status_code == 422


async def test_the_bureaus_papers_are_not_seen_by_a_bank(office):
    minutes = (await sent(office.reviewer(), pdf("联席会议纪要"), "纪要.pdf")).json()

    assert minutes["institution"] == "*"
    assert (await office.bank().get(f"/documents/{minutes['id']}")).status_code == 404
    assert (await office.approver().get(f"/documents/{minutes['id']}")).status_code == 200


async def test_the_content_is_handed_over_as_nothing_that_a_browser_runs(office, paper):
    answer = await office.reviewer().get(f"/documents/{paper['id']}/content")

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["content-disposition"] == (
        'attachment; filename="__ ____.pdf"; '
        "filename*=UTF-8''%E8%B4%A8%E6%8A%BC%20%22%E5%90%88%E5%90%8C%22.pdf"
    )
    assert answer.headers["etag"] == f'"{paper["sha256"]}"'


@pytest.mark.parametrize(
    ("header", "status", "part"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=100-", 206, slice(100, None)),
        ("bytes=-20", 206, slice(-20, None)),
        ("bytes=10-999999", 206, slice(10, None)),
        ("bytes=0-1,5-6", 200, slice(None)),
        ("bytes=9-3", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
    ],
)
async def test_a_part_is_handed_over_where_one_is_asked_for(office, paper, header, status, part):
    answer = await office.bank().get(f"/documents/{paper['id']}/content", headers={"Range": header})

    assert (answer.status_code, answer.content) == (status, CONTENT[part])
    if status == 206:
        start = range(len(CONTENT))[part].start
        assert answer.headers["content-range"] == (
            f"bytes {start}-{start + len(answer.content) - 1}/{len(CONTENT)}"
        )


@pytest.mark.parametrize("header", [f"bytes={len(CONTENT)}-", "bytes=-0"])
async def test_a_part_behind_the_end_is_refused(office, paper, header):
    answer = await office.bank().get(f"/documents/{paper['id']}/content", headers={"Range": header})

    assert (answer.status_code, answer.json()["code"]) == (416, "range-not-satisfiable")
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"


async def test_a_part_of_another_version_is_not_mixed_in(office, paper):
    headers = {"Range": "bytes=0-9", "If-Range": '"another"'}

    answer = await office.bank().get(f"/documents/{paper['id']}/content", headers=headers)

    assert (answer.status_code, answer.content) == (200, CONTENT)


async def test_who_has_it_already_is_told_so(office, paper):
    headers = {"If-None-Match": f'"{paper["sha256"]}"'}

    answer = await office.bank().get(f"/documents/{paper['id']}/content", headers=headers)

    assert (answer.status_code, answer.content) == (304, b"")


async def test_every_look_is_written_down_once_in_ten_minutes(office, paper):
    reviewer = office.reviewer("wang")
    for path in ("content", "content", "pages/2", "pages/2?width=160"):
        assert (await reviewer.get(f"/documents/{paper['id']}/{path}")).status_code == 200
    await office.moves_clock(office.now.replace(hour=2))
    await reviewer.get(f"/documents/{paper['id']}/content")
    await office.bank().get(f"/documents/{paper['id']}/content")

    assert sorted(await looks(office.staff("zhou", "auditor"), paper), key=str) == sorted(
        [("clerk-ICBC-TJ", "content", None), ("wang", "content", None), ("wang", "content", None),
         ("wang", "page", 2), ("wang", "thumbnail", 2)], key=str,
    )  # fmt: skip
    assert await looks(office.bank(), paper) == [("clerk-ICBC-TJ", "content", None)]


async def test_a_look_that_was_written_down_stays(office, paper):
    await office.reviewer().get(f"/documents/{paper['id']}/content")

    async with office.service.context.database.begin("*") as conn:
        for statement in ("delete from document_looks", "update document_looks set name = 'x'"):
            with pytest.raises(Exception, match="only added to"):
                async with conn.transaction():
                    await conn.execute(statement)


async def test_a_link_needs_no_token_and_is_written_down_as_its_makers(office, paper):
    made = await office.reviewer("wang").post(f"/documents/{paper['id']}/links")
    url = made.json()["url"].removeprefix("/api/v1")

    answer = await office.service.anonymous().get(url, headers={"Range": "bytes=0-3"})

    assert made.status_code == 201
    assert (answer.status_code, answer.content) == (206, b"%PDF")
    assert await looks(office.reviewer(), paper) == [("wang", "link", None)]


async def test_a_link_that_somebody_has_altered_opens_nothing(office, paper):
    made = await office.reviewer().post(f"/documents/{paper['id']}/links")
    token = made.json()["url"].rsplit("/", 1)[-1]
    body, _, signature = token.partition(".")
    wrong = ("A" if body[10] != "A" else "B").join((body[:10], body[11:]))

    for altered in (f"{wrong}.{signature}", body, f"{body}.", "x.y", f"{body}.{signature}é"):
        answer = await office.service.anonymous().get(f"/document-links/{altered}")
        assert (answer.status_code, answer.json()["code"]) == (403, "document-link-not-good")


async def test_a_link_ends(running):
    async with running(SERVICE, due_interval_seconds=3600, document_link_seconds=1) as service:
        office = Office(service)
        await office.opens_banks()
        paper = (await sent(office.bank(), CONTENT)).json()
        made = await office.bank().post(f"/documents/{paper['id']}/links")
        url = made.json()["url"].removeprefix("/api/v1")
        await asyncio.sleep(1.1)

        answer = await service.anonymous().get(url)

    assert (answer.status_code, answer.json()["code"]) == (403, "document-link-not-good")
    assert "过期" in answer.json()["detail"]


async def test_a_pdf_is_shown_page_by_page(office, paper):
    pages = await office.reviewer().get(f"/documents/{paper['id']}/pages")
    large = await office.reviewer().get(f"/documents/{paper['id']}/pages/3?width=1600")
    small = await office.reviewer().get(f"/documents/{paper['id']}/pages/3?width=160")

    assert pages.json() == {"pages": 3, "widths": [160, 800, 1600]}
    for answer, width in ((large, 1600), (small, 160)):
        assert answer.headers["content-type"] == "image/png"
        assert int.from_bytes(answer.content[16:20], "big") == width
    assert (await office.reviewer().get(f"/documents/{paper['id']}/pages/4")).status_code == 404
    wrong = await office.reviewer().get(f"/documents/{paper['id']}/pages/1?width=99999")
    assert wrong.json()["errors"][0]["code"] == "width-not-drawn"


async def test_a_picture_is_shown_as_it_is_and_the_rest_is_offered_for_download(office):
    picture = (await sent(office.bank(), files.png(), "a.png")).json()
    invoice = (await sent(office.bank(), files.ofd(), "a.ofd")).json()

    shown = await office.reviewer().get(f"/documents/{picture['id']}/pages/1")
    not_shown = await office.reviewer().get(f"/documents/{invoice['id']}/pages")

    assert shown.content == files.png()
    assert (not_shown.status_code, not_shown.json()["code"]) == (415, "document-pages-not-shown")


async def test_a_pdf_that_cannot_be_drawn_harms_nobody(office):
    hollow = b"%PDF-1.4\n" + bytes(5000) + b"\nstartxref\n0\n%%EOF"
    paper = (await sent(office.bank(), hollow, "a.pdf")).json()

    answer = await office.reviewer().get(f"/documents/{paper['id']}/pages/1")

    assert (answer.status_code, answer.json()["code"]) == (415, "document-pages-not-shown")


async def test_a_note_on_a_page_stays_within_the_institution_of_who_wrote_it(office, paper):
    where = f"/documents/{paper['id']}/notes"
    written = await office.reviewer("wang").post(
        where, json={"page": 2, "text": "第二页金额与申请不符"}
    )
    await office.bank().post(where, json={"page": 1, "text": "已核对"})

    assert written.status_code == 201, written.text
    of_bureau = (await office.approver().get(where)).json()["items"]
    of_bank = (await office.bank(subject="colleague").get(where)).json()["items"]
    assert written.json() in of_bureau
    assert [one["text"] for one in of_bank] == ["已核对"]
    assert (written.json()["name"], written.json()["page"]) == ("wang", 2)
