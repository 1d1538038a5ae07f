"""Stories while the house is disturbed: `python -m tests.cluster --runs 200 --seed 1`.

`--seed 4711` alone tells one again; `--only "leader dies"` disturbs by one kind only; `--into FILE` puts a
line of JSON a run at the end of a file. Ends with a table and with 1 where a law was broken.
"""

import argparse
import asyncio
import logging
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import uvloop

from tests.cluster.asked import EVERY_KIND
from tests.cluster.backlog import drained
from tests.cluster.house import inhabited, parts
from tests.cluster.run import Verdict, stage
from tests.cluster.table import line_of, table, write_lines


def say(line: str) -> None:
    """To whoever watches."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def told(verdict: Verdict) -> str:
    """A run in a line, and under it what is broken."""
    outcome = "BROKEN" if verdict.broken else "ok"
    lines = [
        f"{verdict.seed:>6} {outcome:>6} {verdict.commands:>3} commands, {verdict.unanswered}"
        f" unanswered, told in {verdict.told_seconds:.1f} s, quiet after"
        f" {verdict.quiet_seconds:.1f} s: {', '.join(verdict.kinds)}"
    ]
    for law in dict.fromkeys(one.law for one in verdict.broken):
        those = [one.what for one in verdict.broken if one.law == law]
        lines += [f"         {law}: {what}" for what in those[:3]]
        lines += [f"         {law}: {len(those) - 3} more"] if len(those) > 3 else []
    lines += [f"         left undone: {one}" for one in verdict.undone]
    lines += [f"         told no further: {one}" for one in verdict.broken_off if verdict.broken]
    return "\n".join(lines)


async def runs(
    seeds: list[int],
    only: tuple[str, ...] | None,
    folder: Path,
    *,
    into: Path | None,
    backlog: int,
) -> list[Verdict]:
    """All of them in one house, which goes when this process is told to; before them a backlog goes away."""
    verdicts: list[Verdict] = []
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    async with parts(folder) as house, inhabited(house, folder / "logs"), stage(house) as here:
        with suppress(asyncio.CancelledError):
            if backlog:
                say(str(await drained(house, backlog)))
            for seed in seeds:
                verdicts.append(await here.run(seed, only))
                say(told(verdicts[-1]))
                if into is not None:
                    write_lines([line_of(verdicts[-1])], into)
    return verdicts


def main() -> int:
    """Tell them."""
    reads = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    reads.add_argument("--seed", type=int, default=1)
    reads.add_argument("--runs", type=int, default=1)
    reads.add_argument("--only", action="append", choices=[*EVERY_KIND], default=[])
    reads.add_argument("--keep", type=Path, help="a folder for logs and data that is kept")
    reads.add_argument("--into", type=Path, help="a file for one line of JSON a run")
    reads.add_argument("--backlog", type=int, default=0, metavar="N",
                       help="first let N events wait for a listener that comes back")  # fmt: skip
    asked = reads.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    seeds = list(range(asked.seed, asked.seed + asked.runs))
    with tempfile.TemporaryDirectory(prefix="cluster-") as folder:
        telling = runs(
            seeds,
            tuple(asked.only) or None,
            asked.keep or Path(folder),
            into=asked.into,
            backlog=asked.backlog,
        )
        verdicts = uvloop.run(telling)
    say(table([line_of(one) for one in verdicts]))
    return int(any(one.broken for one in verdicts))


if __name__ == "__main__":
    sys.exit(main())
