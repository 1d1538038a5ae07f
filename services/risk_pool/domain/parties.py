"""Who may take part in a pool, and on which terms."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from shared.refusals import Refused

BANK = "bank"
"""The role of those who lend."""


class PoolExists(Refused):
    """A pool of that code has been opened before."""

    code: ClassVar[str] = "pool-exists"


class PartyDiffers(Refused):
    """The code belongs to a party of another role or name."""

    code: ClassVar[str] = "party-differs"


class OnlyBanksHaveLines(Refused):
    """A line was given to a party that lends nothing."""

    code: ClassVar[str] = "only-banks-have-lines"
    status: ClassVar[int] = 422


class LineExists(Refused):
    """There is a line from that day already; a new one begins on another day."""

    code: ClassVar[str] = "line-exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTerms:
    """A bank's line in a pool, from one day to another; one that begins later replaces it."""

    amount_fen: int
    valid_from: date
    valid_to: date | None = None
    pool_share_fen: int | None = None
    """The part of the pool that lies with the bank, for its lending promise."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoiningParty:
    """Who takes part, in which role of the scheme; for a bank, what was agreed with it."""

    code: str
    role: str
    name: str
    line: LineTerms | None = None

    def require_may_have_line(self) -> None:
        """Raises OnlyBanksHaveLines."""
        if self.line is not None and self.role != BANK:
            raise OnlyBanksHaveLines(
                "只有银行可以约定额度", "Only a bank can be given a line.", party=self.code
            )
