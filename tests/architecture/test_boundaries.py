"""The boundaries of the house, each shown to catch its breach."""

import ast
import subprocess
from pathlib import Path

import pytest

from tests.architecture.boundaries import (
    FRAMEWORK_NAMES,
    LONGEST_FILE,
    LONGEST_FUNCTION,
    USUAL_FILE,
    breaches,
    circles,
)
from tests.architecture.source import ROOT, Source, files

FILES = files("services", "shared", "zhidai", "deploy", "tests", "benchmarks")
PRODUCT = files("services", "shared", "zhidai", "deploy")


def test_there_is_something_to_check():
    for place in ("/domain/", "/tables/", "/queries/", "/api/", "shared/messaging/kafka.py",
                  "services/console/", "zhidai/", "shared/transitions.py"):  # fmt: skip
        assert any(place in file for file in FILES), place
    statements = [one for file in PRODUCT for one in Source.read(file).statements]
    assert len(statements) > 200, "the guard of SQL sees the statements there are"


@pytest.mark.parametrize("file", FILES)
def test_every_file_keeps_to_its_boundaries(file):
    assert breaches(Source.read(file)) == []


def test_nothing_imports_in_a_circle():
    assert circles(Source.read(file) for file in PRODUCT) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        # no service knows another, shared knows none
        ("services/risk_pool/handlers/x.py", "from services.applications import tables"),
        ("services/risk_pool/tables/x.py", "from services import applications"),
        ("services/console/pages/x.py", "import services.risk_pool.tables.ledger"),
        ("services/applications/api/x.py", "from ...risk_pool import tables"),
        ("services/applications/api/x.py", "from zhidai import cli"),
        ("shared/http/x.py", "from services.applications import tables"),
        ("shared/schemes/x.py", "import zhidai.cli"),
        # a domain is values
        ("services/risk_pool/domain/loss.py", "from sqlmodel import Session"),
        ("services/risk_pool/domain/loss.py", "import asyncpg"),
        ("services/risk_pool/domain/loss.py", "from services.risk_pool.tables import ledger"),
        ("services/risk_pool/domain/loss.py", "from shared.postgres.database import Database"),
        ("services/risk_pool/domain/loss.py", "from shared.transitions import Step"),
        # one file knows Kafka
        ("services/notifications/consumer.py", "import aiokafka"),
        ("shared/messaging/outbox.py", "from aiokafka import AIOKafkaProducer"),
        # rooms
        ("services/risk_pool/helpers.py", "import datetime"),
        ("services/risk_pool/delivery/x.py", "import datetime"),
        ("services/console/helpers.py", "import datetime"),
        # HTTP in api/ only
        ("services/applications/handlers/x.py", "from fastapi import Request"),
        ("services/applications/handlers/x.py", "from shared.http.idempotency import Answer"),
        ("services/applications/tables/x.py", "from pydantic import BaseModel"),
        ("services/applications/consumer.py", "from starlette.requests import Request"),
        # SQL in tables/ and queries/ only
        ("services/applications/handlers/x.py", "from sqlmodel import select"),
        ("services/applications/handlers/x.py", "S = 'select id from loans where id = $1'"),
        ("services/applications/api/x.py", 'S = f"update loans set {name} = $1 where id = $2"'),
        ("services/applications/domain/x.py", "S = 'insert into loans values ($1)'"),
        ("services/applications/handlers/x.py", "S = 'with a as (select 1 from b) select 1'"),
        ("services/console/pages/x.py", "S = 'delete from loans'"),
        ("shared/http/x.py", "S = 'select 1 from idempotency_keys'"),
        ("zhidai/x.py", "S = 'select code from pools'"),
        # nothing imports upward
        ("services/risk_pool/handlers/x.py", "from services.risk_pool.api import claims"),
        ("services/risk_pool/tables/x.py", "from services.risk_pool.handlers import claims"),
        ("services/risk_pool/tables/x.py", "from services.risk_pool.queries import figures"),
        ("services/risk_pool/queries/x.py", "def f():\n    from services.risk_pool.api import claims"),
        ("shared/postgres/x.py", "from shared.http.problems import problem"),
        ("shared/messaging/x.py", "from shared.auth.identity import Identity"),
        ("shared/money.py", "from shared.postgres.database import Database"),
        ("shared/schemes/decide/x.py", "from shared.schemes.tools.describe import described"),
        ("shared/schemes/decide/x.py", "from shared.schemes.reading.reader import read_scheme"),
        ("shared/schemes/terms.py", "from shared.schemes.decide.loss import split_loss"),
        # a state is written by the machine, and named by its life cycle
        ("services/risk_pool/tables/x.py", "S = 'update claims set state = $2 where id = $1'"),
        ("services/risk_pool/tables/x.py", '''S = "select 1 from claims where state = 'paid'"'''),
    ],
)  # fmt: skip
def test_the_guard_itself_can_fail(file, line):
    assert breaches(Source(file, line))


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("services/risk_pool/domain/loss.py", "from fractions import Fraction"),
        ("services/risk_pool/domain/loss.py", "from shared.money import format_fen"),
        ("services/risk_pool/domain/loss.py", "from services.risk_pool.domain.ledger import T"),
        ("services/risk_pool/handlers/x.py", "from services.risk_pool.tables import ledger"),
        ("services/risk_pool/api/x.py", "from fastapi import APIRouter"),
        ("services/risk_pool/tables/x.py", "S = 'update pools set closed_until = $1'"),
        ("services/risk_pool/queries/x.py", "from services.risk_pool.tables.rows import ledger"),
        ("services/risk_pool/handlers/x.py", '"""Select from what there is."""'),
        ("shared/messaging/kafka.py", "from aiokafka import AIOKafkaProducer"),
        ("zhidai/embedded.py", "from services.applications.main import SERVICE"),
    ],
)
def test_what_is_allowed_is_not_caught(file, line):
    assert breaches(Source(file, line)) == []


def test_the_guard_of_circles_can_fail():
    ring = [Source("a/b.py", "from a.c import x"), Source("a/c.py", "def f():\n    import a.b")]

    assert circles(ring) == [["a.b", "a.c"]]


def functions_of(source: Source) -> list[tuple[str, int]]:
    """Every function with how many lines it has."""
    return [
        (f"{source.file}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]  # fmt: skip


def test_a_function_fits_on_a_screen():
    lengths = [one for file in PRODUCT for one in functions_of(Source.read(file))]

    assert len(lengths) > 1000
    assert [name for name, lines in lengths if lines > LONGEST_FUNCTION] == []


def test_a_file_is_one_idea():
    lengths = {
        file: len(Source.read(file).text.splitlines())
        for file in PRODUCT
        if "/migrations/versions/" not in file
    }

    assert {file: n for file, n in lengths.items() if n > LONGEST_FILE} == {}
    ninety = sorted(lengths.values())[len(lengths) * 9 // 10]
    assert ninety <= USUAL_FILE


def test_no_class_is_named_like_the_frameworks():
    classes = [
        (file, node.name)
        for file in PRODUCT
        for node in ast.walk(Source.read(file).tree)
        if isinstance(node, ast.ClassDef)
    ]

    assert len(classes) > 300
    assert [one for one in classes if one[1] in FRAMEWORK_NAMES] == []


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
