"""`python -m deploy.advisories`: is a weakness known of anything that the image is made of?

pip-audit asks the package index for each locked version. Ends with 0, with 1 and what is known, or
with 69 where the service cannot be asked, or knows nothing of a version (an index may be a mirror
without advisories): then nothing is known, which is not the same as nothing there.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

TOOL: Final = "pip-audit==2.10.1"
LOCK: Final = Path(__file__).parents[1] / "requirements.runtime.lock"
UNAVAILABLE: Final = 69
"""sysexits' EX_UNAVAILABLE."""


def main() -> int:
    """Ask, and say what was answered."""
    command = [
        sys.executable, "-m", "uv", "tool", "run", "--from", TOOL, "pip-audit", "--disable-pip",
        "--require-hashes", "--progress-spinner", "off", "--requirement", str(LOCK),
    ]  # fmt: skip
    ran = subprocess.run(command, capture_output=True, text=True)
    print(ran.stdout, end="")
    print(ran.stderr, end="", file=sys.stderr)
    unasked = ran.stdout.count("could not be audited")
    unreached = ("Could not connect", "ConnectionError", "ServiceError", "Failed to fetch")
    if unasked or (ran.returncode != 0 and any(word in ran.stderr for word in unreached)):
        print(
            f"The advisory service does not answer here ({unasked or 'all'} not audited): of them"
        )
        print("nothing is known, whatever is said above.")
        return UNAVAILABLE
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main())
