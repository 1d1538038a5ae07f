"""Programs that are Go modules, built once from the module index and kept beside the other fetched parts."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import fasteners

from deploy.kafka.fetch import cache_folder


class CannotBeBuilt(RuntimeError):
    """The program cannot be had here; the message says why."""


@dataclass(frozen=True)
class Program:
    """A command of a module, under the name that it has on a disk."""

    name: str
    module: str
    version: str
    package: str


HELM = Program("helm", "helm.sh/helm/v3", "v3.22.0", "./cmd/helm")
COMPOSE = Program("docker-compose", "github.com/docker/compose/v2", "v2.40.3", "./cmd")
PROMTOOL = Program("promtool", "github.com/prometheus/prometheus", "v0.54.1", "./cmd/promtool")
COSIGN = Program("cosign", "github.com/sigstore/cosign/v2", "v2.6.5", "./cmd/cosign")


def go_program(program: Program) -> Path:
    """The path of the program; it takes one to several minutes where it was never built.

    Raises CannotBeBuilt.
    """
    built = cache_folder().parent / "programs" / f"{program.name}-{program.version}"
    built.parent.mkdir(parents=True, exist_ok=True)
    with fasteners.InterProcessLock(f"{built}.lock"):
        if not built.exists():
            _build(program, built)
    return built


def _build(program: Program, into: Path) -> None:
    """From a copy of the module: `go install` refuses those that exclude versions of others."""
    if shutil.which("go") is None:
        raise CannotBeBuilt(f"{program.name} is built by Go, which is not installed")
    with TemporaryDirectory(prefix="zhidai-go-") as folder:
        source = f"{program.module}@{program.version}"
        found = json.loads(_go("mod", "download", "-json", source, cwd=Path(folder)))
        copy = Path(folder) / "module"
        shutil.copytree(found["Dir"], copy)
        for place in (copy, *copy.rglob("*")):
            place.chmod(place.stat().st_mode | 0o200)
        made = Path(folder) / program.name
        _go("build", "-trimpath", "-o", str(made), program.package, cwd=copy)
        shutil.move(made, into)


def _go(*command: str, cwd: Path) -> str:
    ran = subprocess.run(
        ["go", *command], cwd=cwd, env={**os.environ, "GOFLAGS": "-mod=mod", "GOWORK": "off"},
        capture_output=True, text=True,
    )  # fmt: skip
    if ran.returncode != 0:
        raise CannotBeBuilt(f"go {' '.join(command)}: {(ran.stderr or ran.stdout)[-2000:]}")
    return ran.stdout
