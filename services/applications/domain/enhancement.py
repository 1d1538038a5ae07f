"""Credit enhancements (增信) of a loan: policies and guarantees, from the first version to the end.

Both are somebody else's promise beside the loan: a policy (保单) an insurer's, a guarantee (担保) a
guarantor's. Both have dated versions, of which none is overwritten, and end on their last day or
are ended before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, Literal
from uuid import UUID

from services.applications.domain.check_lines import CheckLine
from shared.life_cycle import LifeCycle, Move, Wait, Words
from shared.money import group_fen
from shared.ratios import WHOLE_BP
from shared.refusals import FieldFault
from shared.schemes.decide.findings import Finding
from shared.schemes.terms import Terms


class State(StrEnum):
    """Where a policy or a guarantee stands; that its last day is over is said by its days."""

    AGREED = "agreed"
    ENDORSED = "endorsed"
    ENDED = "ended"


class Action(StrEnum):
    """What is done to one."""

    RECORD = "record"
    ENDORSE = "endorse"
    END = "end"


Form = Literal["policy", "guarantee"]

PolicyKind = Literal[
    "application", "infringement_liability", "infringement_loss", "transfer_licence",
    "registration", "loan_guarantee", "other",
]  # fmt: skip
"""Of what an insurer takes the risk (M5, G4): the application or grant of a right, liability for
infringing another's, loss by another's infringement, a transfer or licence, a registration, the
repayment of a pledge loan (质押融资保证保险)."""

GuaranteeKind = Literal["guarantee", "reguarantee"]

BorneBy = Literal["firm", "bank", "treasury", "several"]
"""Who pays the premium or the fee."""

OF_THE_LOAN: Final = "loan_guarantee"
"""The kind of policy by which an insurer stands in for the repayment of a loan."""
REGUARANTEE: Final = "reguarantee"

_KEEPERS: Final = frozenset({"bank_operator", "reviewer"})
_TELLS: Final = ("enhancement.changed.v1",)

LIFE_CYCLE: Final = LifeCycle(
    noun=Words("保单或担保", "policy or guarantee"),
    moves=(
        Move(None, Action.RECORD, State.AGREED, _KEEPERS, (), _TELLS),
        *(
            move
            for source in (State.AGREED, State.ENDORSED)
            for move in (
                Move(source, Action.ENDORSE, State.ENDORSED, _KEEPERS, (), _TELLS),
                Move(source, Action.END, State.ENDED, _KEEPERS, (), _TELLS),
            )
        ),
    ),
    states={
        State.AGREED: Words("已订立", "agreed"),
        State.ENDORSED: Words("已批改", "endorsed"),
        State.ENDED: Words("已终止", "ended"),
    },
    actions={
        Action.RECORD: Words("登记", "recorded"),
        Action.ENDORSE: Words("批改", "endorsed"),
        Action.END: Words("终止", "ended"),
    },
    waits=dict.fromkeys(
        (State.AGREED, State.ENDORSED),
        Wait(
            roles=("bank_operator", "reviewer"),
            words=Words("到期或终止", "its last day or its end"),
            stands=True,
        ),
    ),
)


NOT_ENDED: Final = frozenset({State.AGREED, State.ENDORSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What one version says: how much, at what price, from when to when, for whose benefit."""

    effective_on: date
    begins_on: date
    ends_on: date
    amount_fen: int | None = None
    ratio_bp: int | None = None
    """Of the loan's principal, where no amount is stated."""
    price_fen: int | None = None
    """The premium or the fee; None: nobody has said."""
    price_borne_by: BorneBy | None = None
    beneficiary_bank: str | None = None
    document_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enhancement:
    """A policy or a guarantee with its versions, the first one first."""

    id: UUID
    form: str
    kind: str
    versions: Sequence[Promise]
    ended_on: date | None = None

    def at(self, day: date) -> Promise:
        """What it says on a day: the youngest version in effect; before the first, the first."""
        known = [one for one in self.versions if one.effective_on <= day]
        return known[-1] if known else self.versions[0]

    def is_live(self, day: date) -> bool:
        """Whether it stands on a day: within its days, and not ended before."""
        now = self.at(day)
        return now.begins_on <= day <= now.ends_on and (
            self.ended_on is None or day <= self.ended_on
        )


def promise_faults(new: Promise, *, before: Promise | None, today: date) -> list[FieldFault]:
    """What cannot be of a version: one of amount and ratio, days in their order. `before` is the
    version that it follows."""
    faults = []
    if (new.amount_fen is None) == (new.ratio_bp is None):
        faults.append(
            FieldFault(("amount",), "amount-or-ratio", "金额与比例填且只填一项",
                       "State either an amount or a ratio.")
        )  # fmt: skip
    if new.ends_on < new.begins_on:
        faults.append(
            FieldFault(("ends_on",), "ends-before-it-begins", "止期早于起期",
                       "It ends before it begins.")
        )  # fmt: skip
    if before is not None and not before.effective_on <= new.effective_on <= today:
        faults.append(
            FieldFault(("effective_on",), "out-of-order",
                       f"须在 {before.effective_on} 至今日之间",
                       f"Between {before.effective_on} and today.")
        )  # fmt: skip
    return faults


def guaranteed_fen(guarantees: Sequence[Enhancement], loan_fen: int, *, day: date) -> int:
    """What guarantors promise the bank on a day, rounded down once; at most the loan. A
    re-guarantee promises the guarantor something, and the bank nothing more."""
    live = [one.at(day) for one in guarantees if one.kind != REGUARANTEE and one.is_live(day)]
    exact = sum(
        (
            Fraction(one.amount_fen)
            if one.amount_fen is not None
            else Fraction(loan_fen * (one.ratio_bp or 0), WHOLE_BP)
            for one in live
        ),
        Fraction(0),
    )
    return min(loan_fen, exact.numerator // exact.denominator)


def insured_fen(policies: Sequence[Enhancement], *, bank_code: str, day: date) -> int:
    """What insurers promise the bank for the repayment of the loan on a day; a policy for the
    benefit of another bank counts for nothing here."""
    live = [one.at(day) for one in policies if one.kind == OF_THE_LOAN and one.is_live(day)]
    return sum(one.amount_fen or 0 for one in live if one.beneficiary_bank in (None, bank_code))


INSURER: Final = "insurer"


def insurance_line(
    terms: Terms | None, policies: Sequence[Enhancement], *, amount_fen: int, bank_code: str,
    day: date,
) -> CheckLine | None:  # fmt: skip
    """Whether live policies cover the loan, where the scheme's split lets an insurer bear a part;
    None where it does not. It is shown to who decides and refuses nothing: no scheme known asks
    for a policy before the approval, only for who bears what."""
    if terms is None or INSURER not in terms.parties:
        return None
    insured = insured_fen(policies, bank_code=bank_code, day=day)
    source = terms.source("parties") or terms.source("sharing")
    against = () if insured >= amount_fen else (_not_covered(insured, amount_fen, source),)
    return CheckLine(
        zh="保证保险覆盖贷款",
        en="A policy covers the loan",
        codes=frozenset({"policy-missing", "policy-too-small"}),
        source=source,
        figures=(("保险金额", "insured", group_fen(insured)),
                 ("贷款金额", "loan", group_fen(amount_fen))),
        against=against,
    )  # fmt: skip


def _not_covered(insured: int, amount_fen: int, source: str) -> Finding:
    if not insured:
        return Finding(
            code="policy-missing",
            source=source,
            zh="本方案由保险公司分担损失，尚无有效的质押融资保证保险保单",
            en="The scheme lets an insurer bear a part, and no policy for the loan is in force.",
            evidence={},
        )
    return Finding(
        code="policy-too-small",
        source=source,
        zh=f"有效保单的保险金额 {group_fen(insured)} 元低于贷款金额 {group_fen(amount_fen)} 元",
        en=f"The policies in force insure {group_fen(insured)} yuan of a loan of "
        f"{group_fen(amount_fen)}.",
        evidence={"insured": group_fen(insured), "loan": group_fen(amount_fen)},
    )


def told_of(promise: Promise) -> Mapping[str, Any]:
    """What an event says of a version."""
    return {
        "amount_fen": promise.amount_fen,
        "ratio_bp": promise.ratio_bp,
        "begins_on": promise.begins_on,
        "ends_on": promise.ends_on,
    }
