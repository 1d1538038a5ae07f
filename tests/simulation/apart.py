"""Some simulations in a process of their own, for tests: one that breaks off in its midst leaves an event
loop, a clock and a collector of garbage as nobody else may find them.

`asked` starts the process; what it is to run goes in as JSON, verdicts come out as lines of JSON.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 280


@dataclass(frozen=True)
class Told:
    """What a process said of one simulation."""

    seed: int
    fault: str
    steps: int
    hash: str
    broken: tuple[str, ...]


def begun(
    server_url: str,
    folder: Path,
    templates: Mapping[str, str],
    *,
    seeds: Sequence[int],
    faults: Mapping[str, int] | None = None,
) -> subprocess.Popen[str]:
    """Start it: these seeds, then each fault with seeds from 1 to its number until it is found.

    `templates`: a migrated database of each service on the server; none: it makes a server of its own.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.simulation.apart"], text=True, cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONHASHSEED": "0"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    json.dump(
        {
            "server_url": server_url, "folder": str(folder), "templates": dict(templates),
            "seeds": list(seeds), "faults": dict(faults or {}),
        },
        process.stdin,
    )  # fmt: skip
    process.stdin.close()
    process.stdin = None
    return process


def verdicts(process: subprocess.Popen[str]) -> list[Told]:
    """Wait for its end; what it said. Raises AssertionError where it did not come to its end."""
    try:
        said, complained = process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        process.kill()
    assert process.returncode == 0, complained[-3000:]
    return [
        Told(one["seed"], one["fault"], one["steps"], one["hash"], tuple(one["broken"]))
        for one in map(json.loads, said.splitlines())
    ]


def _say(fault: str, verdict: Any) -> None:
    told = {"seed": verdict.seed, "fault": fault, "steps": verdict.steps, "hash": verdict.hash,
            "broken": verdict.broken}  # fmt: skip
    sys.stdout.write(f"{json.dumps(told, ensure_ascii=False)}\n")
    sys.stdout.flush()


def main() -> None:
    """In the process: set the stage, run what was asked for."""
    from tests.simulation.faults import FAULTS
    from tests.simulation.run import simulate
    from tests.simulation.stage import Stage

    asked = json.load(sys.stdin)
    stage = Stage.set(asked["server_url"], Path(asked["folder"]), asked["templates"])
    try:
        for seed in asked["seeds"]:
            _say("", simulate(stage, seed))
        for fault, most in asked["faults"].items():
            for seed in range(1, most + 1):
                verdict = simulate(stage, seed, fault=FAULTS[fault])
                _say(fault, verdict)
                if verdict.broken:
                    break
    finally:
        asyncio.set_event_loop(None)
        stage.strike()


if __name__ == "__main__":
    main()
