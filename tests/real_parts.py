"""Which real part a test can have here."""

import functools
import os
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


_IN_MEMORY = Path("/dev/shm")
_ROOM = 6 << 30


@functools.cache
def folder_of_servers() -> Path:
    """Where servers of tests keep their data: in memory, where the machine has the room. Thousands of
    databases are made and dropped, and a disk takes ten times as long for each."""
    try:
        if os.access(_IN_MEMORY, os.W_OK) and shutil.disk_usage(_IN_MEMORY).free >= _ROOM:
            return _IN_MEMORY
    except OSError:
        pass
    return Path(tempfile.gettempdir())


@contextmanager
def room_for_postgres() -> Iterator[Path]:
    """A folder that an embedded PostgreSQL may lie in, gone at the end.

    Not under pytest's own folder: PostgreSQL runs as another user where we are root, and every
    pytest that starts closes /tmp/pytest-of-… to all others, also while another one is running.
    """
    folder = Path(tempfile.mkdtemp(prefix="zhidai-state-", dir=folder_of_servers()))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
