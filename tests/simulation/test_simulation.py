"""The whole house on simulated time: what replays, what holds, and what is found where a fault is planted.

Some seeds here; `make simulate` runs thousands.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from shared.postgres.embedded import EmbeddedPostgres
from tests.conftest import _make_template
from tests.real_parts import room_for_postgres
from tests.simulation.faults import FAULTS
from tests.simulation.run import Verdict, simulate
from tests.simulation.stage import NAMES, Stage, migrated

pytestmark = pytest.mark.xdist_group("simulation")

QUICKEST = {
    "numbers_are_given_twice": 12,
    "withdrawals_free_nothing": 6,
    "reading_goes_on_at_the_end": 6,
}
"""Planted faults, with the most seeds that each may take to be found."""


def in_thread(work: Callable[[], Any]) -> Any:
    """A simulation has a loop of its own; here one runs already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


@pytest.fixture(scope="module")
def stage(postgres_url: str, shared_folder: Path, tmp_path_factory: Any) -> Iterator[Stage]:
    """The story, told once on the run's own PostgreSQL, or on one of its own where that is far away."""
    folder = tmp_path_factory.mktemp("simulation")
    if "host=/" in postgres_url or "host=%2F" in postgres_url:
        templates = {one: _make_template(postgres_url, one, shared_folder) for one in NAMES}
        found = in_thread(lambda: Stage.set(postgres_url, folder, templates))
        yield found
        found.strike()
    else:
        with room_for_postgres() as room:
            server = EmbeddedPostgres(room / "postgres", durable=False).start()
            yield in_thread(
                lambda: Stage.set(server.server_url, folder, migrated(server.server_url))
            )
            server.stop()


@pytest.mark.timeout(300)
def test_a_seed_replays_step_by_step_and_after_bad_weather_every_law_holds(stage: Stage):
    runs: list[Verdict] = in_thread(lambda: [simulate(stage, seed) for seed in (7, 7, 8)])
    first, again, other = runs
    assert first.steps > 1000
    assert (first.hash, first.steps) == (again.hash, again.steps)
    assert other.hash != first.hash
    for one in (first, other):
        assert not one.broken, f"python -m tests.simulation --seed {one.seed}: {one.broken}"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", QUICKEST)
def test_a_planted_fault_is_found_within_a_few_seeds(stage: Stage, name: str):
    seeds = range(1, QUICKEST[name] + 1)
    assert in_thread(
        lambda: any(simulate(stage, seed, fault=FAULTS[name]).broken for seed in seeds)
    ), f"{name} was not found in {len(seeds)} seeds"
