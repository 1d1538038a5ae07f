"""What a reported position can be: one table of rules, each over loan, former report and calendar.

An error says that a report cannot be true; it is refused. A question says that it is unlikely; it
is taken once the bank says in the same row that it is so (`confirmed`). Every rule has its source;
where there is none but arithmetic, the source says so.

A month is compared with the youngest report before it, never with later months: a bank that has
made the same mistake in two months mends the older one first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from services.applications.domain.life_cycle import IS_LOAN, State
from services.applications.domain.positions import Loan, Position, Remark
from shared.money import group_fen
from shared.months import Month
from shared.ratios import WHOLE_BP
from shared.risk_classes import is_at_least

Kind = Literal["error", "confirm"]

_AT_LEAST: Final = ((360, "loss"), (270, "doubtful"), (90, "substandard"))
_ARITHMETIC: Final = "按日历推算"
_CLASSES: Final = "商业银行金融资产风险分类办法（2023）"
_PENALTY: Final = "人民银行关于人民币贷款利率有关问题的通知（银发〔2003〕251号）"
_INTEREST_TIMES, _PENALTY_TIMES = 2, 3
"""How many times the contract's interest is believed: a rate may rise, interest is compounded, and
penalty is up to 1.5 times the rate for loans overdue and twice for loans misused (251 号)."""
_DAYS_OF_A_YEAR: Final = 360


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A position of a month, with all that it is judged by."""

    position: Position
    loan: Loan
    month: Month
    today: date

    @property
    def days_out(self) -> int:
        """From the disbursement to the month's last day: no debt of the loan is older."""
        return (self.month.last - self.loan.disbursed_on).days

    @property
    def days_since_before(self) -> int:
        """From the last day of the youngest report before this month to this month's last."""
        before = self.loan.before
        assert before is not None
        return (self.month.last - Month.parse(before.month).last).days

    @property
    def days_matured(self) -> int:
        """How long the whole debt is due at the month's end; 0 until the day it falls due."""
        return max(0, (self.month.last - self.loan.falls_due_on).days)

    @property
    def drawn_fen(self) -> int:
        """What was drawn of the loan by the month's end, its disbursement included."""
        return self.loan.drawn_by(self.month.last)

    @property
    def drawn_since_before(self) -> int:
        """What was drawn from the youngest report before this month to this month's end."""
        before = self.loan.before
        assert before is not None
        return self.drawn_fen - self.loan.drawn_by(Month.parse(before.month).last)

    @property
    def interest_fen(self) -> int:
        """The contract's interest on each draw from its day on, rounded up."""
        loan, end = self.loan, self.month.last
        later = [one for one in loan.draws if one.on <= end]
        first_fen = self.drawn_fen - sum(one.amount_fen for one in later)
        fen_days = first_fen * max(self.days_out, 0)
        fen_days += sum(one.amount_fen * (end - one.on).days for one in later)
        return -(-fen_days * loan.annual_rate_bp // (WHOLE_BP * _DAYS_OF_A_YEAR))


Words = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table. `says` is None where the report passes, else what is wrong with it."""

    code: str
    kind: Kind
    source: str
    field: str
    says: Callable[[Report], Words | None]


def _loan_is_out(report: Report) -> Words | None:
    loan = report.loan
    reopens = (
        loan.state is State.REPAID
        and str(report.month) == loan.last_month
        and report.position.outstanding_fen > 0
    )
    if loan.state in IS_LOAN or reopens:
        return None
    return (
        "贷款已结清或办结；误报结清的，请更正结清当月的报送",
        "The loan is over; if that was reported by mistake, report the month of its end again.",
    )


def _month_is_over(report: Report) -> Words | None:
    if report.today >= report.month.last:
        return None
    return (
        f"月末（{report.month.last}）起方可报送该月",
        f"The month is reported from its last day on, {report.month.last}.",
    )


def _after_disbursement(report: Report) -> Words | None:
    if report.month.last >= report.loan.disbursed_on:
        return None
    day = report.loan.disbursed_on
    return f"贷款于 {day} 才发放", f"The loan was paid out on {day}."


def _within_the_loan(report: Report) -> Words | None:
    drawn = report.drawn_fen
    if report.position.outstanding_fen <= drawn:
        return None
    if drawn == report.loan.amount_fen:
        return (
            f"余额超过贷款金额 {group_fen(drawn)} 元",
            f"More than the loan's {group_fen(drawn)}.",
        )
    end = report.month.last
    return (
        f"余额超过至 {end} 累计提款 {group_fen(drawn)} 元",
        f"More than the {group_fen(drawn)} that were drawn by {end}.",
    )


def _principal_does_not_grow(report: Report) -> Words | None:
    before = report.loan.before
    if (
        before is None
        or report.position.outstanding_fen
        <= before.position.outstanding_fen + report.drawn_since_before
        or report.position.outstanding_fen > report.drawn_fen
        or report.loan.is_changed_within(report.month)
    ):
        return None
    stood = group_fen(before.position.outstanding_fen)
    drawn = report.drawn_since_before
    zh = f"加其后提款 {group_fen(drawn)} 元" if drawn else ""
    en = f" and the {group_fen(drawn)} drawn since" if drawn else ""
    return (
        f"余额超过 {before.month} 的 {stood} 元{zh}；若当月误报，请先更正该月",
        f"More than the {stood} of {before.month}{en}; if that was a mistake, mend that month "
        "first.",
    )


def _nothing_owed_is_not_overdue(report: Report) -> Words | None:
    if not (report.position.is_repaid and report.position.overdue_days):
        return None
    return "已全部还清却仍有逾期天数", "Nothing is owed, yet it is overdue."


def _not_overdue_longer_than_out(report: Report) -> Words | None:
    days = report.days_out
    if days < 0 or report.position.overdue_days <= days:
        return None
    return (
        f"至 {report.month.last} 放款仅 {days} 天，逾期不可能更久",
        f"On {report.month.last} the loan was {days} days old; it cannot be overdue for longer.",
    )


def _overdue_grows_by_days(report: Report) -> Words | None:
    before = report.loan.before
    if before is None or _not_overdue_longer_than_out(report):
        return None
    most = before.position.overdue_days + report.days_since_before
    if report.position.overdue_days <= most:
        return None
    return (
        f"{before.month} 报逾期 {before.position.overdue_days} 天，至本月末最多 {most} 天；"
        "若当月误报，请先更正该月",
        f"{before.month} said {before.position.overdue_days} days; by the end of this month it is "
        f"at most {most}. If that was a mistake, mend that month first.",
    )


def _matured_is_overdue(report: Report) -> Words | None:
    least = report.days_matured
    if not report.position.outstanding_fen or report.position.overdue_days >= least:
        return None
    day = report.loan.falls_due_on
    return (
        f"贷款已于 {day} 到期未还，至 {report.month.last} 至少逾期 {least} 天",
        f"The loan fell due on {day} and is unpaid: at least {least} days overdue.",
    )


def _interest_could_run_up(report: Report) -> Words | None:
    most = _INTEREST_TIMES * report.interest_fen
    if report.position.interest_arrears_fen <= most:
        return None
    return (
        f"欠息超过 {group_fen(most)} 元（各次提款金额×年利率×提款天数÷360×{_INTEREST_TIMES}）",
        f"Above {group_fen(most)}: each draw × rate × days out ÷ 360 × {_INTEREST_TIMES}.",
    )


def _penalty_could_run_up(report: Report) -> Words | None:
    most = _PENALTY_TIMES * report.interest_fen
    if report.position.penalty_interest_fen <= most:
        return None
    return (
        f"罚息超过 {group_fen(most)} 元（各次提款金额×年利率×提款天数÷360×{_PENALTY_TIMES}）",
        f"Above {group_fen(most)}: each draw × rate × days out ÷ 360 × {_PENALTY_TIMES}.",
    )


def _repaid_is_not_taken_back(report: Report) -> Words | None:
    if report.loan.state is not State.REPAID:
        return None
    return (
        "该贷款已报结清，本次报送将恢复为未结清",
        "The loan was reported repaid; this report opens it again.",
    )


def _renewed_is_repaid(report: Report) -> Words | None:
    renewed_on = report.loan.renewed_on
    if renewed_on is None or report.position.is_repaid or report.month.last < renewed_on:
        return None
    return (
        f"该贷款已于 {renewed_on} 续贷放款，本月应报送结清；未结清前两笔均不得申请补偿",
        f"Its renewal was paid out on {renewed_on}: it should be repaid by now. Until it is, no claim "
        "is taken for either.",
    )


def _class_fits_the_days(report: Report) -> Words | None:
    for days, least in _AT_LEAST:
        if report.position.overdue_days > days:
            if is_at_least(report.position.risk_class, least):
                return None
            return (
                f"逾期超过 {days} 天的贷款至少应归为更低一类",
                f"Overdue by more than {days} days, a loan is at least {least}.",
            )
    return None


def _class_does_not_mend_while_overdue_grows(report: Report) -> Words | None:
    before = report.loan.before
    if before is None:
        return None
    now, then = report.position, before.position
    grew = now.overdue_days > then.overdue_days
    if not grew or is_at_least(now.risk_class, then.risk_class):
        return None
    return (
        f"逾期天数增加，分类却好于 {before.month}",
        f"More days overdue, yet a better class than in {before.month}.",
    )


def _overdue_shrinks_by_payment(report: Report) -> Words | None:
    before = report.loan.before
    if before is None:
        return None
    now, then = report.position, before.position
    shrank = now.overdue_days < then.overdue_days
    paid = now.owed_fen < then.owed_fen + report.drawn_since_before
    if not shrank or paid or report.loan.is_changed_within(report.month):
        return None
    return (
        f"逾期天数较 {before.month} 减少，但未见还款",
        f"Fewer days overdue than in {before.month}, yet nothing was paid.",
    )


def _arrears_go_with_the_principal(report: Report) -> Words | None:
    now = report.position
    if now.outstanding_fen or now.is_repaid:
        return None
    return "本金已还清，利息或罚息仍有余额", "The principal is paid, and interest is still owed."


def _penalty_follows_overdue(report: Report) -> Words | None:
    before = report.loan.before
    was = before is not None and before.position.overdue_days > 0
    if not report.position.penalty_interest_fen or report.position.overdue_days or was:
        return None
    return "未逾期却有罚息", "Penalty interest without an overdue day."


_NO_SUCH_DAYS: Final = "民法典第二百零三条；逾期自到期次日起算"

RULES: Final[tuple[Rule, ...]] = (
    Rule(code="loan-over", kind="error", source="报送规则", field="", says=_loan_is_out),
    Rule(code="month-not-over", kind="error", source="报送规则：报月末时点",
         field="/month", says=_month_is_over),
    Rule(code="before-disbursement", kind="error", source=_ARITHMETIC,
         field="/month", says=_after_disbursement),
    Rule(code="above-loan-amount", kind="error", source="借款合同金额",
         field="/outstanding_principal", says=_within_the_loan),
    Rule(code="principal-grew", kind="error", source="本金只随提款增加；展期不增加本金",
         field="/outstanding_principal", says=_principal_does_not_grow),
    Rule(code="repaid-but-overdue", kind="error", source=_ARITHMETIC,
         field="/overdue_days", says=_nothing_owed_is_not_overdue),
    Rule(code="overdue-before-disbursement", kind="error", source=_ARITHMETIC,
         field="/overdue_days", says=_not_overdue_longer_than_out),
    Rule(code="overdue-grew-too-fast", kind="error", source=_ARITHMETIC,
         field="/overdue_days", says=_overdue_grows_by_days),
    Rule(code="matured-unpaid", kind="error", source=_NO_SUCH_DAYS,
         field="/overdue_days", says=_matured_is_overdue),
    Rule(code="interest-beyond-rate", kind="error", source="合同利率；计息上限放宽一倍（假定）",
         field="/interest_arrears", says=_interest_could_run_up),
    Rule(code="penalty-beyond-rate", kind="error", source=f"{_PENALTY}；上限放宽（假定）",
         field="/penalty_interest", says=_penalty_could_run_up),
    Rule(code="reopens-repaid", kind="confirm", source="报送规则：结清后更正",
         field="/outstanding_principal", says=_repaid_is_not_taken_back),
    Rule(code="renewed-still-out", kind="confirm", source="续贷规则（决策 0020）",
         field="/outstanding_principal", says=_renewed_is_repaid),
    Rule(code="class-too-good", kind="confirm", source=_CLASSES,
         field="/risk_class", says=_class_fits_the_days),
    Rule(code="class-mended-while-overdue", kind="confirm", source=_CLASSES,
         field="/risk_class", says=_class_does_not_mend_while_overdue_grows),
    Rule(code="overdue-shrank-unpaid", kind="confirm", source=_ARITHMETIC,
         field="/overdue_days", says=_overdue_shrinks_by_payment),
    Rule(code="arrears-without-principal", kind="confirm", source="民法典第五百六十一条：先息后本",
         field="/interest_arrears", says=_arrears_go_with_the_principal),
    Rule(code="penalty-without-overdue", kind="confirm", source=_PENALTY,
         field="/penalty_interest", says=_penalty_follows_overdue),
)  # fmt: skip
"""Error rows first: what cannot be true is not asked about."""


def found(report: Report, kind: Kind) -> tuple[Remark, ...]:
    """Everything of one kind against a report, in the table's order."""
    told: list[Remark] = []
    for rule in RULES:
        if rule.kind != kind:
            continue
        words = rule.says(report)
        if words is not None:
            zh, en = words
            told.append(Remark(rule.code, zh, en, rule.field, rule.source))
    return tuple(told)


def errors(report: Report) -> tuple[Remark, ...]:
    """Everything that keeps a report from being true; empty where it may be."""
    return found(report, "error")


def questions(report: Report) -> tuple[Remark, ...]:
    """What is unlikely, and taken only when the bank says that it is so."""
    return found(report, "confirm")
