"""A backup carries every file that the database names, and says which it cannot."""

import pytest

from services.applications.main import SERVICE
from services.applications.storage.objects import store_at
from tests.applications.office import Office
from tests.applications.papers.test_sending import sent
from tests.applications.papers.test_store import Bucket, bucket
from zhidai.demo.paper import pdf
from zhidai.kept_papers import carried, looked_for

NAMES = ("licence", "report", "contract")


@pytest.fixture
async def office(running, tmp_path):
    async with running(SERVICE, documents=str(tmp_path / "in-use")) as service:
        yield Office(service)


async def stored(office, *names):
    """Papers of a bank; where each lies in a store."""
    keys = {}
    for name in names:
        one = (await sent(office.bank(), pdf(name), f"{name}.pdf")).json()
        keys[name] = f"{one['sha256'][:2]}/{one['sha256']}/{one['id']}"
    return keys


def url_of(office):
    return office.service.context.database.url


async def test_each_is_carried_once_and_what_is_missing_or_altered_is_named(office, tmp_path):
    keys = await stored(office, *NAMES)
    withdrawn = (await sent(office.bank(), pdf("withdrawn"), "withdrawn.pdf")).json()
    await office.bank().post(f"/documents/{withdrawn['id']}/withdraw")
    in_use, kept = store_at(str(tmp_path / "in-use")), store_at(str(tmp_path / "kept"))
    (tmp_path / "in-use" / keys["report"]).unlink()
    altered = tmp_path / "in-use" / keys["contract"]
    altered.write_bytes(altered.read_bytes()[::-1])

    first = await carried(url_of(office), in_use, kept)
    again = await carried(url_of(office), in_use, kept)
    lacking = await looked_for(url_of(office), kept)

    assert (first.files, first.carried, again.carried) == (3, 1, 0)
    assert first.faults == again.faults
    assert [(fault.split(" ")[0], fault.split(": ")[1]) for fault in first.faults] == [
        ("contract.pdf", "not what its hash says"),
        ("report.pdf", "missing"),
    ]
    assert keys["contract"] in first.faults[0] and keys["report"] in first.faults[1]
    assert [fault.split(": ")[1] for fault in lacking.faults] == ["missing", "missing"]
    assert (tmp_path / "kept" / keys["licence"]).read_bytes() == pdf("licence")


async def test_papers_go_into_a_bucket_and_come_back_from_it(office, tmp_path, monkeypatch):
    keys = await stored(office, *NAMES)
    with bucket(monkeypatch) as url:
        # A store is opened once for each address.
        place = f"backups/{url.rsplit(':', 1)[-1]}"
        in_use, far = store_at(str(tmp_path / "in-use")), store_at(f"s3://{place}")
        out = await carried(url_of(office), in_use, far)
        held = sorted(Bucket.kept)
        (tmp_path / "in-use" / keys["licence"]).unlink()
        back = await carried(url_of(office), far, in_use)

    assert (out.carried, out.faults, back.carried, back.faults) == (3, [], 1, [])
    assert held == sorted(f"/{place}/{key}" for key in keys.values())
    assert (tmp_path / "in-use" / keys["licence"]).read_bytes() == pdf("licence")
