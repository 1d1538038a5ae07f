"""The boundaries of the house, each shown to catch its breach."""

import subprocess
from pathlib import Path

import pytest

from tests.architecture.boundaries import breaches

ROOT = Path(__file__).parents[2]
FILES = sorted(
    str(path.relative_to(ROOT))
    for folder in ("services", "shared", "zhidai", "deploy", "tests", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
)


def test_there_is_something_to_check():
    for place in ("/domain/", "shared/messaging/kafka.py", "services/console/", "zhidai/"):
        assert any(place in file for file in FILES), place


@pytest.mark.parametrize("file", FILES)
def test_every_file_keeps_to_its_boundaries(file):
    assert breaches(file, (ROOT / file).read_text()) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("services/risk_pool/handlers/x.py", "from services.applications import tables"),
        ("services/risk_pool/x.py", "from services import applications"),
        ("services/console/x.py", "import services.risk_pool.tables.ledger"),
        ("services/applications/x.py", "from ..risk_pool import ledger"),
        ("services/applications/x.py", "from zhidai import cli"),
        ("shared/http.py", "from services.applications import tables"),
        ("shared/schemes/x.py", "import zhidai.cli"),
        ("services/risk_pool/domain/loss.py", "from sqlmodel import Session"),
        ("services/risk_pool/domain/loss.py", "import asyncpg"),
        ("services/risk_pool/domain/loss.py", "from services.risk_pool import ledger"),
        ("services/risk_pool/domain/loss.py", "from shared.postgres.database import Database"),
        ("services/notifications/consumer.py", "import aiokafka"),
        ("shared/messaging/outbox.py", "from aiokafka import AIOKafkaProducer"),
    ],
)
def test_the_guard_itself_can_fail(file, line):
    assert breaches(file, line)


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("services/risk_pool/domain/loss.py", "from fractions import Fraction"),
        ("services/risk_pool/domain/loss.py", "from shared.money import format_fen"),
        ("services/risk_pool/domain/loss.py", "from services.risk_pool.domain.ledger import T"),
        ("services/risk_pool/handlers.py", "from services.risk_pool import ledger"),
        ("shared/messaging/kafka.py", "from aiokafka import AIOKafkaProducer"),
        ("zhidai/embedded.py", "from services.applications.main import SERVICE"),
    ],
)
def test_what_is_allowed_is_not_caught(file, line):
    assert breaches(file, line) == []


WORDS_OF_THE_WORKSHOP = ("pypi.org", "files.pythonhosted", "repo.maven", "registry.npmjs", "/work/")


def mentions(text: str) -> list[str]:
    """Words that belong to a workshop and not to the product."""
    return [word for word in WORDS_OF_THE_WORKSHOP if word in text]


def test_the_project_speaks_of_itself_only():
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.split("\0")
    here = str(Path(__file__).relative_to(ROOT))
    texts = [name for name in tracked if name and name != here and (ROOT / name).is_file()]
    assert len(texts) > 50

    found = {
        name: words
        for name in texts
        if (words := mentions((ROOT / name).read_text(errors="ignore")))
    }

    assert found == {}


def test_that_guard_can_fail_too():
    assert mentions("see /work/notes and pypi.org")
