"""`make bench`: every benchmark, one after another. `python -m benchmarks relay settle` for some."""

import subprocess
import sys
from pathlib import Path

ALL = ("submit", "bulk", "relay", "consume", "settle", "splits", "storm", "flood", "look")


def main(wanted: list[str]) -> int:
    """Run each in a process of its own, so that none warms up for another."""
    failed = 0
    unknown = [name for name in wanted if name not in ALL]
    if unknown:
        print(f"no such benchmark: {unknown}; there are {ALL}", file=sys.stderr)
        return 2
    for name in wanted or ALL:
        print(f"\n── {name} " + "─" * (70 - len(name)), flush=True)
        failed += subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}"], cwd=Path(__file__).parent.parent
        ).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
