"""A paper is taken for what its content is, once per institution, or refused with a reason."""

import hashlib
from urllib.parse import quote

import pytest

from tests.applications.office import CCB, ICBC
from tests.applications.papers import files
from zhidai.demo.paper import pdf


async def sent(person, content, name="营业执照.pdf", **more):
    return await person.post("/documents", content=content, params={"name": name}, **more)


@pytest.mark.parametrize("name", files.TAKEN)
async def test_every_kind_of_the_whitelist_is_taken_by_its_content(office, name):
    media_type, content = files.TAKEN[name]

    answer = await sent(office.bank(), content, name)

    assert answer.status_code == 201, answer.text
    kept = answer.json()
    assert kept["media_type"] == media_type
    assert kept["sha256"] == hashlib.sha256(content).hexdigest()
    assert kept["size"] == len(content)
    assert kept["filename"] == name
    assert kept["institution"] == ICBC
    read = await office.bank().get(f"/documents/{kept['id']}")
    assert read.json() == kept
    body = await office.bank().get(f"/documents/{kept['id']}/content")
    assert body.content == content


REFUSED = {
    "nothing": (b"", "a.pdf", 422, "document-empty"),
    "a program": (b"MZ\x90\x00" + bytes(500), "a.pdf", 415, "document-type-not-accepted"),
    "a web page": (b"<html><script>alert(1)</script>", "a.pdf", 415, "document-type-not-accepted"),
    "an old spreadsheet": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls", 415,
        "document-type-not-accepted",
    ),
    "a picture called PDF": (files.png(), "a.pdf", 422, "document-name-does-not-fit"),
    "no ending": (pdf("a"), "营业执照", 422, "document-name-does-not-fit"),
    "no name": (pdf("a"), "", 422, "document-name-does-not-fit"),
    "half a PDF": (pdf("a")[:-40], "a.pdf", 422, "document-broken"),
    "half a JPEG": (files.jpeg()[:-2], "a.jpg", 422, "document-broken"),
    "half a PNG": (files.png()[:-8], "a.png", 422, "document-broken"),
    "a TIFF whose directory lies outside": (b"II*\0\xff\xff\0\0" + bytes(90), "a.tif", 422, "document-broken"),
    "half a ZIP": (files.xlsx()[:-30], "a.xlsx", 422, "document-broken"),
    "an OFD called XLSX": (files.ofd(), "a.xlsx", 422, "document-name-does-not-fit"),
    "a spreadsheet with macros": (
        files.xlsx(**{"xl/vbaProject.bin": b"x"}), "a.xlsx", 415, "document-type-not-accepted",
    ),
    "a ZIP with a program": (
        files.packed({"a.pdf": pdf("a"), "b.exe": b"MZ" + bytes(99)}), "a.zip", 415,
        "document-type-not-accepted",
    ),
    "an empty ZIP": (files.packed({}), "a.zip", 415, "document-type-not-accepted"),
    "a ZIP within a ZIP": (
        files.packed({"a.zip": files.packed({"a.pdf": pdf("a")})}), "a.zip", 415,
        "document-type-not-accepted",
    ),
    "a ZIP with a way out": (
        files.packed({"../../a.pdf": pdf("a")}), "a.zip", 415, "document-type-not-accepted",
    ),
    "a ZIP of too many": (
        files.packed({f"{number}.png": files.png() for number in range(2001)}), "a.zip", 422,
        "document-unpacks-too-large",
    ),
    "a ZIP bomb": (files.bomb, "a.zip", 422, "document-unpacks-too-large"),
    "a bomb in a spreadsheet in a ZIP": (files.nested_bomb, "a.zip", 422, "document-unpacks-too-large"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
async def test_what_is_no_paper_is_refused_with_a_code(office, what):
    content, name, status, code = REFUSED[what]
    content = content() if callable(content) else content

    answer = await sent(office.bank(), content, name)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    async with office.service.context.database.begin("*") as conn:
        names = await conn.fetch("select filename from stored_documents")
    assert name not in {row["filename"] for row in names}


async def test_a_checksum_within_an_archive_is_compared(office):
    whole = bytearray(files.packed({"a.jpg": files.jpeg(b"0123456789" * 9)}))
    whole[whole.index(b"a.jpg") + 12] ^= 0xFF

    answer = await sent(office.bank(), bytes(whole), "a.zip")

    assert answer.json()["code"] == "document-broken"


async def test_a_paper_beyond_the_limit_is_refused_declared_or_not(running):
    from services.applications.main import SERVICE
    from tests.applications.office import Office

    async with running(SERVICE, due_interval_seconds=3600, max_document_bytes=300_000) as service:
        office = Office(service)
        await office.opens_banks()
        large = files.jpeg(bytes(300_001))

        async def bits():
            for start in range(0, len(large), 1000):
                yield large[start : start + 1000]

        for content in (large, bits()):
            answer = await sent(office.bank(), content, "a.jpg")
            assert (answer.status_code, answer.json()["code"]) == (413, "document-too-large")
            assert answer.json()["limit"] == 300_000


async def test_the_general_limit_of_a_body_does_not_hold_for_papers_and_still_does_elsewhere(
    office,
):
    two_megabytes = files.jpeg(bytes(2 * 1024**2))

    paper = await sent(office.bank(), two_megabytes, "a.jpg")
    other = await office.bank().post("/applications", content=two_megabytes)

    assert paper.status_code == 201, paper.text
    assert (other.status_code, other.json()["code"]) == (413, "body-too-large")


async def test_the_same_file_of_the_same_institution_is_kept_once(office):
    content = pdf("只此一份")

    first = await sent(office.bank(), content)
    again = await sent(office.bank(subject="another-clerk"), content, "另一个名字.pdf")
    others = await sent(office.bank(CCB), content)

    assert (first.status_code, again.status_code, others.status_code) == (201, 200, 201)
    assert again.json() == first.json()
    assert others.json()["id"] != first.json()["id"]


async def test_the_name_may_stand_in_the_header(office):
    header = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote('质押合同.pdf')}"}

    answer = await office.bank().post("/documents", content=pdf("质押"), headers=header)

    assert answer.json()["filename"] == "质押合同.pdf"


async def test_a_path_in_the_name_is_left_out(office):
    answer = await sent(office.bank(), pdf("p"), "C:\\Users\\王\\..\\执照.pdf")

    assert answer.json()["filename"] == "执照.pdf"


async def test_a_key_answers_the_same_file_again_and_refuses_another(office):
    key = {"Idempotency-Key": "one"}

    first = await sent(office.bank(), pdf("一"), headers=key)
    again = await sent(office.bank(), pdf("一"), headers=key)
    other = await sent(office.bank(), pdf("二"), headers=key)

    assert again.json() == first.json()
    assert again.status_code == 201
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_who_works_on_no_case_sends_none(office):
    for person in (office.staff("chen", "admin"), office.staff("zhou", "auditor")):
        assert (await sent(person, pdf("a"))).status_code == 403
    assert (await office.service.anonymous().post("/documents", content=b"x")).status_code == 401
