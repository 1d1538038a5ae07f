"""What the people of a story put into their forms. All of it happens on one day, MOMENT's."""

import random
from typing import Any

from shared.money import format_fen
from shared.schemes.completeness import assumed
from shared.schemes.publication import Publication, scheme_of
from shared.schemes.vocabulary import CREDIT_LISTS
from tests.cluster.programme import PROGRAMME, programme
from tests.papers import document
from zhidai.demo.firms import Firm, Right
from zhidai.demo.people import BANKS

DAY, MONTH, MATURES = "2026-03-31", "2026-03", "2027-03-31"
MOMENT = "2026-03-31T09:00:00+08:00"
PAID_IN_FEN = 3_000_000_000
CASE_PAPERS = (
    "business_licence", "ip_certificates", "financial_statements", "purpose_statement",
    "bank_approval",
)  # fmt: skip
CLAIM_PAPERS = (
    "claim_form", "claim_report", "recovery_plan", "diligence_statement", "business_licence",
)  # fmt: skip


def lists_checked() -> list[dict[str, Any]]:
    """The firm stands on no list."""
    return [{"name": name, "checked_on": DAY, "found": False} for name in CREDIT_LISTS]


def version() -> dict[str, Any]:
    """The programme of the stories as it is proposed."""
    published = Publication(PROGRAMME, *programme())
    scheme = scheme_of(published, published.sha256)
    return {
        "text": published.text,
        "common_text": published.common_text,
        "in_force_from": scheme.valid_from.isoformat(),
        "accepts": list(assumed(scheme, since=scheme.valid_from)),
    }


def pool(code: str) -> dict[str, Any]:
    """A pool of one run's own, with a payer and three banks."""
    return {
        "code": code,
        "name": f"{code} 资金池",
        "programme": PROGRAMME,
        "opened_on": "2026-01-01",
        "parties": [
            {"code": "DL-FIN", "role": "district", "name": "区财政局"},
            *({"code": bank.code, "role": "bank", "name": bank.name} for bank in BANKS[:3]),
        ],
    }


def application(pool_code: str, firm: Firm, right: Right, amount_fen: int) -> dict[str, Any]:
    """A complete case."""
    return {
        "pool_code": pool_code,
        "mode": "direct",
        "borrower": {
            "uscc": firm.uscc,
            "name": firm.name,
            "registered_on": firm.registered_on.isoformat(),
            "is_sme": True,
            "region_code": firm.region_code,
        },
        "amount": format_fen(amount_fen),
        "tenor_months": 12,
        "annual_rate_bp": 385,
        "purpose": "r_and_d",
        "repayment": "bullet",
        "has_other_collateral": False,
        "is_first_loan": True,
        "collateral": [
            {
                "kind": right.kind,
                "number": right.number,
                "name": right.name,
                "owner_uscc": firm.uscc,
                "owner_name": firm.name,
                "filed_on": right.filed_on.isoformat(),
                "expires_on": right.expires_on.isoformat(),
                "valuation": {
                    "amount": format_fen(-(-amount_fen * 5 // 1_000_000) * 1_000_000),
                    "method": "income",
                    "appraiser": "津评资产评估",
                    "valued_on": "2026-01-15",
                },
            }
        ],
        "documents": [document(kind) for kind in CASE_PAPERS],
    }


def registration(number: str) -> dict[str, Any]:
    """The entry in the register."""
    return {
        "registrations": [
            {
                "collateral_no": 1,
                "registration_no": number,
                "registry": "CNIPA",
                "registered_on": DAY,
            }
        ]
    }


def disbursement(loan_no: str, amount_fen: int) -> dict[str, Any]:
    """Paid out today."""
    return {
        "loan_no": loan_no,
        "amount": format_fen(amount_fen),
        "disbursed_on": DAY,
        "matures_on": MATURES,
        "lists_checked": lists_checked(),
    }


def position(loan_no: str, outstanding_fen: int, risk_class: str) -> dict[str, Any]:
    """Where a loan stands at the end of the month."""
    return {
        "month": MONTH,
        "items": [
            {
                "loan_no": loan_no,
                "outstanding_principal": format_fen(outstanding_fen),
                "overdue_days": 0,
                "interest_arrears": "0.00",
                "penalty_interest": "0.00",
                "risk_class": risk_class,
            }
        ],
    }


def claim(loan_id: str, outstanding_fen: int, papers: list[dict[str, str]]) -> dict[str, Any]:
    """A claim on what is outstanding."""
    return {
        "loan_id": loan_id,
        "outstanding_principal": format_fen(outstanding_fen),
        "facts": {"overdue_days": 0, "risk_class": "substandard"},
        "documents": papers,
    }


def recovery(gross_fen: int) -> dict[str, Any]:
    """Money that came back, without costs."""
    return {
        "received_on": DAY,
        "route": "auction",
        "from_pledged_ip": True,
        "gross": format_fen(gross_fen),
        "costs": "0.00",
    }


def amount(chance: random.Random) -> int:
    """An amount of a loan, seldom round: between 300,000 and 900,000 yuan."""
    return chance.randint(30_000_000, 90_000_000)
