"""A Chromium for the browser tests: the one of this machine, else one that is got before they run.

`python -m tests.browser.chromium` is what `make test` runs first, once: it says which browser it
is, or in one line what to do. Whether a missing one is an error decides who asks: `.ci/run` does
not pass then (ZHIDAI_BROWSER=required).
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PLACES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
REQUIRED = "ZHIDAI_BROWSER"
"""Set to `required`, a browser test that would be skipped fails."""
DOWNLOAD_SECONDS = 300
MISSING = (
    "no Chromium: install one (apt-get install chromium, dnf install chromium, "
    "playwright install chromium) or name it in ZHIDAI_CHROMIUM; the browser tests are skipped"
)


def find() -> str | None:
    """The browser of this machine: ZHIDAI_CHROMIUM, on the PATH, or playwright's own."""
    if named := os.environ.get("ZHIDAI_CHROMIUM"):
        return named
    on_path = next((path for place in PLACES if (path := shutil.which(place))), None)
    return on_path or _of_playwright()


def _of_playwright() -> str | None:
    """Where `playwright install` puts it; the newest of several."""
    usual = {"darwin": "~/Library/Caches/ms-playwright"}.get(sys.platform, "~/.cache/ms-playwright")
    kept = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or usual).expanduser()
    found = [*kept.glob("chromium-*/chrome-linux*/chrome")]
    found += kept.glob("chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
    return str(max(found, key=lambda path: path.stat().st_mtime)) if found else None


def ways_to_get_one() -> list[list[str]]:
    """The commands to try, in this order: playwright's own, then the system's where it may."""
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and (apt := shutil.which("apt-get")):
        ways += [[apt, "install", "-y", "--no-install-recommends", "chromium"]]
    return ways


def get(ways: Sequence[Sequence[str]]) -> str | None:
    """Try each way until there is a browser. One that fails is told in a line and is not retried."""
    for way in ways:
        words = " ".join(Path(word).name if word.startswith("/") else word for word in way)
        sys.stderr.write(f"no Chromium here yet; trying: {words}\n")
        why = _run(way)
        if not why and (path := find()):
            return path
        sys.stderr.write(f"  that did not work: {why or 'it left no browser'}\n")
    return None


def _run(way: Sequence[str]) -> str:
    """ "" when it went well, else the last line that it said."""
    variables = {
        **os.environ,
        "DEBIAN_FRONTEND": "noninteractive",
        # An index that cannot be reached must not cost minutes.
        "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "10000",
    }
    try:
        done = subprocess.run(
            way,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DOWNLOAD_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    said = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()
    return "" if done.returncode == 0 else f"exit code {done.returncode}: {said[-1].strip()[:200]}"


def main() -> int:
    """Say which browser there is, after getting one where there was none."""
    path = find() or get(ways_to_get_one())
    sys.stdout.write(f"browser tests: {path or MISSING}\n")
    return 1 if path is None and os.environ.get(REQUIRED) == "required" else 0


if __name__ == "__main__":
    sys.exit(main())
