"""Are the faults found that are planted? `python -m tests.cluster.planted`

Each patch of `faults/` is put into a copy of this tree, the services run from the copy, and seeds are
told until the checker sees it; databases and topics are new for each. Prints a table with the seed,
the time and the law, and ends with 1 where a fault was not seen in so many runs.
"""

import argparse
import asyncio
import logging
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop
from confluent_kafka.admin import AdminClient

from tests.cluster.__main__ import say, told
from tests.cluster.house import NAMES, House, blank_again, inhabited, parts
from tests.cluster.run import stage
from tests.compose.images import ROOT

FAULTS = Path(__file__).parent / "faults"
CODE = ("shared", "services", "schemes", "tests", "zhidai", "deploy")
MOST_RUNS = 12
PATIENCE_SECONDS = 20.0
"""For what does not come; in the runs without a planted fault nothing has taken so long."""


@dataclass(frozen=True)
class Planted:
    """A patch, and what its first lines say."""

    name: str
    breaks: str
    by: tuple[str, ...]
    """The disturbances under which it can show."""
    patch: Path


@dataclass(frozen=True)
class Seen:
    """How a planted fault was seen, or that it was not."""

    fault: Planted
    seed: int = 0
    runs: int = 0
    seconds: float = 0.0
    laws: tuple[str, ...] = ()


def planted() -> list[Planted]:
    """All of them, by name."""
    found = []
    for patch in sorted(FAULTS.glob("*.patch")):
        breaks, by, *_ = patch.read_text().splitlines()
        kinds = tuple(kind.strip() for kind in by.removeprefix("By: ").split(","))
        found.append(Planted(patch.stem, breaks.removeprefix("Breaks: "), kinds, patch))
    return found


@contextmanager
def copy_with(fault: Planted) -> Iterator[Path]:
    """This tree with the fault in it."""
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        tree = Path(folder)
        for name in CODE:
            shutil.copytree(ROOT / name, tree / name)
        subprocess.run(["git", "apply", str(fault.patch)], cwd=tree, check=True)
        yield tree


async def afresh(house: House) -> None:
    """Databases as they were made, and no topic of before."""
    await blank_again(house.base)
    admin = AdminClient({"bootstrap.servers": house.brokers.bootstrap_servers})
    there = set((await asyncio.to_thread(admin.list_topics, timeout=10)).topics)
    wanted = [name for name in NAMES if name in there]
    for gone in admin.delete_topics(wanted).values() if wanted else ():
        await asyncio.to_thread(gone.result, 10)


async def looked_for(fault: Planted, house: House, folder: Path, most: int) -> Seen:
    """Tell stories under the disturbances by which it can show, until it is seen."""
    begun = time.monotonic()
    with copy_with(fault) as tree:
        async with inhabited(house, folder / fault.name, tree), stage(house) as here:
            here.waits_seconds = here.quiet_within_seconds = PATIENCE_SECONDS
            for seed in range(1, most + 1):
                verdict = await here.run(seed, (fault.by[(seed - 1) % len(fault.by)],))
                say(told(verdict))
                if verdict.broken:
                    laws = tuple(dict.fromkeys(one.law for one in verdict.broken))
                    return Seen(fault, seed, seed, time.monotonic() - begun, laws)
    return Seen(fault, runs=most, seconds=time.monotonic() - begun)


def table(found: list[Seen]) -> str:
    """What was planted, and how it was seen."""
    lines = ["| fault | what it breaks | seed | after | seen by |", "|---|---|---|---|---|"]
    for one in found:
        seen = f"{one.seed} | {one.seconds:.0f} s | {', '.join(one.laws)}"
        lines.append(
            f"| `{one.fault.name}` | {one.fault.breaks} | "
            + (f"{seen} |" if one.laws else f"– | {one.seconds:.0f} s | not in {one.runs} runs |")
        )
    return "\n".join(lines)


async def everything(names: list[str], most: int, folder: Path) -> list[Seen]:
    """One after another in one house."""
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    found = []
    async with parts(folder) as house:
        for fault in planted():
            if names and fault.name not in names:
                continue
            say(f"{fault.name}: {fault.breaks}")
            await afresh(house)
            try:
                found.append(await looked_for(fault, house, folder, most))
            except (RuntimeError, TimeoutError, AssertionError) as error:
                # So broken that not even the house stands.
                say(f"         {error!r}"[:300])
                found.append(Seen(fault, 1, 1, 0.0, ("the house does not stand",)))
            say(table(found[-1:]).splitlines()[-1])
    return found


def main() -> int:
    """Plant them."""
    reads = argparse.ArgumentParser(prog="python -m tests.cluster.planted", description=__doc__)
    reads.add_argument("names", nargs="*", help="of patches; none: all")
    reads.add_argument("--most", type=int, default=MOST_RUNS)
    asked = reads.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="cluster-") as folder:
        found = uvloop.run(everything(asked.names, asked.most, Path(folder)))
    say(table(found))
    return int(not all(one.laws for one in found))


if __name__ == "__main__":
    sys.exit(main())
