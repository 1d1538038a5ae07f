"""Cases as values, for the rules alone."""

from dataclasses import replace
from datetime import date
from typing import Any

from services.applications.domain.submission import (
    Borrower,
    Collateral,
    RightKey,
    Submission,
    SubmittedDocument,
    Surroundings,
    Valuation,
)

TODAY = date(2026, 3, 2)

FIRM = Borrower(
    uscc="91440400192548256N",
    name="珠海格力电器股份有限公司",
    registered_on=date(2015, 6, 1),
    is_sme=True,
    region_code="120110",
)

RIGHT = Collateral(
    key=RightKey("invention", "202211234567.8", 0),
    number_as_given="ZL 2022 1 1234567.8",
    name="一种方法",
    owner_uscc=FIRM.uscc,
    owner_name=FIRM.name,
    filed_on=date(2022, 5, 1),
    expires_on=date(2042, 5, 1),
    valuation=Valuation(
        amount_fen=1_200_000_000,
        method="income",
        appraiser="某评估公司",
        valued_on=date(2026, 1, 15),
    ),
    number_year=2022,
)

AROUND = Surroundings(today=TODAY, pool_name="东丽资金池", pool_opened_on=date(2026, 1, 1))


def documents(*kinds: str) -> tuple[SubmittedDocument, ...]:
    return tuple(
        SubmittedDocument(kind=kind, sha256=bytes(32), filename=f"{kind}.pdf") for kind in kinds
    )


def case(**changes: Any) -> Submission:
    """A case that nothing is wrong with, but for the changes."""
    plain = Submission(
        pool_code="dongli",
        mode="direct",
        parties={},
        borrower=FIRM,
        amount_fen=100_000_000,
        tenor_months=12,
        annual_rate_bp=385,
        purpose="r_and_d",
        purpose_note=None,
        repayment="bullet",
        has_other_collateral=False,
        ip_share_bp=None,
        is_first_loan=True,
        attributes={},
        collateral=(RIGHT,),
        documents=documents(
            "business_licence",
            "ip_certificates",
            "financial_statements",
            "purpose_statement",
            "bank_approval",
        ),
    )
    return replace(plain, **changes)


def with_right(**changes: Any) -> Submission:
    """The same with another right."""
    return case(collateral=(replace(RIGHT, **changes),))
