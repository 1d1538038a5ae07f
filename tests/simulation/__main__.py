"""`python -m tests.simulation --seed N` replays one seed, `--seeds N` runs many and counts what they reached."""

import argparse
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

STAGE: Any = None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="run this one and print every step")
    parser.add_argument("--quiet", action="store_true", help="with --seed: the verdict alone")
    parser.add_argument("--seeds", type=int, default=0, help="run so many")
    parser.add_argument("--first", type=int, default=1, help="begin with this one")
    parser.add_argument("--processes", type=int, default=2, help="that share the seeds")
    parser.add_argument("--fault", default="", help="plant this one of tests/simulation/faults")
    parser.add_argument(
        "--every-fault", type=int, default=0, metavar="N",
        help="plant each of them, and say which seed finds it; N seeds at most for each",
    )  # fmt: skip
    return parser.parse_args()


def _run(asked: tuple[int, str]) -> Any:
    from tests.simulation.faults import FAULTS
    from tests.simulation.run import simulate

    seed, fault = asked
    return simulate(STAGE, seed, **({"fault": FAULTS[fault]} if fault else {}))


def _many(seeds: Iterator[int] | range, fault: str, processes: int) -> int:
    from tests.simulation.probes import MUST_BE_REACHED

    counts: Counter[str] = Counter()
    failed, steps, simulated, began = [], 0, 0.0, time.monotonic()
    with ProcessPoolExecutor(processes, initializer=_settle) as pool:
        for done, verdict in enumerate(pool.map(_run, ((one, fault) for one in seeds)), 1):
            counts.update(verdict.counts)
            steps += verdict.steps
            simulated += verdict.seconds
            if verdict.broken:
                failed.append(verdict.seed)
                typer.echo(f"seed {verdict.seed} breaks: {'; '.join(verdict.broken)[:2000]}")
            if done % 100 == 0:
                typer.echo(f"{done} seeds, {time.monotonic() - began:.0f} s")
    seconds = time.monotonic() - began
    typer.echo(f"{len(seeds)} seeds in {seconds:.0f} s: {steps} steps, {simulated:.0f} s simulated")
    for what in sorted(counts.keys() | set(MUST_BE_REACHED)):
        typer.echo(f"{counts[what]:8d}  {what}")
    missed = [what for what in MUST_BE_REACHED if not counts[what]] if len(seeds) >= 100 else []
    if missed:
        typer.echo(f"never reached: {', '.join(missed)}")
    typer.echo(f"failing seeds: {failed or 'none'}")
    return 1 if failed or missed else 0


def _every_fault(most: int) -> int:
    """Plant one after the other; each must be found."""
    from tests.simulation.faults import FAULTS

    missed = 0
    for name in FAULTS:
        began = time.monotonic()
        for seed in range(1, most + 1):
            if broken := _run((seed, name)).broken:
                seconds = time.monotonic() - began
                typer.echo(f"{name}: found by seed {seed} after {seconds:.0f} s: {broken[0][:300]}")
                break
        else:
            missed += 1
            typer.echo(f"{name}: not found in {most} seeds")
    return 1 if missed else 0


def _settle() -> None:
    """In each worker: the sockets of the stage are this process's own."""
    from tests.simulation.house import folder_of
    from tests.simulation.server import Server

    STAGE._server = Server(folder_of(STAGE.server_url))


def _one(seed: int, fault: str, *, quiet: bool) -> int:
    from tests.simulation.faults import FAULTS
    from tests.simulation.run import simulate

    out = None if quiet else typer.echo
    verdict = simulate(STAGE, seed, out=out, **({"fault": FAULTS[fault]} if fault else {}))
    typer.echo(
        f"seed {seed}: {verdict.steps} steps, {verdict.seconds:.1f} s simulated, {verdict.hash}"
    )
    for what, times in sorted(verdict.counts.items()):
        if times:
            typer.echo(f"{times:8d}  {what}")
    for law in verdict.broken:
        typer.echo(f"BROKEN: {law}")
    return 1 if verdict.broken else 0


@contextmanager
def _stage() -> Iterator[Any]:
    from shared.postgres.embedded import EmbeddedPostgres
    from tests.real_parts import room_for_postgres
    from tests.simulation.stage import Stage, migrated

    with room_for_postgres() as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres", durable=False).start()
        try:
            yield Stage.set(server.server_url, folder, migrated(server.server_url))
        finally:
            server.stop()


def main() -> int:
    """Set the stage, run what was asked for."""
    global STAGE
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The order of sets is chance, too.
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.simulation", *sys.argv[1:]])
    asked = _arguments()
    logging.basicConfig(level=logging.CRITICAL)
    with _stage() as STAGE:
        if asked.seed is not None:
            return _one(asked.seed, asked.fault, quiet=asked.quiet)
        if asked.every_fault:
            return _every_fault(asked.every_fault)
        seeds = range(asked.first, asked.first + (asked.seeds or 100))
        return _many(seeds, asked.fault, asked.processes)


if __name__ == "__main__":
    sys.exit(main())
