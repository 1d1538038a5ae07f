"""A loan that is filed after it was paid out, as its bank states it: a value, and what is wrong with it.

The bank states; the reviewer holds day and amount against the contract and the voucher before
anybody approves (`seen_faults`), so that neither term nor cover rests on a bank's word alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from shared import canonical
from shared.money import format_fen, group_fen
from shared.refusals import FieldFault

PAPERS: Final = ("loan_contract", "disbursement_voucher", "pledge_certificate")
"""What shows that the loan is out, how much of it, since when, and that the pledge stands."""
PAPERS_SOURCE: Final = "备案制：借款合同、放款凭证、质押登记证明"

POSITION_HOLDS_DAYS: Final = 31
"""How old the stated position may be on the day of a filing and of its approval (assumed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """A right's entry in its register of pledges, where the pledge stands already."""

    registry: str
    registration_no: str
    registered_on: date

    @classmethod
    def of_data(cls, kept: Mapping[str, Any] | None) -> "RegisterEntry | None":
        """As it was kept."""
        if kept is None:
            return None
        return cls(**{**kept, "registered_on": date.fromisoformat(kept["registered_on"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOut:
    """A loan that is out: its contract, its disbursement, and where it stands.

    Its amount, rate and tenor are those of the application.
    """

    loan_no: str
    contract_no: str
    signed_on: date
    """The day of the loan contract."""
    disbursed_on: date
    matures_on: date
    outstanding_fen: int
    as_of: date
    """The day on which it stands as it is stated here."""
    overdue_days: int
    risk_class: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Facts as of the disbursement."""

    @property
    def loan_no_canonical(self) -> str:
        """By which the bank's loans are told apart."""
        return canonical.number(self.loan_no)

    @classmethod
    def of_data(cls, kept: Mapping[str, Any] | None) -> "PaidOut | None":
        """As it was kept; None for a loan that is approved before it is paid out."""
        if kept is None:
            return None
        days = ("signed_on", "disbursed_on", "matures_on", "as_of")
        said = {name: kept[name] for name in cls.__dataclass_fields__}
        return cls(**said | {name: date.fromisoformat(kept[name]) for name in days})

    def as_data(self) -> dict[str, Any]:
        """As it is kept, with the form of its number by which it is found."""
        said = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return said | {"loan_no_canonical": self.loan_no_canonical}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOutSeen:
    """What a reviewer has read in the contract and in the voucher."""

    signed_on: date
    disbursed_on: date
    amount_fen: int

    def as_data(self) -> dict[str, str]:
        """As the history keeps it."""
        return {
            "signed_on": str(self.signed_on),
            "disbursed_on": str(self.disbursed_on),
            "amount": format_fen(self.amount_fen),
        }


def seen_faults(
    stated: PaidOut | None, amount_fen: int, seen: PaidOutSeen | None
) -> tuple[FieldFault, ...]:
    """What keeps a reviewer's opinion back: nobody has looked, or the papers say something else."""
    place = "paid_out_seen"
    if stated is None:
        if seen is None:
            return ()
        return (
            FieldFault((place,), "not-paid-out", "本案尚未放款，没有可核对的放款凭证",
                       "The loan is not paid out: there is no voucher to look at."),
        )  # fmt: skip
    if seen is None:
        return (
            FieldFault((place,), "papers-not-seen",
                       "备案贷款须填写从借款合同和放款凭证核对的签订日、放款日和金额",
                       "Say which days and amount the contract and the voucher show."),
        )  # fmt: skip
    return tuple(_disagreeing(stated, amount_fen, seen))


def _disagreeing(stated: PaidOut, amount_fen: int, seen: PaidOutSeen) -> Iterator[FieldFault]:
    for name, zh, en in (
        ("signed_on", "合同签订日", "day of the contract"),
        ("disbursed_on", "放款日", "day of disbursement"),
    ):
        said, read = getattr(stated, name), getattr(seen, name)
        if said != read:
            yield FieldFault(
                ("paid_out_seen", name), "paper-disagrees",
                f"材料所载{zh}为 {read}，银行填报 {said}：请退回银行更正",
                f"The paper's {en} is {read}, the bank states {said}: return the case to be mended.",
            )  # fmt: skip
    if seen.amount_fen != amount_fen:
        yield FieldFault(
            ("paid_out_seen", "amount"), "paper-disagrees",
            f"材料所载金额为 {group_fen(seen.amount_fen)} 元，银行填报 {group_fen(amount_fen)} 元："
            "请退回银行更正",
            f"The papers say {group_fen(seen.amount_fen)}, the bank states {group_fen(amount_fen)}: "
            "return the case to be mended.",
        )  # fmt: skip


CONDITIONS_TOO_LATE: Final = FieldFault(
    ("conditions",), "conditions-after-disbursement",
    "备案贷款已放款，不能附放款前条件",
    "The loan is paid out; nothing can be asked for before that.",
)  # fmt: skip
NOT_IN_PART: Final = FieldFault(
    ("approved_amount",), "paid-out-in-full",
    "备案贷款整笔入库或不入库，不作部分批准（H.19）",
    "A loan that is paid out enters whole or not at all.",
)  # fmt: skip
