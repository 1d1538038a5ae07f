"""Which real part a test can have here."""

import functools
import shutil
import subprocess


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
