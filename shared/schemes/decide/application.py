"""The facts of an application by which a programme judges it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from shared.schemes.rules.declare import AtLeast, CreditList, Document, Fen, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Collateral:
    """One pledged right. `value_fen` is its appraised value."""

    kind: str
    value_fen: Fen | None = None
    expires_on: date | None = None
    external_valuation: bool = False
    earlier_ranks_fen: Fen = 0
    """Principal that earlier ranks secure with it: so much less of its value counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFacts:
    """The facts of an application. None means: not stated; a rule that needs it says so."""

    on: date
    """The day on which it is judged; the LPR is that of this day."""
    amount_fen: Fen
    tenor_months: int
    rate_bp: int
    purpose: str
    combined_collateral: bool = False
    ip_share: Share | None = None
    matures_on: date | None = None
    registered_on: date | None = None
    in_territory: bool | None = None
    is_sme: bool | None = None
    revenue_fen: Fen | None = None
    total_debt_fen: Fen | None = None
    """All loans of the firm, this one not counted."""
    covered_balance_fen: Fen | None = None
    """The firm's covered principal in the programme, this loan not counted."""
    live_projects: int | None = None
    credit_hits: frozenset[CreditList] = frozenset()
    """Lists on which the firm was found within the scheme's look-back."""
    compensated_elsewhere: bool = False
    collateral: tuple[Collateral, ...] = ()
    documents: Annotated[frozenset[Document], AtLeast(0)] = frozenset()
