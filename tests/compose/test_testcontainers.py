"""The tests' own way to Docker: with an engine, PostgreSQL and Kafka come from testcontainers."""

import os
import subprocess
import sys

import pytest

from tests.compose.engine import Engine
from tests.compose.images import ROOT

HANDFUL = ("tests/shared/test_service.py", "tests/kafka/test_on_the_wire.py")

pytestmark = pytest.mark.timeout(900)


def test_a_handful_of_tests_pass_on_servers_in_containers(docker: Engine):
    taken = {
        name: value
        for name, value in {**os.environ, **docker.environment}.items()
        if name not in ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS")
    }
    # The image of the reaper of testcontainers is one more that cannot be pulled everywhere; the
    # containers end with the run.
    taken["TESTCONTAINERS_RYUK_DISABLED"] = "true"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *HANDFUL]
    ran = subprocess.run(command, cwd=ROOT, env=taken, capture_output=True, text=True)
    docker.say(ran.stdout[-3000:])
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-1000:]
    assert "PostgreSQL: Docker, through testcontainers" in ran.stdout
    assert "Kafka: Docker, through testcontainers" in ran.stdout
    assert "skipped" not in ran.stdout
