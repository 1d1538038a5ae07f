"""The faults that are planted fit the tree: whoever alters the code they break plants them anew."""

import subprocess

import pytest

from tests.cluster.asked import EVERY_KIND
from tests.cluster.planted import Planted, planted
from tests.compose.images import ROOT

LEAST = 12


def test_there_are_a_dozen_faults_and_more():
    assert len(planted()) >= LEAST


@pytest.mark.parametrize("fault", planted(), ids=lambda one: one.name)
def test_the_fault_can_be_planted_and_says_what_it_breaks(fault: Planted):
    tried = subprocess.run(
        ["git", "apply", "--check", str(fault.patch)], cwd=ROOT, capture_output=True, text=True
    )

    assert tried.returncode == 0, tried.stderr
    assert len(fault.breaks) > 20
    assert fault.by and set(fault.by) <= set(EVERY_KIND), fault.by
