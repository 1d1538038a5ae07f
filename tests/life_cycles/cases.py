"""Every life cycle of the house, found where the services keep their cases."""

import importlib
from functools import cache

from shared.transitions import CaseTable
from tests.architecture.source import files


@cache
def case_tables() -> dict[str, CaseTable]:
    """Service and kind of case → its table: "risk_pool/claim"."""
    found: dict[str, CaseTable] = {}
    for file in files("services"):
        parts = file.split("/")
        if parts[2:3] != ["tables"]:
            continue
        module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
        for one in vars(module).values():
            if isinstance(one, CaseTable):
                found[f"{parts[1]}/{one.kind}"] = one
    return dict(sorted(found.items()))
