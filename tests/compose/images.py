"""The images of the run: the three that our files name, and our own of two versions.

A base image that the engine has or can pull is taken. Where there is no registry, a stand-in is made
from packages under its name: it proves our files and their joints, and nothing of the official image.
"""

import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from deploy.kafka.fetch import jars
from tests.compose.engine import CommandFailed, Engine

ROOT: Final = Path(__file__).parents[2]
HERE: Final = Path(__file__).parent
PYTHON, POSTGRES, KAFKA = "python:3.13-slim", "postgres:18", "apache/kafka:4.3.0"
CONFLUENT: Final = "confluentinc/cp-kafka:8.0.0"
"""What testcontainers starts."""
CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
_MIGRATIONS: Final = "services/*/migrations/versions/*"
_MARK: Final = "zhidai.stand-in"
_SLIM: Final = """\
#!/bin/sh
set -eu
debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm "$1"
ln -s python3 "$1/usr/bin/python"
rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*
"""


def base_images(engine: Engine) -> None:
    """See to it that the engine has the images that our files name."""
    if _is_missing(engine, PYTHON, sha256(_SLIM.encode()).hexdigest()):
        _make_slim(engine, sha256(_SLIM.encode()).hexdigest())
    for name, recipe in ((POSTGRES, "postgres"), (KAFKA, "kafka"), (CONFLUENT, "kafka")):
        mark = _content_of(HERE / "stand_ins" / recipe)
        if _is_missing(engine, name, mark):
            _make(engine, name, HERE / "stand_ins" / recipe, mark)


def own_image(engine: Engine, tag: str, tree: Path = ROOT) -> None:
    """Build our image from a tree by its own Dockerfile."""
    engine.docker("build", "--network", "host", "--tag", tag, str(tree), seconds=1200)
    size = engine.docker("image", "inspect", "--format", "{{.Size}}", tag)
    engine.say(f"{tag}: {int(size) / 1e6:.0f} MB")


def image_before(engine: Engine, tag: str) -> str:
    """Build the newest version before a change of the database as `tag`; its commit."""
    commit = version_before()
    with TemporaryDirectory(prefix="zhidai-before-") as folder:
        archive = f"{folder}/tree.tar"
        _git("archive", "--output", archive, commit)
        tree = Path(folder) / "tree"
        shutil.unpack_archive(archive, tree)
        own_image(engine, tag, tree)
    return commit


def version_before() -> str:
    """The newest commit from which this tree differs by migrations that come after all of its own.

    Where branches met, a migration may have been given another place: from there nobody upgrades.
    """
    now = _migrations("HEAD")
    for changed in _git("log", "--format=%H", "--", _MIGRATIONS).split():
        before = _migrations(f"{changed}^")
        if before < now:
            return _git("rev-parse", f"{changed}^")
    raise AssertionError("no commit before has fewer migrations than this tree")


def _migrations(commit: str) -> set[str]:
    """Mode, content and path of every migration."""
    listed = _git("ls-tree", "-r", commit, "--", "services").splitlines()
    return {line for line in listed if "/migrations/versions/" in line}


def _git(*command: str) -> str:
    ran = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def _is_missing(engine: Engine, name: str, mark: str) -> bool:
    """Whether a stand-in has to be made. One of another recipe is made again; an image of anybody
    else's is left alone, also one that can be pulled."""
    label = f'{{{{index .Config.Labels "{_MARK}"}}}}'
    try:
        found = engine.docker("image", "inspect", "--format", label, name).strip()
    except CommandFailed:
        return not _pulled(engine, name)
    return found not in ("", "<no value>", mark)


def _pulled(engine: Engine, name: str) -> bool:
    try:
        engine.docker("pull", "--quiet", name, seconds=600)
    except (CommandFailed, subprocess.TimeoutExpired):
        engine.say(f"{name} cannot be pulled here: a stand-in is made from packages")
        return False
    return True


def _make_slim(engine: Engine, mark: str) -> None:
    with TemporaryDirectory(prefix="zhidai-slim-") as folder:
        root = Path(folder) / "root"
        script = Path(folder) / "make.sh"
        script.write_text(_SLIM)
        engine.run(["/bin/sh", str(script), str(root)])
        if CERTIFICATES.exists():
            # Packages are fetched as this machine fetches them, whoever vouches for their index here.
            shutil.copy(CERTIFICATES, root / CERTIFICATES.relative_to("/"))
        archive = Path(folder) / "root.tar"
        engine.run(["tar", "-C", str(root), "-cf", str(archive), "."])
        engine.docker(
            "import", "-c", f"LABEL {_MARK}={mark}", "-c", f"ENV PIP_CERT={CERTIFICATES}",
            "-c", f"ENV SSL_CERT_FILE={CERTIFICATES}", str(archive), PYTHON,
        )  # fmt: skip


def _make(engine: Engine, name: str, recipe: Path, mark: str) -> None:
    with TemporaryDirectory(prefix="zhidai-stand-in-") as folder:
        context = Path(folder) / "context"
        shutil.copytree(recipe, context)
        if recipe.name == "kafka":
            shutil.copytree(jars(), context / "jars")
        engine.docker(
            "build", "--network", "host", "--label", f"{_MARK}={mark}", "--tag", name, str(context),
            seconds=1200,
        )  # fmt: skip


def _content_of(recipe: Path) -> str:
    digest = sha256(_SLIM.encode())
    for place in sorted(recipe.rglob("*")):
        if place.is_file():
            digest.update(str(place.relative_to(recipe)).encode() + place.read_bytes())
            digest.update(b"x" if os.access(place, os.X_OK) else b"-")
    return digest.hexdigest()
