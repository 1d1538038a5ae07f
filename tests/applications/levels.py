"""Dongli's programme with levels of approval, and taking loans that are filed afterwards: of this test's own, no measure that we know states any."""

from datetime import date
from typing import Any

from shared.schemes import library
from tests.applications.office import Office, nothing_found
from tests.publishing import heard

SIGNED, MET = "600000.00", "900000.00"
"""Amounts that need the leader's signature; a joint meeting as well."""
RULE = """
  approval_levels:
    2022-10-28:
      value:
        - {above: "500000.00", signature: leader}
        - {above: "800000.00", signature: leader, joint_meeting: true}
      source: Seed002
  filing:
    2022-10-28: {value: {entry: either}, source: Seed002}
"""


def text() -> str:
    """The programme's file with levels."""
    whole, _ = library.texts("dongli")
    return whole.replace("\n  # 额度\n", f"{RULE}\n  # 额度\n")


async def with_levels(office: Office) -> None:
    """From the first day of the office on, Dongli's approvals have levels."""
    await office.hears(heard("dongli", text(), number=2, in_force_from=date(2026, 1, 1)))


def leader(office: Office, subject: str = "gao") -> Any:
    """Who signs what is large."""
    return office.staff(subject, "leader")


async def approves(office: Office, case: Any, **more: Any) -> Any:
    """Li approves."""
    body = {"opinion": "同意", "lists_checked": nothing_found(office.now.date())}
    return await office.approver().post(f"/applications/{case['id']}/approve", json=body | more)
