"""The first submission of the banks' guide, run exactly as it stands on the page."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ("docs/for-banks.zh-CN.md", "docs/for-banks.md")
TOOLS = ("sh", "curl", "sed")
"""All that the guide may need besides python3: no uuidgen, for many machines have none."""


def commands(page: str) -> str:
    """The shell commands of a page that submit an application."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    [found] = [block for block in blocks if "/applications" in block]
    return found


def question(page: str) -> str:
    """The shell command of a page that asks whether rights are pledged."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    [found] = [block for block in blocks if "/rights/pledged" in block]
    return found


def without_comments(text: str) -> list[str]:
    """The lines, without what is explained in one language or the other."""
    return [re.sub(r"\s+# .*$", "", line) for line in text.splitlines()]


async def apply_as_the_guide_says(applications: str, tokens: str) -> str:
    """What curl prints, of the application and of the question about rights; on a machine that has these tools and no other."""
    with tempfile.TemporaryDirectory() as folder:
        for tool in TOOLS:
            path = shutil.which(tool)
            assert path, f"the guide needs {tool}"
            os.symlink(path, f"{folder}/{tool}")
        os.symlink(os.path.realpath(sys.executable), f"{folder}/python3")
        done = await asyncio.to_thread(
            subprocess.run,
            ["sh", "-eu", "-c", commands(PAGES[0]) + "echo\n" + question(PAGES[0])],
            cwd=ROOT,
            env={"PATH": folder, "APPLICATIONS": applications, "TOKENS": tokens},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return done.stdout
