"""What we sign, the Standard Webhooks libraries of other languages verify; what was changed they refuse."""

import asyncio
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from standardwebhooks.webhooks import Webhook

from services.notifications.senders.webhook import signed_headers
from tests.notifications.samples import one

PROGRAMS = Path(__file__).parent / "webhooks"
TYPES = ("claim.paid.v1", "application.approved.v1", "settlement.posted.v1")
TOO_OLD = timedelta(minutes=6)


def javascript(folder: Path) -> Sequence[str]:
    """npm's `standardwebhooks`."""
    subprocess.run(["npm", "install", "--silent", "--no-audit"], cwd=folder, check=True)
    return ["node", "verify.cjs"]


def go(folder: Path) -> Sequence[str]:
    """The Go module of the standard's own repository."""
    environment = {**os.environ, "GOFLAGS": "-mod=mod"}
    subprocess.run(["go", "build", "-o", "verify", "."], cwd=folder, check=True, env=environment)
    return ["./verify"]


def java(folder: Path) -> Sequence[str]:
    """Maven's `com.standardwebhooks:standardwebhooks`."""
    copied = ["mvn", "-q", "dependency:copy-dependencies", "-DoutputDirectory=jars"]
    subprocess.run(copied, cwd=folder, check=True)
    return ["java", "-cp", "jars/*", "Verify.java"]


def version_in(folder: Path) -> str:
    """Which version of the library the program's own list of what it needs names."""
    (needs,) = (
        path for name in ("package.json", "go.mod", "pom.xml") for path in folder.glob(name)
    )
    found = re.search(r"standard-?webhooks\D+([0-9.]+)", needs.read_text())
    assert found, needs
    return found[1]


@pytest.mark.program("Standard Webhooks", does="verifies what we sign, refuses what was changed")
@pytest.mark.parametrize("prepare", [javascript, go, java], ids=lambda one: one.__name__)
async def test_the_library_takes_what_was_sent_and_refuses_what_was_changed(
    prepare: Callable[[Path], Sequence[str]], notifier, receiver, tmp_path, record_property
):
    record_property("program", f"Standard Webhooks ({prepare.__name__})")
    record_property("version", version_in(PROGRAMS / prepare.__name__))
    endpoint = await notifier.endpoint(receiver.url)
    await notifier.hears(*[one(name) for name in TYPES])
    got = await receiver.has(len(TYPES))
    sent = [{"body": each.body.decode(), "headers": _signed(each.headers)} for each in got]
    first = sent[0]
    old = signed_headers(
        message_id=_uuid(first),
        body=first["body"].encode(),
        signers=[Webhook(endpoint["secret"])],
        now=datetime.now(UTC) - TOO_OLD,
    )
    changed = [
        {**first, "body": first["body"].replace("2", "3", 1)},
        {**first, "headers": {**first["headers"], "webhook-id": "msg_other"}},
        {**first, "headers": {**first["headers"], "webhook-timestamp": "1"}},
        {**first, "headers": _signed(old)},
        {**first, "headers": {**first["headers"], "webhook-signature": "v1,AAAA"}},
    ]
    folder = tmp_path / prepare.__name__
    shutil.copytree(PROGRAMS / prepare.__name__, folder)
    given = {"secret": endpoint["secret"], "deliveries": [*sent, *changed]}
    (folder / "given.json").write_text(json.dumps(given))

    command = [*await asyncio.to_thread(prepare, folder), "given.json"]
    said = await asyncio.to_thread(_said, command, folder)

    assert said.split() == ["taken"] * len(sent) + ["refused"] * len(changed)


def _said(command, folder):
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def _signed(headers):
    return {name: value for name, value in headers.items() if name.startswith("webhook-")}


def _uuid(delivery):
    return UUID(delivery["headers"]["webhook-id"].removeprefix("msg_"))
