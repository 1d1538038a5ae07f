"""Which real part a test can have here."""

import functools
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@functools.cache
def docker_answers() -> bool:
    """Is there a Docker engine, not only its client?"""
    docker = shutil.which("docker")
    if docker is None:
        return False
    try:
        return subprocess.run([docker, "info"], capture_output=True, timeout=5).returncode == 0
    except subprocess.TimeoutExpired:
        return False


@contextmanager
def room_for_postgres() -> Iterator[Path]:
    """A folder that an embedded PostgreSQL may lie in, gone at the end.

    Not under pytest's own folder: PostgreSQL runs as another user where we are root, and every
    pytest that starts closes /tmp/pytest-of-… to all others, also while another one is running.
    """
    folder = Path(tempfile.mkdtemp(prefix="zhidai-state-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
