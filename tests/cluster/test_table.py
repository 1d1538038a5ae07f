"""Runs as lines of a file, and the table made of them."""

from tests.cluster.checker import Broken
from tests.cluster.run import Verdict
from tests.cluster.table import line_of, lines_in, table, write_lines


def told(seed: int, *kinds: str, recovered: float, broken: tuple[Broken, ...] = ()) -> Verdict:
    return Verdict(
        seed=seed, kinds=kinds, commands=50, unanswered=1, told_seconds=9.0, quiet_seconds=0.5,
        recovered_seconds=tuple((kind, recovered) for kind in kinds), broken=broken,
    )  # fmt: skip


def test_a_table_counts_the_last_run_of_each_seed_and_names_who_is_broken(tmp_path):
    file = tmp_path / "runs.jsonl"
    lost = (Broken("notices", "ICBC was not told"),)
    for run in (
        told(1, "killed", recovered=2.0, broken=lost),
        told(1, "killed", recovered=4.0),
        told(2, "killed", "slow", "frozen", recovered=1.0),
        told(3, "slow", recovered=9.0, broken=lost),
    ):
        write_lines([line_of(run)], file)

    rows = table(lines_in(file)).splitlines()

    assert "| killed | 2 | 1 | 0 | 2.5 s | 4.0 s | 2 | 0.5 s | 0.5 s |" in rows
    assert "| slow | 2 | 1 | 1 | 5.0 s | 9.0 s | 2 | 0.5 s | 0.5 s |" in rows
    assert rows[-1].startswith("3 runs, 1 broken; 150 commands, 3 of them never answered")
    assert rows[-1].endswith("Broken: 3.")
