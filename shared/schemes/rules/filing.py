"""Whether loans enter by approval before they are paid out, or are filed afterwards."""

from dataclasses import dataclass
from typing import Annotated

from shared.schemes.rules.declare import OneOf, Says
from shared.schemes.vocabulary import ENTRIES, LATE_FILINGS, TERM_BEGINS

BEFORE, AFTER, EITHER = ENTRIES
"""审批制, 备案制, and a measure that knows both."""
REFUSED, FROM_APPROVAL = LATE_FILINGS
FROM_DISBURSEMENT, FROM_CONTRACT = TERM_BEGINS


@dataclass(frozen=True, slots=True)
class FilingRule:
    """How loans enter; the term for filing itself is the deadline of the step `filing`."""

    entry: Annotated[str, OneOf(ENTRIES), Says("入库方式", "how loans enter")] = BEFORE
    counted_from: Annotated[
        str, OneOf(TERM_BEGINS), Says("备案期限起算", "from which day the term counts")
    ] = FROM_DISBURSEMENT
    late: Annotated[
        str, OneOf(LATE_FILINGS), Says("逾期备案", "what becomes of one that is filed late")
    ] = REFUSED

    @property
    def takes_paid_out(self) -> bool:
        """Whether a loan may be filed that is paid out already."""
        return self.entry != BEFORE

    @property
    def takes_approval_before(self) -> bool:
        """Whether a loan may be approved before it is paid out."""
        return self.entry != AFTER
