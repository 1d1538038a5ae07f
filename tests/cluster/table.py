"""What many runs came to, as tables for people: `python -m tests.cluster.table runs.jsonl`.

Reads the lines that `python -m tests.cluster --into runs.jsonl` wrote, one a run; of a seed that was
told more than once the last counts.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tests.cluster.run import Verdict

Line = dict[str, Any]


def line_of(verdict: Verdict) -> Line:
    """A run as a line of the file: seed, kinds, commands, verdict, seconds."""
    return {
        "seed": verdict.seed,
        "kinds": list(verdict.kinds),
        "commands": verdict.commands,
        "unanswered": verdict.unanswered,
        "told_seconds": round(verdict.told_seconds, 2),
        "quiet_seconds": round(verdict.quiet_seconds, 2),
        "recovered_seconds": [
            [kind, None if seconds is None else round(seconds, 2)]
            for kind, seconds in verdict.recovered_seconds
        ],
        "undone": list(verdict.undone),
        "broken": [[one.law, one.what] for one in verdict.broken],
    }


def lines_in(file: Path) -> list[Line]:
    """The runs of a file, the last of each seed, by seed."""
    found: dict[int, Line] = {}
    for text in file.read_text().splitlines():
        line = json.loads(text)
        found[line["seed"]] = line
    return [found[seed] for seed in sorted(found)]


def table(lines: Sequence[Line]) -> str:
    """Kind → runs it took part in, alone and with two others, how many were broken, how long it was
    felt after its end, and how long after the healing every law held."""
    rows = [
        "| disturbance | runs | of them alone | broken | recovered after: median | longest | of"
        " | quiet after healing: median | longest |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for kind in sorted({kind for one in lines for kind in one["kinds"]}):
        those = [one for one in lines if kind in one["kinds"]]
        felt = [
            seconds
            for one in those
            for which, seconds in one["recovered_seconds"]
            if which == kind and seconds is not None
        ]
        alone = sum(len(one["kinds"]) == 1 for one in those)
        quiet = [one["quiet_seconds"] for one in those if not one["broken"]]
        rows.append(
            f"| {kind} | {len(those)} | {alone} | {sum(bool(one['broken']) for one in those)}"
            f" | {_spread(felt)} | {len(felt)} | {_spread(quiet)} |"
        )
    return "\n".join([*rows, "", _summed_up(lines)])


def _spread(seconds: Sequence[float]) -> str:
    return f"{median(seconds):.1f} s | {max(seconds):.1f} s" if seconds else "– | –"


def _summed_up(lines: Sequence[Line]) -> str:
    commands = sum(one["commands"] for one in lines)
    unanswered = sum(one["unanswered"] for one in lines)
    broken = [one["seed"] for one in lines if one["broken"]]
    text = (
        f"{len(lines)} runs, {len(broken)} broken; {commands} commands, {unanswered} of them never"
        f" answered; {sum(len(one['undone']) for one in lines)} disturbances could not be done."
    )
    return f"{text} Broken: {', '.join(map(str, broken))}." if broken else text


def write_lines(lines: Iterable[Line], file: Path) -> None:
    """Put runs at the end of a file."""
    with file.open("a") as out:
        for one in lines:
            out.write(f"{json.dumps(one, ensure_ascii=False)}\n")


def main() -> int:
    """Print the table of a file, or of several; 1 where a run is broken."""
    reads = argparse.ArgumentParser(prog="python -m tests.cluster.table", description=__doc__)
    reads.add_argument("files", nargs="+", type=Path)
    lines = [line for file in reads.parse_args().files for line in lines_in(file)]
    sys.stdout.write(f"{table(lines)}\n")
    return int(any(one["broken"] for one in lines))


if __name__ == "__main__":
    sys.exit(main())
