"""One event of every type that notifications consumes, as it could really be."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from shared.contracts.applications import (
    ApplicationAcceptedV1,
    ApplicationAmendedV1,
    ApplicationApprovedV1,
    ApplicationExpiredV1,
    ApplicationRejectedV1,
    ApplicationReturnedV1,
    ApplicationSubmittedV1,
    ApplicationWithdrawnV1,
    LoanDisbursedV1,
    LoanDisbursementUndoneV1,
    LoanDrawnV1,
    LoanDrawsEndedV1,
    LoanDrawUndoneV1,
    LoanExtendedV1,
    LoanOverdueV1,
    LoanPositionReportedV1,
    LoanReopenedV1,
    LoanRepaidV1,
    LoanTakeOverAnsweredV1,
    PaperJudgedV1,
    PledgeRegisteredV1,
    Reason,
)
from shared.contracts.around_loans import CoInvestmentChangedV1, EnhancementChangedV1, LoanRenewedV1
from shared.contracts.bad_loans import (
    CollectionConcludedV1,
    CollectionConclusionProposedV1,
    CollectionInstalmentDueV1,
    DisposalClosingProposedV1,
    DisposalEndedV1,
    DisposalOpenedV1,
    DisposalSoldV1,
    WarningConcludedV1,
    WarningRaisedV1,
)
from shared.contracts.case_work import (
    ApplicationAssignedV1,
    ConditionChangedV1,
    LetterAnsweredV1,
    LetterSentV1,
)
from shared.contracts.cover_calls import CoverCallChangedV1
from shared.contracts.deadlines import (
    CaseDeadlineApproachingV1,
    CaseDeadlineMetV1,
    CaseDeadlinePassedV1,
    CaseDeadlineSetV1,
    PoolDeadlineApproachingV1,
    PoolDeadlineMetV1,
    PoolDeadlinePassedV1,
    PoolDeadlineSetV1,
)
from shared.contracts.demands import (
    DemandAnsweredV1,
    DemandMatchedV1,
    DemandOfferedV1,
    DemandOutcomeV1,
    DemandPutBackV1,
    DemandUnansweredV1,
)
from shared.contracts.desk import AbsenceChangedV1, NoteMentionsV1
from shared.contracts.envelope import Envelope, Event
from shared.contracts.listed_firms import (
    CreditRepairDecidedV1,
    CreditRepairRequestedV1,
    FirmClearedV1,
    FirmListedV1,
)
from shared.contracts.loan_packages import LoanPackageChangedV1
from shared.contracts.meetings import (
    ApplicationToCountersignV1,
    CaseResolved,
    MeetingCalledOffV1,
    MeetingChange,
    MeetingChangedV1,
    MeetingConcludedV1,
    MeetingConvenedV1,
    MeetingToConfirmV1,
    SignatureRefusedV1,
)
from shared.contracts.months import (
    MissingOfMonth,
    SettlementClosedV1,
    SettlementMatchedV1,
    SettlementReminderV1,
    SettlementSentBackV1,
    SettlementUnmatchedV1,
)
from shared.contracts.of_pool import Share
from shared.contracts.openings import (
    CoverageTakenOverV1,
    OpeningLoanDroppedV1,
    OpeningLoanProposedV1,
    TakenRight,
)
from shared.contracts.pool_agreements import (
    AgreementInForceV1,
    PaidOut,
    PoolClosedV1,
    PoolRunOffV1,
    TopUpCalledV1,
    TopUpPart,
)
from shared.contracts.pool_cases import (
    AdjustedPart,
    AdjustmentDecidedV1,
    AdjustmentProposedV1,
    ClaimAppealedV1,
    ClaimApprovedV1,
    ClaimEscrowedV1,
    ClaimHeldV1,
    ClaimLossReportedV1,
    ClaimLossReturnedV1,
    ClaimPaidV1,
    ClaimPaymentReversedV1,
    ClaimRefusedV1,
    ClaimReleasedV1,
    ClaimReopenedV1,
    ClaimReturnedV1,
    ClaimReviewedV1,
    ClaimSettledV1,
    ClaimStepRecordedV1,
    ClaimSubmittedV1,
    ClaimUpheldV1,
    ClaimWithdrawnV1,
    ClaimWrittenOffV1,
    Gap,
    RecoveryBookedV1,
    SubsidyApprovedV1,
    SubsidyFiledV1,
    SubsidyRefusedV1,
    SubsidyReviewedV1,
)
from shared.contracts.public_notices import (
    CaseOnNotice,
    ObjectionDecidedV1,
    ObjectionFiledV1,
    PublicNoticeEndedV1,
    PublicNoticePublishedV1,
    PublicNoticeWithdrawnV1,
)
from shared.contracts.rights import PledgeChangedV1, PledgeRankChangedV1, RightEndangeredV1
from shared.contracts.risk_pool import (
    BankReportsMissingV1,
    BankResumedV1,
    BankSuspendedV1,
    BankWarnedV1,
    CalendarChangedV1,
    CoverageActivatedV1,
    CoverageDeclinedV1,
    CoverageReleasedV1,
    CoverageReopenedV1,
    CoverageReservedV1,
    DisputeDecidedV1,
    DisputeFiledV1,
    DisputeWithdrawnV1,
    LimitReached,
    PaymentRejectedV1,
    PoolOpenedV1,
    PoolResumedV1,
    PoolStoppedV1,
    PoolWarnedV1,
    ReceivableOverdueV1,
    SchemePublishedV1,
    SettlementConfirmedV1,
    SettlementPostedV1,
    StatementLine,
)

DAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 2, 0, tzinfo=UTC)
BANK = "ICBC-TJ"
OTHER_BANK = "CCB-TJ"


def events(bank: str = BANK, *, loan_id: UUID | None = None, pool: str = "dongli") -> list[Event]:
    """Every type once, all about one loan of one bank."""
    loan = {
        "loan_id": loan_id or uuid7(),
        "number": "DL-2026-000123",
        "bank_code": bank,
        "pool_code": pool,
    }
    return [
        *of_a_case(loan),
        *of_a_demand(bank),
        *of_deadlines(loan),
        *of_a_coverage(loan),
        *of_a_claim(loan),
        *of_a_bad_loan(loan),
        *of_a_pool(bank, pool),
        *on_public_notice(loan),
    ]


def of_a_demand(bank: str) -> list[Event]:
    """What applications says of a firm's demand for financing."""
    demand = {
        "demand_id": UUID("01932c5e-7a00-7c3e-9c1b-5f2d3a4b6d01"),
        "number": "RZ-2026-000012",
        "firm_uscc": "91120110MA05K0H91X",
        "firm_name": "天津海芯科技有限公司",
        "amount_fen": 300_000_000,
    }
    own = {**demand, "bank_code": bank}
    return [
        DemandOfferedV1(**own, term_months=12, purpose="r_and_d", park_code="DL-KJ", answer_by=DAY),
        DemandAnsweredV1(**own, takes_up=False, reason="行业限额已满", is_late=True),
        DemandMatchedV1(**own),
        DemandPutBackV1(**own, reason="银行未跟进"),
        DemandUnansweredV1(**demand, bank_code="", answer_by=DAY, banks=(OTHER_BANK,)),
        DemandOutcomeV1(
            **own, outcome="lent", case_number="DL-2026-000123", lent_fen=300_000_000, reason=""
        ),
    ]


Loan = dict[str, Any]


def of_deadlines(loan: Loan) -> list[Event]:
    """What both services say of the time to claim, as it is set, near, over and met."""
    waits = {
        **loan,
        "case_kind": "claim_to_file",
        "case_id": loan["loan_id"],
        "noun_zh": "补偿申请期限",
        "noun_en": "time to claim",
        "firm": "天津海芯科技有限公司",
        "step": "",
        "what_zh": "银行在期限内提出补偿申请",
        "what_en": "the bank to claim in time",
        "roles": ("bank_operator",),
        "person": "",
        "due_on": DAY,
        "rule": "提出补偿申请",
        "page": f"/claims/new?loan={loan['loan_id']}",
    }
    near = {"level": 2, "working_days": 1, "people": (), "to_roles": ()}
    over = {"level": 5, "working_days": 11, "people": (), "to_roles": ("pool_manager", "leader")}
    met = {"outcome": "met", "ended_on": DAY, "is_late": False}
    return [
        CaseDeadlineSetV1(**waits, was_due_on=None),
        CaseDeadlineApproachingV1(**waits, **near),
        CaseDeadlinePassedV1(**waits, **over),
        CaseDeadlineMetV1(**waits, **met),
        PoolDeadlineSetV1(**waits, was_due_on=DAY),
        PoolDeadlineApproachingV1(**waits, **near),
        PoolDeadlinePassedV1(**waits, **over),
        PoolDeadlineMetV1(**waits, **met),
    ]


def of_a_case(loan: Loan) -> list[Event]:
    """What applications says of a loan."""
    case = {
        **loan,
        "borrower_uscc": "91120110MA05K0H91X",
        "borrower_name": "天津海芯科技有限公司",
    }
    firm = {name: case[name] for name in ("bank_code", "borrower_uscc", "borrower_name")} | {
        "entry_id": UUID("01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c31"),
        "list_name": "judgment_defaulter",
        "list_zh": "失信被执行人",
        "list_en": "judgment defaulters",
    }
    listed = firm | {"listed_on": DAY, "list_date": DAY, "source": "中国执行信息公开网"}
    repair = firm | {
        "repair_id": UUID("01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c32"),
        "ground": "corrected",
    }
    meeting: dict[str, Any] = {
        "meeting_id": UUID(int=9), "pool_code": case["pool_code"], "held_on": DAY,
    }  # fmt: skip
    return [
        ApplicationSubmittedV1(**case, amount_fen=500_000_000, submitted_on=DAY),
        ApplicationAmendedV1(
            **case,
            amount_fen=480_000_000,
            submitted_on=DAY,
            revision=2,
            changed=("/amount", "/collateral/0/valuation/amount"),
        ),
        ApplicationAssignedV1(
            **case, assigned_to="reviewer-he", assigned_name="何敏", reason="经办人调离"
        ),
        AbsenceChangedV1(
            absence_id=UUID(int=8),
            what="entered",
            person="reviewer-he",
            person_name="何敏",
            delegate="reviewer-lin",
            delegate_name="林晓",
            from_day=DAY,
            to_day=DAY,
            reason="年休假",
        ),
        NoteMentionsV1(
            **case,
            note_id=UUID(int=7),
            text="请核对评估报告",
            written_by="林晓",
            mentions=("reviewer-he", "approver-zhao"),
        ),
        ApplicationToCountersignV1(
            **case, role="leader", amount_fen=800_000_000, approved_name="赵建国"
        ),
        SignatureRefusedV1(**case, reason="担保措施须再核实", assigned_to="reviewer-he"),
        MeetingConvenedV1(
            **meeting,
            place="三楼会议室",
            cases=(case["number"],),
            members=("吴刚", "赵建国"),
            called=("manager-wu", "approver-zhao"),
        ),
        MeetingChangedV1(
            **meeting,
            place="二楼会议室",
            cases=(case["number"],),
            members=("吴刚",),
            told=("manager-wu", "approver-zhao"),
            reason="改期",
            changed=(
                MeetingChange(field="held_on", before="2026-03-30", after=str(DAY)),
                MeetingChange(field="secretary", before="赵建国", after=""),
            ),
        ),
        MeetingToConfirmV1(**meeting),
        MeetingConcludedV1(
            **meeting,
            resolved=(
                CaseResolved(
                    loan_id=case["loan_id"],
                    number=case["number"],
                    outcome="carried",
                    in_favour=3,
                    against=1,
                    abstained=0,
                ),
            ),
        ),
        MeetingCalledOffV1(**meeting, reason="与会人员不足", called=("manager-wu",)),
        PaperJudgedV1(
            **case,
            kind="business_licence",
            kind_zh="营业执照",
            kind_en="business licence",
            filename="营业执照.pdf",
            verdict="refused",
            reason="印章不清",
        ),
        ApplicationReturnedV1(
            **case,
            by="machine",
            reasons=(
                Reason(
                    code="valuation-too-old", zh="评估报告已过期", en="The valuation is too old"
                ),
                Reason(
                    code="document-missing", zh="缺少质押合同", en="The pledge contract is missing"
                ),
            ),
        ),
        ApplicationAcceptedV1(**case, amount_fen=500_000_000),
        ApplicationApprovedV1(
            **case,
            amount_fen=500_000_000,
            ip_share_bp=10_000,
            tenor_months=12,
            annual_rate_bp=435,
            programme="dongli",
            mode="direct",
            approved_on=DAY,
            attributes={"internal_score": "AA"},
            applied_fen=600_000_000,
            amount_reason="按还款来源核减",
            conditions=("办妥保险",),
        ),
        LetterSentV1(
            **case,
            letter_id=UUID("01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c77"),
            text="请说明还款来源",
            due_on=DAY,
        ),
        LetterAnsweredV1(
            **case,
            letter_id=UUID("01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c77"),
            text="以应收账款偿还",
            written_by="林晓",
            is_late=True,
        ),
        ConditionChangedV1(
            **case, condition_no=1, condition="办妥保险", standing="answered", said="保单见附件"
        ),
        ApplicationRejectedV1(**case, reason="不符合入库条件"),
        ApplicationWithdrawnV1(**case, reason="企业放弃贷款"),
        ApplicationExpiredV1(**case),
        RightEndangeredV1(
            **case,
            right_kind="invention",
            right_number="201811564288.X",
            right_name="一种方法",
            danger="fee-overdue",
            danger_zh="年费逾期",
            danger_en="A fee is overdue.",
            due_on=DAY,
            until=DAY,
            found_on=DAY,
        ),
        FirmListedV1(**listed, live_loans=("DL-2026-000123",)),
        FirmClearedV1(**listed, ended_on=DAY, why="credit_repair"),
        CreditRepairRequestedV1(**repair, reason="已履行完毕"),
        CreditRepairDecidedV1(**repair, granted=True, decided_on=DAY, opinion="属实"),
        PledgeChangedV1(
            **case,
            right_kind="invention",
            right_number="201811564288.X",
            right_name="一种方法",
            registry="国家知识产权局",
            registration_number="Y2026980001234",
            what="cancelled",
            on=DAY,
            reason="债务已清偿",
        ),
        PledgeRankChangedV1(
            **case,
            right_kind="invention",
            right_number="201811564288.X",
            right_name="一种方法",
            from_rank=2,
            to_rank=1,
            on=DAY,
        ),
        EnhancementChangedV1(
            **case,
            enhancement_id=UUID("01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c88"),
            form="policy",
            kind="loan_guarantee",
            issuer_uscc="91120000MA07D3F16T",
            issuer_name="某财产保险股份有限公司",
            reference="PZBX202612010000000123",
            amount_fen=500_000_000,
            begins_on=DAY,
            ends_on=date(2027, 3, 30),
            what="ended",
            on=DAY,
            reason="退保",
        ),
        CoInvestmentChangedV1(
            **case,
            co_investment_id=UUID("01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c89"),
            kind="equity",
            investor_uscc="91120118MA06G8H268",
            investor_name="天津某知识产权运营引导基金",
            amount_fen=300_000_000,
            what="committed",
            on=DAY,
            reason="",
        ),
        CoverCallChangedV1(
            **case,
            call_id=UUID("01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c95"),
            what="concluded",
            on=DAY,
            cover_by=DAY,
            shortfall_fen=25_000_000,
            outcome="escalated",
            reason="逾期未补足",
        ),
        PledgeRegisteredV1(**case, registration_numbers=("Y2026980001234",), registered_on=DAY),
        LoanDisbursedV1(
            **case,
            amount_fen=500_000_000,
            loan_no="L-1",
            disbursed_on=DAY,
            matures_on=date(2027, 3, 31),
            annual_rate_bp=435,
        ),
        LoanDrawnV1(
            **case,
            draw_no=2,
            amount_fen=100_000_000,
            drawn_on=DAY,
            reference="PZ-0331",
            drawn_fen=300_000_000,
            drawable_fen=200_000_000,
            draws_until=date(2026, 9, 30),
            outstanding_principal_fen=300_000_000,
        ),
        LoanDrawUndoneV1(
            **case,
            draw_no=2,
            amount_fen=100_000_000,
            drawn_on=DAY,
            reference="PZ-0331",
            drawn_fen=200_000_000,
            draws_until=date(2026, 9, 30),
            outstanding_principal_fen=200_000_000,
            reason="受托支付退汇",
            on=DAY,
        ),
        LoanDrawsEndedV1(
            **case, undrawn_fen=200_000_000, draws_until=date(2026, 9, 30), on=date(2026, 10, 1)
        ),
        LoanPositionReportedV1(
            **case,
            month="2026-03",
            outstanding_principal_fen=500_000_000,
            overdue_days=0,
            risk_class="normal",
            reported_on=DAY,
        ),
        LoanOverdueV1(
            **case,
            overdue_days=31,
            risk_class="special_mention",
            outstanding_principal_fen=500_000_000,
            as_of=DAY,
        ),
        LoanRepaidV1(**case, repaid_on=DAY),
        LoanReopenedV1(
            **case,
            month="2026-03",
            outstanding_principal_fen=400_000_000,
            reported_on=DAY,
            reason="三月月报误报为零",
        ),
        LoanDisbursementUndoneV1(**case, reason="误报放款", on=DAY),
        LoanRenewedV1(
            **case,
            renewed_by=UUID(int=7),
            renewed_by_number="DL-2026-000124",
            renewed_on=DAY,
            outstanding_principal_fen=100_000_000,
            report_repaid_by=date(2026, 4, 10),
        ),
        LoanExtendedV1(
            **case,
            kind="extension",
            matured_on=date(2027, 3, 2),
            matures_on=date(2027, 9, 2),
            decided_on=DAY,
            reason="回款周期延长",
        ),
    ]


def of_a_coverage(loan: Loan) -> list[Event]:
    """What risk_pool says of a loan's cover."""
    covered = {**loan, "borrower_name": "天津海芯科技有限公司"}
    return [
        CoverageReservedV1(
            **covered, amount_fen=500_000_000, reserved_until=DAY, scheme_version="2026-01-01"
        ),
        CoverageDeclinedV1(
            **covered,
            amount_fen=500_000_000,
            limits=(
                LimitReached(
                    limit="maximum_leverage",
                    allowed_fen=20_000_000_000,
                    used_fen=19_876_543_210,
                    requested_fen=500_000_000,
                    source="办法第五条",
                    zh="资金池放大倍数：已用 198,765,432.10 元",
                    en="Leverage of the pool: CNY 198,765,432.10 used",
                ),
                LimitReached(
                    limit="bank_line",
                    allowed_fen=3_000_000_000,
                    used_fen=2_888_888_800,
                    requested_fen=500_000_000,
                    source="合作协议",
                    zh="合作银行额度：已用 28,888,888.00 元",
                    en="Line of the bank: CNY 28,888,888.00 used",
                ),
            ),
        ),
        CoverageActivatedV1(**covered, amount_fen=500_000_000, activated_on=DAY),
        CoverageReleasedV1(**covered, amount_fen=500_000_000, reason="repaid"),
        CoverageReopenedV1(
            **covered, amount_fen=400_000_000, reopened_on=DAY, reason="三月月报误报为零"
        ),
        *of_an_opening(covered),
    ]


def of_an_opening(covered: Loan) -> list[Event]:
    """What is said while a pool is taken over with its loans."""
    opening = {
        **{name: covered[name] for name in ("loan_id", "bank_code", "pool_code")},
        "opening_id": uuid7(),
        "loan_no": "JK-2024-017",
    }
    return [
        OpeningLoanProposedV1(
            **opening,
            programme="dongli",
            scheme_version="2022-10-28",
            mode="direct",
            parties={},
            borrower_uscc="91120110MA05TQXX00",
            borrower_name=covered["borrower_name"],
            borrower_registered_on=date(2015, 5, 18),
            borrower_is_sme=True,
            amount_fen=500_000_000,
            outstanding_principal_fen=400_000_000,
            ip_share_bp=10_000,
            tenor_months=24,
            annual_rate_bp=435,
            approved_on=date(2024, 3, 1),
            disbursed_on=date(2024, 3, 5),
            matures_on=date(2026, 3, 5),
            purpose="working_capital",
            repayment="bullet",
            has_other_collateral=False,
            is_first_loan=False,
            is_multi_ip_type=False,
            overdue_days=0,
            risk_class="normal",
            attributes={"is_tech_sme": True},
            attributes_at_disbursement={},
            rights=(
                TakenRight(
                    kind="invention",
                    number="202010566088.9",
                    number_as_given="ZL 202010566088.9",
                    nice_class=0,
                    name="一种芯片封装方法",
                    owner_name=covered["borrower_name"],
                    filed_on=date(2020, 6, 19),
                    expires_on=date(2040, 6, 19),
                    registration_no="Y2024120000001",
                    registered_on=date(2024, 3, 4),
                ),
            ),
        ),
        LoanTakeOverAnsweredV1(**opening, number=covered["number"], accepted=True, reasons=()),
        OpeningLoanDroppedV1(**opening, reason="余额须再核对"),
        CoverageTakenOverV1(
            **covered,
            opening_id=opening["opening_id"],
            loan_no=opening["loan_no"],
            amount_fen=400_000_000,
            taken_over_on=DAY,
        ),
    ]


def of_a_bad_loan(loan: Loan) -> list[Event]:
    """What risk_pool says of a loan that goes bad."""
    covered = {**loan, "borrower_name": "天津海芯科技有限公司"}
    warning = {**covered, "warning_id": uuid7(), "cause": "overdue", "level": "orange"}
    disposal = {**covered, "disposal_id": uuid7(), "disposal_number": "DL-D-2026-0001"}
    collection = {
        **covered,
        "collection_id": uuid7(),
        "claim_id": uuid7(),
        "claim_number": "DL-C-2026-0001",
        "conclusion": "settled",
        "reason": "和解款已全部到账",
    }
    return [
        WarningRaisedV1(**warning, by_hand=False, raised_on=DAY),
        WarningConcludedV1(
            **warning, conclusion="risk_gone", reason="已还清逾期款", concluded_on=DAY
        ),
        DisposalOpenedV1(**disposal, rights=("ZL202110123456.7",), opened_on=DAY),
        DisposalSoldV1(**disposal, buyer="某新材料公司", proceeds_fen=125_000_000, sold_on=DAY),
        DisposalClosingProposedV1(**disposal, reason="款项已全部到账"),
        DisposalEndedV1(
            **disposal,
            outcome="closed",
            proceeds_fen=125_000_000,
            costs_fen=4_863_740,
            reason="同意结案",
            ended_on=DAY,
        ),
        CollectionConclusionProposedV1(**collection),
        CollectionInstalmentDueV1(
            **collection, stage="late", due_on=DAY, amount_fen=5_000_000, left_fen=1_200_000, on=DAY
        ),
        CollectionConcludedV1(**collection, concluded_on=DAY),
    ]


def of_a_claim(loan: Loan) -> list[Event]:
    """What risk_pool says of a claim for a loan, until money comes back."""
    pool, bank = loan["pool_code"], loan["bank_code"]
    covered = {**loan, "borrower_name": "天津海芯科技有限公司"}
    claim = {**covered, "claim_id": uuid7(), "claim_number": "DL-C-2026-0001"}
    adjustment = {
        **claim,
        "adjustment_id": uuid7(),
        "adjustment_number": "DL-T-2026-0001",
        "adjustment_kind": "claw_back",
        "reason": "审计发现贷款用途不符",
    }
    subsidy = {**covered, "subsidy_id": uuid7(), "subsidy_number": "DL-S-2026-0001"}
    shares = (
        Share(party="pool", party_code=pool, amount_fen=40_000_001),
        Share(party="bank", party_code=bank, amount_fen=59_999_999),
    )
    return [
        ClaimSubmittedV1(**claim, outstanding_principal_fen=100_000_000, submitted_on=DAY),
        ClaimReviewedV1(**claim),
        ClaimReturnedV1(
            **claim,
            gaps=(Gap(code="paper:recovery_plan", text="追偿方案缺页"), Gap(text="利息明细有误")),
            returned_on=DAY,
        ),
        ClaimStepRecordedV1(
            **claim,
            step="expert_review",
            outcome="favourable",
            recorded_on=DAY,
            next_step="bureau_opinion",
        ),
        ClaimRefusedV1(**claim, reason="未达到逾期天数"),
        ClaimAppealedV1(**claim, reason="已补充逾期证明", appealed_on=DAY),
        ClaimReopenedV1(**claim, reason="新证据成立"),
        ClaimUpheldV1(**claim, reason="新证据不成立"),
        ClaimWithdrawnV1(**claim, reason="借款人已还款", withdrawn_on=DAY),
        ClaimApprovedV1(
            **claim,
            base_fen=100_000_000,
            shares=shares,
            caps_bound=("per_loan",),
            approved_on=DAY,
        ),
        ClaimPaidV1(**claim, paid_fen=40_000_001, paid_on=DAY),
        ClaimPaymentReversedV1(**claim, paid_fen=40_000_001, reason="账号有误，银行退回"),
        ClaimEscrowedV1(**claim, held_fen=309_793_287, escrowed_on=DAY),
        ClaimLossReportedV1(
            **claim, written_off_on=DAY, net_loss_fen=267_105_349, reason="终结执行"
        ),
        ClaimLossReturnedV1(**claim, reason="缺少批复"),
        ClaimSettledV1(
            **claim,
            net_loss_fen=267_105_349,
            paid_fen=213_684_279,
            released_fen=96_109_008,
            added_fen=0,
            settled_on=DAY,
            shares=shares,
        ),
        ClaimHeldV1(
            **claim,
            code="principal-lower",
            approved_principal_fen=100_000_000,
            outstanding_principal_fen=90_000_000,
        ),
        ClaimReleasedV1(**claim, opinion="差额已核实"),
        ClaimWrittenOffV1(**claim, written_off_on=DAY, reason="执行终结"),
        RecoveryBookedV1(
            **claim,
            recovery_id=uuid7(),
            gross_fen=10_000_000,
            costs_fen=1_000_000,
            net_fen=9_000_000,
            shares=shares,
            received_on=DAY,
        ),
        AdjustmentProposedV1(**adjustment),
        AdjustmentDecidedV1(
            **adjustment,
            booked_on=DAY,
            parts=(
                AdjustedPart(party="pool", party_code=pool, gets_fen=40_000_001),
                AdjustedPart(party="bank", party_code=bank, gets_fen=-40_000_001),
            ),
        ),
        SubsidyFiledV1(**subsidy, code="interest", since=DAY, until=DAY + timedelta(days=90)),
        SubsidyReviewedV1(**subsidy),
        SubsidyApprovedV1(
            **subsidy, amount_fen=4_376_712, payee="bank", payee_code=bank, approved_on=DAY
        ),
        SubsidyRefusedV1(**subsidy, reason="缺少付息凭证"),
    ]


def of_a_pool(bank: str, pool: str) -> list[Event]:
    """What risk_pool says of a bank's line, of a pool and of a month."""
    breaker = {
        "pool_code": pool,
        "bank_code": bank,
        "bad_principal_fen": 300_000_000,
        "covered_principal_fen": 5_000_000_000,
        "line_bp": 500,
        "on": DAY,
    }
    balance = {
        "pool_code": pool,
        "available_fen": 123_456_789,
        "paid_in_fen": 2_000_000_000,
        "on": DAY,
    }
    settlement = {"pool_code": pool, "settlement_id": uuid7(), "month": "2026-03"}
    disputed = {
        "pool_code": pool,
        "dispute_id": uuid7(),
        "dispute_number": "DL-Y-2026-0001",
        "bank_code": bank,
        "party_code": bank,
        "party_role": "bank",
        "party_name": "中国工商银行天津分行",
        "month": "2026-03",
        "item": f"settlement:{pool}:2026-03:{bank}",
        "line_seq": 17,
        "line_amount_fen": 10_555_556,
        "right_fen": 10_000_000,
        "difference_fen": 555_556,
        "reason": "评估费已在前案扣除",
    }
    return [
        LoanPackageChangedV1(
            pool_code=pool,
            package_id=UUID("01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c90"),
            package_number="DL-L-2026-0001",
            bank_code=bank,
            name="第一期资产包",
            loans=12,
            firms=11,
            balance_fen=2_350_000_000,
            frozen_on=DAY,
            what="approved",
            on=DAY,
            reason="同意",
        ),
        BankWarnedV1(**breaker),
        BankReportsMissingV1(
            pool_code=pool,
            bank_code=bank,
            month="2026-03",
            missing_loans=3,
            loans=12,
            due_on=date(2026, 4, 10),
            silent_months=0,
        ),
        ReceivableOverdueV1(
            pool_code=pool,
            bank_code=bank,
            party_code=bank,
            party_role="bank",
            party_name="中国工商银行天津分行",
            reference=f"settlement:{pool}:2026-03:{bank}",
            open_fen=10_555_556,
            since=date(2026, 4, 2),
            due_on=date(2026, 4, 17),
            days_overdue=3,
        ),
        PaymentRejectedV1(
            pool_code=pool,
            file_id=uuid7(),
            file_number="DL-P-2026-0001",
            end_to_end="DL-K-2026-0001",
            item="claim:DL-C-2026-0001",
            party_code=bank,
            party_name="中国工商银行天津分行",
            amount_fen=36_000_000,
            reason_code="AC04",
            reason="账户已销户",
            what_to_do_zh="请登记新的收款账户后重新制单。",
            what_to_do_en="Have the right account entered, then prepare the order anew.",
        ),
        DisputeFiledV1(**disputed),
        DisputeDecidedV1(
            **disputed,
            upheld_fen=300_000,
            due_again_fen=255_556,
            due_again_on=date(2026, 4, 30),
            booked_on=date(2026, 4, 16),
            opinion="部分属实",
        ),
        DisputeWithdrawnV1(**disputed),
        BankSuspendedV1(**breaker),
        BankResumedV1(**breaker),
        SchemePublishedV1(
            programme="dongli",
            number=2,
            in_force_from=DAY,
            sha256="0" * 64,
            text="programme: dongli",
            published_on=DAY,
        ),
        CalendarChangedV1(
            number=3,
            year=None,
            days=[{"day": DAY, "is_working": False}],
            reason="全区停工一天",
            approved_on=DAY,
        ),
        PoolRunOffV1(
            pool_code=pool, run_off_id=uuid7(), on=DAY, reason="合作期满", keeps_reserved=True
        ),
        PoolClosedV1(
            pool_code=pool,
            run_off_id=uuid7(),
            on=DAY,
            reason="合作期满",
            closed_on=DAY,
            distributed=(PaidOut(party_code="DL-FIN", amount_fen=100),),
        ),
        TopUpCalledV1(
            pool_code=pool,
            call_id=uuid7(),
            number="DL-B-2026-0001",
            amount_fen=200_000_000,
            pay_by=DAY,
            line_fen=500_000_000,
            available_fen=300_000_000,
            parts=(
                TopUpPart(party_code="DL-FIN", party_name="东丽区财政局", amount_fen=200_000_000),
            ),
            reason="补偿支出后余额低于补足线",
            on=DAY,
        ),
        AgreementInForceV1(
            pool_code=pool,
            agreement_id=uuid7(),
            number="DL-H-2026-0001",
            bank_code=bank,
            party_code=bank,
            party_role="bank",
            party_name="中国工商银行天津分行",
            edition=2,
            reference="合作协议 2026-01",
            valid_from=DAY,
            line_fen=3_000_000_000,
            minimum_lending_fen=1_000_000_000,
            on=DAY,
        ),
        PoolOpenedV1(pool_code=pool, name="东丽区资金池", programme="dongli", opened_on=DAY),
        PoolWarnedV1(**balance),
        PoolStoppedV1(**balance),
        PoolResumedV1(**balance),
        SettlementConfirmedV1(**settlement),
        SettlementSentBackV1(
            **settlement, reason="工行少报一笔", sent_back_by="钱莉", confirmed_by="gao"
        ),
        SettlementReminderV1(
            pool_code=pool,
            month="2026-03",
            bank_code=bank,
            party_code=bank,
            party_name="中国工商银行天津分行",
            missing=(
                MissingOfMonth(
                    code="position-missing",
                    zh="3 笔在保贷款缺少当月余额报告",
                    en="3 covered loans have no position for the month",
                    count=3,
                    numbers=("DL-2026-000001", "DL-2026-000002"),
                ),
            ),
            reminded_by="高洁",
        ),
        SettlementMatchedV1(**settlement, matched_on=DAY),
        SettlementUnmatchedV1(
            **settlement, item=f"settlement:{pool}:2026-03:{bank}", party_name="中国工商银行"
        ),
        SettlementClosedV1(**settlement, closed_on=DAY),
        SettlementPostedV1(
            **settlement,
            statements=(
                StatementLine(party_code=bank, party_role="bank", net_fen=12_345_600),
                StatementLine(party_code="CMB-TJ", party_role="bank", net_fen=-9_900),
                StatementLine(party_code="treasury", party_role="treasury", net_fen=-1),
            ),
            posted_on=DAY,
        ),
    ]


def on_public_notice(loan: Loan) -> list[Event]:
    """What risk_pool says of a list of cases that everybody reads, and of objections to it."""
    listed = CaseOnNotice(
        place=1,
        case_kind="claim",
        case_id=UUID("01932c5e-7a00-7c3e-9c1b-5f2d3a4b6d70"),
        case_number="DL-C-2026-0001",
        loan_id=loan["loan_id"],
        loan_number=loan["number"],
        borrower_name="天津海河智能装备有限公司",
    )
    base = {
        "pool_code": loan["pool_code"],
        "bank_code": loan["bank_code"],
        "notice_id": UUID("01932c5e-7a00-7c3e-9c1b-5f2d3a4b6d71"),
        "notice_number": "DL-G-2026-0001",
        "cases": (listed,),
    }
    notice = {**base, "title": "2026 年第一批风险补偿公示", "opens_on": DAY, "last_day": DAY}
    objection = {
        **base,
        "objection_id": UUID("01932c5e-7a00-7c3e-9c1b-5f2d3a4b6d72"),
        "objection_number": "DL-V-2026-0001",
        "filed_on": DAY,
    }
    ended = {**notice, "cases": (listed.model_copy(update={"outcome": "favourable"}),)}
    return [
        PublicNoticePublishedV1(**notice),
        PublicNoticeEndedV1(**ended, ended_on=DAY, objections=1, upheld=0),
        PublicNoticeWithdrawnV1(**notice, reason="名单有误", withdrawn_on=DAY),
        ObjectionFiledV1(**objection, due_on=DAY),
        ObjectionDecidedV1(**objection, verdict="not_upheld", decided_on=DAY),
    ]


def one(event_type: str, bank: str = BANK, **more: object) -> Event:
    """The sample of one type."""
    return next(e for e in events(bank, **more) if e.type == event_type)  # type: ignore[arg-type]


def enveloped(event: Event) -> Envelope:
    """The event as it arrives."""
    return Envelope(
        id=uuid7(),
        type=event.type,
        source=f"/zhidai/{event.topic}",
        time=NOW,
        subject=event.subject,
        key=event.key,
        institution=event.institution,
        body=event.model_dump_json().encode(),
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )
