"""What is installed holds everything that the code reads beside itself."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("shared", "services", "zhidai", "deploy")


def beside_the_code() -> set[str]:
    """Every file of the packages that is no Python and no leftover of a run."""
    return {
        str(one.relative_to(ROOT))
        for package in PACKAGES
        for one in (ROOT / package).rglob("*")
        if one.is_file() and one.suffix not in (".py", ".pyc") and "__pycache__" not in one.parts
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in a wheel that is built of a copy of the sources."""
    place = tmp_path_factory.mktemp("wheel")
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, place / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, place / name)
    build = "import setuptools.build_meta as b, sys; sys.stderr.write(b.build_wheel('out'))"
    (place / "out").mkdir()
    ran = subprocess.run(
        [sys.executable, "-c", build], cwd=place, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    (built,) = (place / "out").glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_a_wheel_carries_the_official_schema_of_payment_files(wheel: set[str]) -> None:
    assert "services/risk_pool/bank_files/schemas/pain.001.001.09.xsd" in wheel


def test_a_wheel_carries_every_page_text_template_and_contract(wheel: set[str]) -> None:
    assert beside_the_code() - wheel == set()


def test_an_image_is_given_whole_folders_and_leaves_none_of_it_out() -> None:
    copied = (ROOT / "Dockerfile").read_text()
    for package in ("shared", "services", "zhidai"):
        assert f"COPY --chown=zhidai:zhidai {package} {package}\n" in copied
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    named = [line for line in lines if line and not line.startswith("#")]
    given = {line.removeprefix("!") for line in named if line.startswith("!")}
    assert given == set(re.findall(r"^COPY (?:--chown=\S+ )?(\S+) \S+$", copied, re.MULTILINE))
    assert [line for line in named if not line.startswith("!")] == ["*", "**/__pycache__"]
