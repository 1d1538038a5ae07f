"""What the public reads before money is paid, and of what (公示). For how long stands in the deadlines.

No measure that was read says more than that there is a notice: everything here is assumed where a
scheme does not say it (programmes D, row 19).
"""

from dataclasses import dataclass
from typing import Annotated

from shared.schemes.rules.declare import Within


@dataclass(frozen=True, slots=True)
class PublicNoticeRule:
    """A public notice: whether it names amounts, how long it stays, whether subsidies take one.

    That claims take one, and for how long at least, is the step `public_notice` of the deadlines.
    """

    hides_amounts: bool = False
    """The public reads whose claim it is, and not how much."""
    days_after: Annotated[int, Within(0, 3650)] = 30
    """For so many calendar days after its end a notice can still be read."""
    subsidies_working_days: Annotated[int | None, Within(1, 250)] = None
    """A subsidy is on public notice for so many working days before it is approved; none: it is not."""
