"""What many runs came to, as a table for people."""

from collections.abc import Sequence
from statistics import median

from tests.cluster.run import Verdict


def table(verdicts: Sequence[Verdict]) -> str:
    """Kind → runs it took part in, runs that were broken, and how long it took until all was quiet
    where it came alone: median and longest of so many."""
    lines = [
        "| disturbance | runs | broken | alone | quiet after, median | longest |",
        "|---|---|---|---|---|---|",
    ]
    for kind in sorted({kind for one in verdicts for kind in one.kinds}):
        those = [one for one in verdicts if kind in one.kinds]
        alone = [one.quiet_seconds for one in those if len(one.kinds) == 1 and not one.broken]
        lines.append(
            f"| {kind} | {len(those)} | {sum(bool(one.broken) for one in those)} | {len(alone)} | "
            + (f"{median(alone):.1f} s | {max(alone):.1f} s |" if alone else "– | – |")
        )
    commands = sum(one.commands for one in verdicts)
    unanswered = sum(one.unanswered for one in verdicts)
    lines.append(
        f"\n{len(verdicts)} runs, {sum(bool(one.broken) for one in verdicts)} broken; {commands} "
        f"commands, {unanswered} of them never answered."
    )
    return "\n".join(lines)
