"""What Helm makes of the chart, and the schemas of Kubernetes that it is held against."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from deploy.kafka.fetch import cache_folder
from tests.go_programs import HELM, go_program

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "zhidai"
PRODUCTION = ROOT / "deploy" / "helm" / "production.yaml"
KUBERNETES = "1.34.0"
SCHEMAS = ("kubernetes-validate==1.37.0", "importlib-resources==6.5.2")
"""A package that carries the schemas of many versions of Kubernetes, and what it reads them by."""


def helm(*command: str) -> subprocess.CompletedProcess[str]:
    """What Helm says."""
    return subprocess.run([str(go_program(HELM)), *command], capture_output=True, text=True)


def template(*more: str, values: Path | None = PRODUCTION) -> subprocess.CompletedProcess[str]:
    """The chart rendered with these values and changes (`--set`)."""
    chosen = ["--values", str(values)] if values else []
    return helm("template", "zhidai", str(CHART), "--kube-version", KUBERNETES, *chosen, *more)


def objects(text: str) -> list[dict[str, Any]]:
    """The objects of a rendered chart."""
    return [one for one in YAML(typ="safe").load_all(text) if one]


def pods(found: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every pod that would run, with a name for messages: of deployments, jobs and cron jobs."""
    for one in found:
        spec = one.get("spec", {})
        if one["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if "template" in spec:
            yield f"{one['kind']} {one['metadata']['name']}", spec["template"]["spec"]


def validator() -> Any:
    """The module `kubernetes_validate`, fetched once into a folder beside our own packages."""
    folder = cache_folder().parent / "kubernetes-schemas-1.37.0"
    if not folder.exists():
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target",
             str(folder), *SCHEMAS], check=True,
        )  # fmt: skip
    sys.path.append(str(folder))
    return importlib.import_module("kubernetes_validate")
