"""Which image exactly: the digests of the images that our files name, in `images.sha256`.

A tag may mean another image tomorrow, a digest never does. `python -m deploy.images --lock` asks the
engine's registry what each tag means now and writes the file anew; without `--lock` it prints the
variables by which `docker build` and `docker compose` take exactly those.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

LOCK: Final = Path(__file__).with_name("images.sha256")
VARIABLES: Final = {
    "python:3.13-slim": "PYTHON_IMAGE",
    "postgres:18": "POSTGRES_IMAGE",
    "apache/kafka:4.3.0": "KAFKA_IMAGE",
}
"""Where each is named: in the Dockerfile's argument, in the compose files' variables."""
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


class NotPinned(ValueError):
    """The file or the registry does not say exactly which image; the message says where."""


def read(lock: Path = LOCK) -> dict[str, str]:
    """The digest of every image by its tag; "" where none was looked up yet. Raises NotPinned."""
    found = {}
    for number, line in enumerate(lock.read_text().splitlines(), start=1):
        if line.startswith("#"):
            continue
        digest, _, tag = line.partition(" ")
        if not tag or not (digest == "-" or _DIGEST.fullmatch(digest)):
            raise NotPinned(f"{lock.name}, line {number}: not a digest (or -) and a tag: {line}")
        found[tag] = "" if digest == "-" else digest
    return found


def exact(tag: str, lock: Path = LOCK) -> str:
    """The image by its tag and digest, as an engine takes it; by the tag where none is known."""
    digest = read(lock)[tag]
    return f"{tag}@{digest}" if digest else tag


def write(lock: Path = LOCK) -> None:
    """Ask the registry for what each tag means now. Raises NotPinned, having written nothing."""
    lines = [line for line in lock.read_text().splitlines() if line.startswith("#")]
    lines += [f"{_looked_up(tag)} {tag}" for tag in read(lock)]
    lock.write_text("\n".join(lines) + "\n")


def _looked_up(tag: str) -> str:
    for command in (
        ["docker", "pull", "--quiet", tag],
        ["docker", "image", "inspect", "--format", '{{join .RepoDigests " "}}', tag],
    ):
        ran = subprocess.run(command, capture_output=True, text=True)
        if ran.returncode != 0:
            raise NotPinned(f"{' '.join(command)}: {ran.stderr.strip()}")
    found = _DIGEST.search(ran.stdout)
    if found is None:
        raise NotPinned(f"{tag} has no digest of a registry: {ran.stdout.strip()}")
    return found[0]


def main() -> None:
    """From the command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.images", description=__doc__)
    parser.add_argument("--lock", action="store_true", help="look the digests up and write them")
    try:
        if parser.parse_args().lock:
            write()
        for tag, variable in VARIABLES.items():
            print(f"{variable}={exact(tag)}")
    except NotPinned as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
