"""Dongli's programme with later ranks: of these tests' own, no measure that we know states them."""

from datetime import date

from shared.schemes import library
from tests.applications.office import Office
from tests.publishing import heard

CONSENT = "earlier_pledgee_consent"


def text(behind: str = "any_bank", ranks: int = 2) -> str:
    """The programme's file with the rule."""
    whole, _ = library.texts("dongli")
    rule = f"""
  later_ranks:
    2022-10-28:
      value: {{ranks: {ranks}, behind: {behind}}}
      source: Seed002
"""
    return whole.replace("\n  # 额度\n", f"{rule}\n  # 额度\n")


async def with_ranks(office: Office, behind: str = "any_bank", ranks: int = 2) -> None:
    """From the first day of the office on, Dongli lets a right stand in a later rank."""
    whole = text(behind, ranks)
    await office.hears(heard("dongli", whole, number=2, in_force_from=date(2026, 1, 1)))
