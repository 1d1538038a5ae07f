"""The first submission of the banks' guide, run exactly as it stands on the page."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from deploy.kafka.broker import free_ports

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


def webhook(page: str) -> str:
    """The shell commands of a page that take a first webhook and read the feed."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    [found] = [block for block in blocks if "/endpoints" in block]
    return found


def program(page: str, language: str) -> str:
    """The one program of a page in a language."""
    [found] = re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    return str(found)


def without_comments(text: str) -> list[str]:
    """The lines, without what is explained in one language or the other."""
    return [re.sub(r"\s+(#|//) .*$", "", line) for line in text.splitlines()]


async def apply_as_the_guide_says(places: Mapping[str, str]) -> str:
    """What curl prints, of the application, of the question about rights, of a webhook and the feed; on
    a machine that has these tools and no other. `places` are the variables that say where all is."""
    with tempfile.TemporaryDirectory() as folder:
        for tool in TOOLS:
            path = shutil.which(tool)
            assert path, f"the guide needs {tool}"
            os.symlink(path, f"{folder}/{tool}")
        os.symlink(os.path.realpath(sys.executable), f"{folder}/python3")
        done = await asyncio.to_thread(
            subprocess.run,
            [
                "sh",
                "-eu",
                "-c",
                "echo\n".join(part(PAGES[0]) for part in (commands, question, webhook)),
            ],
            cwd=ROOT,
            env={"PATH": folder, "RECEIVER": str(free_ports(1)[0]), **places},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return done.stdout
