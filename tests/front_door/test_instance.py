"""The commands talk to what `zhidai up` started here, and say so when it is not to be had."""

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.auth.issuer import Issuer
from tests.front_door.started import Up, up, zhidai
from zhidai import addresses, instance
from zhidai.access import NO_INSTANCE, REFUSED, TOKEN_REFUSED, WRONG_INSTANCE

pytestmark = pytest.mark.xdist_group("instance")

SHOW = ("settle", "--pool", "nowhere", "--month", "2026-03", "show")


@pytest.fixture(scope="module")
async def running(state_of_module: Path) -> AsyncIterator[Up]:
    async with up(state_of_module) as started:
        yield started


def with_file(folder: Path, running: Up, **changes: object) -> Path:
    """A state folder whose file tells of the running instance, but not quite as it is."""
    told = json.loads((running.state / "instance.json").read_text())
    (folder / "instance.json").write_text(json.dumps(told | changes))
    shutil.copytree(running.state / "issuer", folder / "issuer")
    return folder


async def test_the_commands_find_the_instance_on_whatever_ports_it_got(running: Up):
    parked, said = await zhidai(running.state, "events", "parked")
    replayed, outcome = await zhidai(running.state, "events", "replay")
    shown, refused = await zhidai(running.state, *SHOW)
    audited, verdict = await zhidai(running.state, "audit", "--pool", "nowhere")

    assert (parked, replayed) == (0, 0), said + outcome
    assert "Nothing is parked" in said and outcome.count("0 applied, 0 still fail") == 3
    assert shown == REFUSED and "404 not-found" in refused
    assert audited == 2 and "There is no pool nowhere" in verdict


async def test_no_instance_and_one_that_is_gone_are_told_apart(running: Up, tmp_path: Path):
    nothing = await zhidai(tmp_path, *SHOW)
    ended = with_file(tmp_path, running, pid=2**22 + 1)
    gone = await zhidai(ended, *SHOW)
    (tmp_path / "instance.json").unlink()
    shutil.rmtree(tmp_path / "issuer")
    another = await zhidai(with_file(tmp_path, running, id="another run"), *SHOW)

    assert nothing[0] == NO_INSTANCE and "No instance runs from" in nothing[1]
    assert gone[0] == another[0] == NO_INSTANCE
    assert "did not stop cleanly" in gone[1] and "did not stop cleanly" in another[1]


async def test_an_instance_of_another_version_is_not_spoken_to(running: Up, tmp_path: Path):
    older = await zhidai(with_file(tmp_path, running, version="0.0.1"), *SHOW)

    assert older[0] == WRONG_INSTANCE and "another version of Zhidai (0.0.1)" in older[1]


async def test_a_named_address_goes_before_the_file_and_is_looked_at(running: Up):
    risk_pool = running.places["risk_pool"].removesuffix("/api/v1")
    applications = running.places["applications"].removesuffix("/api/v1")

    named = await zhidai(running.state, *SHOW[:-1], "--url", risk_pool, "show")
    by_variable = await zhidai(running.state, *SHOW, ZHIDAI_RISK_POOL_URL=applications)
    both = await zhidai(
        running.state, *SHOW[:-1], "--url", risk_pool, "show", ZHIDAI_RISK_POOL_URL=applications
    )
    nobody = await zhidai(running.state, *SHOW, ZHIDAI_RISK_POOL_URL="http://127.0.0.1:1")
    three = await zhidai(running.state, "events", "parked", "--url", risk_pool)

    assert named[0] == both[0] == REFUSED and "404 not-found" in named[1]
    assert by_variable[0] == WRONG_INSTANCE
    assert "is not risk_pool: there answers applications" in by_variable[1]
    assert nobody[0] == NO_INSTANCE and "risk_pool does not answer at" in nobody[1]
    assert three[0] == 2 and "--service" in three[1]


async def test_why_a_token_is_not_believed_is_told(running: Up, tmp_path: Path):
    own = Issuer.at(running.state / "issuer", environment="sandbox")
    stranger = Issuer.at(tmp_path / "elsewhere", environment="sandbox")
    expired = own.issue("a", "a", ["auditor"], "*", ttl_seconds=-3600)
    theirs = stranger.issue("a", "a", ["auditor"], "*")
    other_state = with_file(tmp_path, running)
    shutil.copy(tmp_path / "elsewhere" / "key.json", other_state / "issuer" / "key.json")

    told = {
        words: await zhidai(state, *SHOW, **more)
        for words, state, more in (
            ("holds no JWT", running.state, {"ZHIDAI_TOKEN": "nonsense"}),
            ("expired at", running.state, {"ZHIDAI_TOKEN": expired}),
            ("believes another issuer", running.state, {"ZHIDAI_TOKEN": theirs}),
            ("whom this instance does not believe", other_state, {}),
        )
    }

    for words, (code, said) in told.items():
        assert code == TOKEN_REFUSED and words in said, (words, code, said)


async def test_a_named_service_without_any_token_is_not_called(running: Up, tmp_path: Path):
    url = running.places["risk_pool"].removesuffix("/api/v1")

    code, said = await zhidai(tmp_path, *SHOW, ZHIDAI_RISK_POOL_URL=url)

    assert code == TOKEN_REFUSED and "No access token" in said


async def test_an_audit_of_another_database_than_the_instances_is_refused(running: Up):
    elsewhere = "postgresql://postgres:secret@db.example:5432/postgres"

    code, said = await zhidai(running.state, "audit", DATABASE_URL=elsewhere)

    assert code == WRONG_INSTANCE and "works on another database: embedded" in said
    assert "secret" not in said


async def test_a_second_start_on_the_same_data_is_refused(running: Up):
    for command in ("up", "demo"):
        code, said = await zhidai(running.state, command, "--state", str(running.state))

        assert code == 2, said
        assert "An instance of" in said and str(running.process.pid) in said


async def test_a_clean_stop_takes_the_file_away(state: Path):
    async with up(state) as started:
        assert instance.find(state) is not None
        started.process.terminate()
        assert await asyncio.wait_for(started.process.wait(), 60) == 0

    assert instance.find(state) is None


def test_a_port_that_was_taken_is_explained_with_its_holder(monkeypatch):
    with socket.create_server((addresses.HOST, 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(addresses, "USUAL_PORTS", {"console": port, "issuer": 0})
        got = addresses.usual()
        got.close()

    [line, *_] = addresses.replaced(got)
    assert got.ports["console"] != port
    assert f"Port {port} is taken by" in line and f"console is at {got.ports['console']}" in line


def test_two_that_start_at_the_same_moment_have_ports_of_their_own(monkeypatch):
    with socket.create_server((addresses.HOST, 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setattr(addresses, "USUAL_PORTS", {"console": port})
    first, second = addresses.usual(), addresses.usual()

    assert first.ports["console"] != second.ports["console"]
    first.close()
    second.close()
