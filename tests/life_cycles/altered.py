"""A pytest plugin: run the tests with one row of one life cycle altered.

`ZHIDAI_MUTANT=risk_pool/claim:2:roles=everybody python -m pytest -p tests.life_cycles.altered …`
"""

import os

from tests.life_cycles.mutants import all_mutants, apply


def pytest_configure() -> None:
    wanted = os.environ["ZHIDAI_MUTANT"]
    (mutant,) = (one for one in all_mutants() if one.name == wanted)
    apply(mutant)
