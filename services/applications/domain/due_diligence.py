"""Due-diligence reports (尽职调查): what they are about, and what cannot be of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from uuid import UUID

from shared.refusals import FieldFault

Subject = Literal["right", "firm", "package"]
"""One right, a firm, or several rights looked at together (专利包)."""

PAPER_KIND: Final = "due_diligence_report"
"""The kind of paper that a report is on the list of a case's papers."""

MOST_RIGHTS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report as it is entered. `right_ids` are rights of the register."""

    subject: Subject
    author: str
    written_on: date
    valid_until: date | None
    conclusion: str
    firm_uscc: str | None = None
    right_ids: Sequence[UUID] = ()
    case_id: UUID | None = None


def report_faults(report: Report, *, today: date) -> list[FieldFault]:
    """What cannot be of a report."""
    faults = []
    if report.written_on > today:
        faults.append(
            FieldFault(("written_on",), "in-future", "日期晚于今日", "The day lies ahead.")
        )
    if report.valid_until is not None and report.valid_until < report.written_on:
        faults.append(
            FieldFault(("valid_until",), "ends-before-it-begins", "早于报告日期",
                       "It ends before the report was written.")
        )  # fmt: skip
    if (report.subject == "firm") != (report.firm_uscc is not None):
        faults.append(
            FieldFault(("firm_uscc",), "subject", "对象为企业时填、也仅此时填信用代码",
                       "The credit code goes with a report on a firm, and with no other.")
        )  # fmt: skip
    least, most = {"right": (1, 1), "firm": (0, 0), "package": (2, MOST_RIGHTS)}[report.subject]
    if not least <= len(set(report.right_ids)) <= most:
        faults.append(
            FieldFault(("rights",), "subject", "对象为权利填一项，为专利包填两项以上，为企业不填",
                       "One right for a right, two or more for a package, none for a firm.")
        )  # fmt: skip
    return faults
