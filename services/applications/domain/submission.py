"""What a bank submits, as one value, and what the house knows beside it when it is checked.

The value is made once from the request and travels whole: rules read it, and its fields are the
columns of the same names that are written (`tables/submissions.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from services.applications.domain.listed_firms import NOTHING_HELD, Register
from services.applications.domain.other_collateral import OtherCollateral
from services.applications.domain.paid_out import PaidOut, RegisterEntry
from services.applications.domain.pledgor import Pledgor
from services.applications.domain.rank_held import RankHeld
from shared import canonical
from shared.calendar import WorkingDays
from shared.ratios import ip_share

PATENT_KINDS: Final = frozenset({"invention", "utility_model", "design"})


Purpose = Literal[
    "r_and_d", "industrialisation", "ip_operation", "working_capital", "equipment"
]  # fmt: skip
"""What a loan is for, as banks and the bureau name it; what schemes call it: `domain/programme.py`."""


class RightKey(NamedTuple):
    """What makes a right one and the same: a trademark number may cover several classes."""

    kind: str
    number: str
    nice_class: int
    """1 to 45 for a trademark, 0 for everything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """What a right was found to be worth, by whom and when."""

    amount_fen: int
    method: str
    appraiser: str
    valued_on: date

    @property
    def is_internal(self) -> bool:
        """Whether the bank valued it itself."""
        return canonical.name(self.appraiser) == canonical.name(INTERNAL)


INTERNAL = "internal"
"""The appraiser's name where the bank itself has valued the right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collateral:
    """A right that is to be pledged."""

    key: RightKey
    number_as_given: str
    """As the bank wrote it; the key has the register's normal form."""
    name: str
    owner_uscc: str | None
    owner_name: str
    filed_on: date
    expires_on: date
    valuation: Valuation
    registration: RegisterEntry | None = None
    """Where the loan is filed after it was paid out: the pledge's entry in its register."""
    pledgors: tuple[Pledgor, ...] = ()
    """Who pledges it; none: its owner, the borrower."""
    number_year: int | None = None
    """The year in a patent's number; None for other rights."""
    has_old_number: bool = False
    """A patent number of the form before October 2003."""

    @property
    def kind(self) -> str:
        """Of the key."""
        return self.key.kind

    @property
    def number(self) -> str:
        """Of the key."""
        return self.key.number

    @property
    def nice_class(self) -> int:
        """Of the key."""
        return self.key.nice_class

    @property
    def name_canonical(self) -> str:
        """By which the right is found, however its name is written."""
        return canonical.words(self.name)

    @property
    def owner_name_canonical(self) -> str:
        """By which the owner is found."""
        return canonical.name(self.owner_name)

    @property
    def is_patent(self) -> bool:
        """Whether the patent law sets its term."""
        return self.key.kind in PATENT_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Borrower:
    """The firm that borrows, as its bank describes it."""

    uscc: str
    name: str
    registered_on: date
    is_sme: bool
    region_code: str | None = None

    @property
    def name_canonical(self) -> str:
        """By which the firm is found, however its name is written."""
        return canonical.name(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedDocument:
    """A paper of a case: a stored one, and what its bank says of it.

    As it is asked for, it is named by id or by hash alone; the rest is filled in from the store.
    Without an id it is one of before the store, known by what its bank typed.
    """

    kind: str
    document_id: UUID | None = None
    sha256: bytes = b""
    filename: str = ""
    issued_on: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """An application for entry to a pool, complete."""

    pool_code: str
    mode: str
    parties: Mapping[str, str]
    borrower: Borrower
    amount_fen: int
    tenor_months: int
    annual_rate_bp: int
    purpose: str
    purpose_note: str | None
    repayment: str
    has_other_collateral: bool
    ip_share_bp: int | None
    ip_amount_fen: int | None = None
    """The part of the loan that the contract states for IP; the share is exactly this."""
    is_first_loan: bool
    attributes: Mapping[str, Any]
    """Facts that a rule may ask for, as of the approval."""
    collateral: tuple[Collateral, ...]
    documents: tuple[SubmittedDocument, ...]
    paid_out: PaidOut | None = None
    """The loan as it is out already, where it is filed afterwards; None: it is to be approved first."""
    other_collateral: tuple[OtherCollateral, ...] = ()
    """What secures it beside the rights."""
    renews: UUID | None = None
    """The case whose loan this one renews (续贷)."""

    @property
    def ip_share(self) -> Fraction | None:
        """The part of the loan that IP is pledged for; None where nothing is stated (H.7)."""
        if self.ip_amount_fen is None and self.ip_share_bp is None:
            return None
        return ip_share(
            share_bp=self.ip_share_bp or 0,
            amount_fen=self.amount_fen,
            ip_amount_fen=self.ip_amount_fen,
        )

    @property
    def further_pledgors(self) -> tuple[Pledgor, ...]:
        """Those who pledge and do not borrow."""
        return tuple(
            one for right in self.collateral for one in right.pledgors if not one.is_borrower
        )

    @property
    def is_multi_ip_type(self) -> bool:
        """Whether rights of several registers are pledged together, e.g. patent and trademark."""
        return len({_register(item.key.kind) for item in self.collateral}) > 1

    @property
    def ip_kind(self) -> str:
        """The kind of the rights that are pledged; "several" where they are of several registers,
        "patents" where they are patents of more than one kind."""
        kinds = {item.key.kind for item in self.collateral}
        if self.is_multi_ip_type:
            return "several"
        return kinds.pop() if len(kinds) == 1 else "patents"


def _register(kind: str) -> str:
    return "patent" if kind in PATENT_KINDS else kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """The loan that a case renews, as its bank's own case stands."""

    number: str
    pool_code: str
    borrower_uscc: str
    state: str
    rest_fen: int = 0
    """What is out of it or may still be drawn, as far as it counts beside other loans."""
    ended_on: date | None = None
    """When it was repaid; None while it is out."""
    renewed_by: str | None = None
    """The number of another live case that renews it."""
    renews_open: str | None = None
    """The number of the loan that it renews itself, where that is still out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the house knows on the day of a check: the pool, the bank's standing, held rights."""

    today: date
    pool_name: str
    pool_opened_on: date
    pool_stopped_on: date | None = None
    bank_suspended_on: date | None = None
    held_rights: frozenset[RightKey] = frozenset()
    """Those of the case's rights that another live case holds, whoever's it is."""
    earlier_ranks: Mapping[RightKey, tuple[RankHeld, ...]] = field(default_factory=dict)
    """Of them, the ranks that stand before the case's own, the first one first."""
    not_applicable: frozenset[str] = frozenset()
    """Kinds of papers that a reviewer has found not to be needed in this case."""
    borrower_balance_fen: int = 0
    """The firm's principal out or held for it in this pool at this bank; risk_pool, which sees
    all banks, decides at the reservation."""
    borrower_live_cases: int = 0
    """The firm's other live cases in this pool at this bank."""
    credit_hits: frozenset[str] = frozenset()
    """Lists of dishonest or abnormal firms on which somebody found this one."""
    register: Register = NOTHING_HELD
    """What the register of listed firms holds that is or may be this firm's."""
    matures_on: date | None = None
    """Of a loan that is paid out; before, it would be the whole tenor from today on."""
    filed_on: date | None = None
    """The day on which the case first came; None: it comes today. A correction makes no filing late."""
    loan_no_used: bool = False
    """Whether another loan of the bank has the number of one that is filed."""
    co_owners: Mapping[RightKey, tuple[str, ...]] = field(default_factory=dict)
    """Of rights of which the register names several owners: these."""
    pledgors_held: Mapping[str, Register] = field(default_factory=dict)
    """Credit code of a firm that pledges and does not borrow → what the register of listed firms
    holds of it."""
    working_days: WorkingDays = field(default_factory=WorkingDays)
    renewed: Renewed | None = None
    """The loan that the case renews."""
