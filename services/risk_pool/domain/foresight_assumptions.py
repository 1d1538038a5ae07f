"""What a look ahead assumes: nobody knows these figures, so each is shown and may be changed.

The defaults are round figures of ours and no source's; only the range of the correlation has one
(Basel framework CRE31.5: 12 % to 24 % for firms). A pool that has its own experience puts it in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, NamedTuple

from shared.life_cycle import Words
from shared.refusals import Refused

LARGEST_WORK: Final = 200_000_000
"""Futures × firms that are looked at: some minutes of one core."""
LARGEST_AT_ONCE: Final = 10_000_000
"""The same while somebody waits for the answer: some seconds."""
LOANS_AT_ONCE: Final = 2_000
"""Loans of a book that are split while somebody waits; more are worked out apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """Shares are basis points, amounts fen, times whole months."""

    scenarios: int = 2_000
    horizon_months: int = 24
    seed: int = 1
    pd_normal_bp: int = 200
    pd_special_mention_bp: int = 1_000
    pd_substandard_bp: int = 4_000
    pd_doubtful_bp: int = 7_000
    pd_loss_bp: int = 10_000
    stress_percent: int = 100
    correlation_bp: int = 1_500
    largest_fail: int = 0
    claim_months: int = 4
    after_maturity_months: int = 3
    monthly_repayment_bp: int = 0
    recovery_bp: int = 1_500
    recovery_months: int = 12
    monthly_contribution_fen: int = 0

    def pd_of(self, risk_class: str) -> float:
        """The chance that a firm of this class fails within a year, stressed; at most 1."""
        name = f"pd_{risk_class or 'normal'}_bp"
        bp: int = getattr(self, name)
        return min(bp * self.stress_percent / 1_000_000, 1.0)

    @property
    def correlation(self) -> float:
        """The part of a firm's fate that all firms share."""
        return self.correlation_bp / 10_000


class Assumption(NamedTuple):
    """One assumption as it is shown and asked for."""

    name: str
    words: Words
    unit: Literal["count", "money", "percent"]
    least: int
    most: int

    @property
    def field(self) -> str:
        """Its field in `Assumptions`."""
        return f"{self.name}_fen" if self.unit == "money" else self.name


def _pd(risk_class: str, zh: str, en: str) -> Assumption:
    words = Words(f"一年内违约概率：{zh}", f"chance to fail within a year: {en}")
    return Assumption(f"pd_{risk_class}_bp", words, "percent", 0, 10_000)


ASSUMPTIONS: Final[Sequence[Assumption]] = (
    _pd("normal", "正常（含未报送）", "normal (or not reported)"),
    _pd("special_mention", "关注", "special mention"),
    _pd("substandard", "次级", "substandard"),
    _pd("doubtful", "可疑", "doubtful"),
    _pd("loss", "损失", "loss"),
    Assumption(
        "stress_percent",
        Words("违约概率的倍数（100 为不加压）", "stress on these chances (100: none)"),
        "count", 0, 1_000,
    ),
    Assumption(
        "correlation_bp",
        Words("企业共同命运的比重（相关性）", "correlation of the firms' fates"),
        "percent", 0, 9_900,
    ),
    Assumption(
        "largest_fail",
        Words("必然在首月违约的最大企业户数", "largest firms that fail at once in any case"),
        "count", 0, 100,
    ),
    Assumption(
        "claim_months",
        Words("违约到拨付补偿的月数", "months from failure to the claim's payment"),
        "count", 0, 60,
    ),
    Assumption(
        "after_maturity_months",
        Words("到期后仍可能违约的月数", "months after maturity in which a loan may yet fail"),
        "count", 0, 60,
    ),
    Assumption(
        "monthly_repayment_bp",
        Words("到期前每月归还原本金的比例", "of the principal, repaid each month before maturity"),
        "percent", 0, 10_000,
    ),
    Assumption(
        "recovery_bp",
        Words("追偿收回占知识产权部分本金的比例", "recovered of the principal claimed for"),
        "percent", 0, 10_000,
    ),
    Assumption(
        "recovery_months",
        Words("拨付到收回的月数", "months from payment to recovery"),
        "count", 1, 120,
    ),
    Assumption(
        "monthly_contribution",
        Words("每月新增出资", "paid into the pool each month"),
        "money", 0, 10**13,
    ),
    Assumption("horizon_months", Words("向前看的月数", "months looked ahead"), "count", 1, 120),
    Assumption("scenarios", Words("模拟次数", "futures drawn"), "count", 100, 20_000),
    Assumption("seed", Words("随机种子（同一种子结果相同）", "seed (the same: same answer)"), "count",
               0, 2**31 - 1),
)  # fmt: skip
"""In the order in which they are shown."""


class ForesightTooLarge(Refused):
    """More futures of more firms than one answer may take."""

    code: ClassVar[str] = "foresight-too-large"
    status: ClassVar[int] = 422
    place: ClassVar[tuple[str, ...]] = ("query", "scenarios")


def require_feasible(assumptions: Assumptions, firms: int) -> None:
    """Raises ForesightTooLarge."""
    if assumptions.scenarios * firms > LARGEST_WORK:
        most = LARGEST_WORK // firms
        raise ForesightTooLarge(
            f"在保企业 {firms} 户，模拟次数至多 {most} 次",
            f"With {firms} firms in cover, at most {most} futures can be drawn.",
            most=most,
        )
