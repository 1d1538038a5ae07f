"""The whole house on simulated time: what replays, what holds, and what is found where a fault is planted.

Some seeds here, in processes of their own; `make simulate` runs thousands.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from shared.postgres.embedded import EmbeddedPostgres
from tests.conftest import _make_template
from tests.real_parts import room_for_postgres
from tests.simulation.apart import Told, begun, verdicts
from tests.simulation.stage import NAMES, migrated

pytestmark = [pytest.mark.xdist_group("simulation"), pytest.mark.timeout(300)]

SEEDS = (7, 8)
QUICKEST = {
    "keys_are_forgotten": 3,
    "withdrawals_free_nothing": 3,
    "parked_events_are_overtaken": 3,
}
"""Planted faults, with the most seeds that each may take to be found."""


@contextmanager
def a_server(postgres_url: str, shared_folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """A server whose socket can be reached, with migrated databases: the run's own, or another where that
    is far away."""
    if "host=/" in postgres_url or "host=%2F" in postgres_url:
        yield postgres_url, {one: _make_template(postgres_url, one, shared_folder) for one in NAMES}
        return
    with room_for_postgres() as room:
        server = EmbeddedPostgres(room / "postgres", durable=False).start()
        yield server.server_url, migrated(server.server_url)
        server.stop()


@pytest.fixture(scope="module")
def told(
    postgres_url: str, shared_folder: Path, tmp_path_factory: Any
) -> tuple[list[Told], list[Told]]:
    """What two processes said, each after telling the story anew: one of the seeds and the faults, the
    other of the first seed alone."""
    with a_server(postgres_url, shared_folder) as (url, templates):
        one, other = (
            begun(url, tmp_path_factory.mktemp("simulation"), templates, seeds=seeds, faults=faults)
            for seeds, faults in ((SEEDS, QUICKEST), (SEEDS[:1], {}))
        )
        return verdicts(other), verdicts(one)


def test_a_seed_replays_step_by_step_in_another_process(told):
    (again,), (first, other, *_) = told

    assert first.steps > 1000
    assert (again.hash, again.steps) == (first.hash, first.steps)
    assert other.hash != first.hash


def test_after_bad_weather_every_law_holds(told):
    _, runs = told
    for one in runs[: len(SEEDS)]:
        assert not one.broken, f"python -m tests.simulation --seed {one.seed}: {one.broken}"


@pytest.mark.parametrize("name", QUICKEST)
def test_a_planted_fault_is_found_within_a_few_seeds(told, name: str):
    _, runs = told
    of_fault = [one for one in runs if one.fault == name]
    assert of_fault and of_fault[-1].broken, f"{name} was not found in {len(of_fault)} seeds"
