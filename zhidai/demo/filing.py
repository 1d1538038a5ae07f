"""What people of the demo put into their forms: the bodies of the requests."""

from datetime import date
from typing import Any

from shared.money import format_fen, parse_fen
from shared.months import add_months
from shared.said_numbers import month_said
from shared.schemes import library
from shared.schemes.completeness import assumed
from shared.schemes.publication import Publication, scheme_of
from zhidai.demo.firms import labels_of
from zhidai.demo.loans import Position, position
from zhidai.demo.people import APPROVER, BANKS, FINANCE_MAKER, POOL_MANAGER, Person
from zhidai.demo.plan import (
    DOCUMENTS,
    POOLS,
    Case,
    Fate,
    Pool,
    document,
    month_name,
)

_PLEDGE_RATE_PERCENT = {
    "invention": 25, "utility_model": 15, "design": 15, "trademark_right": 50,
    "software_copyright": 20,
}  # fmt: skip
WRONG_PATENT = "202310123456.7"
"""Made up, as demo data often is: it should end in 6."""


def fen_of(amount: str) -> int:
    """An amount of a body, in fen."""
    return parse_fen(amount)


def version_body(programme: str) -> dict[str, Any]:
    """A programme's file as it is proposed: from its first day, all that is assumed accepted."""
    published = Publication(programme, *library.texts(programme))
    scheme = scheme_of(published, published.sha256)
    return {
        "text": published.text,
        "common_text": published.common_text,
        "in_force_from": scheme.valid_from.isoformat(),
        "accepts": list(assumed(scheme, since=scheme.valid_from)),
    }


def pool_body(pool: Pool) -> dict[str, Any]:
    """A pool with everybody who takes part."""
    return {
        "code": pool.code,
        "name": pool.name,
        "programme": pool.code,
        "opened_on": "2025-01-01",
        "parties": [
            *({"code": c, "role": r, "name": _CONTRIBUTORS[c]} for c, r, _ in pool.contributions),
            *(
                {"code": bank.code, "role": "bank", "name": bank.name, "line": _line(pool)}
                for bank in BANKS
            ),
            *({"code": c, "role": r, "name": name} for c, r, name in pool.sharers),
        ],
    }


def _line(pool: Pool) -> dict[str, str]:
    """What was agreed with each bank: how much of its lending the pool covers at most."""
    amount = "30000000.00" if pool.code == "dongli" else "16000000.00"
    return {"amount": amount, "valid_from": "2025-01-01", "note": "合作协议约定的授信额度"}


_CONTRIBUTORS = {
    "TJ-CENTRAL": "中央专项资金",
    "DL-DISTRICT": "东丽区财政局",
    "SC-PROVINCE": "四川省财政厅",
    "YX-DISTRICT": "游仙区财政局",
}


def body(case: Case) -> dict[str, Any]:
    """The application, complete and right."""
    pool = next(one for one in POOLS if one.code == case.pool)
    firm = case.firm
    return {
        "pool_code": case.pool,
        "mode": case.mode,
        "parties": {role: code for code, role, _ in pool.sharers if role in _ROLES[case.mode]},
        "borrower": {
            "uscc": firm.uscc,
            "name": firm.name,
            "registered_on": firm.registered_on.isoformat(),
            "is_sme": case.fate is not Fate.NOT_SMALL,
            "region_code": firm.region_code,
        },
        "amount": format_fen(case.amount_fen),
        "tenor_months": case.tenor_months,
        "annual_rate_bp": case.rate_bp,
        "purpose": case.purpose,
        "purpose_note": "采购原材料与研发设备",
        "repayment": "bullet" if case.course.value != "instalments" else "equal_instalments",
        "has_other_collateral": case.ip_share_bp < 10_000,
        "ip_share_bp": case.ip_share_bp,
        "other_collateral": _other_collateral(case),
        "is_first_loan": case.firm.registered_on.year >= 2020,
        "attributes": labels_of(case.firm),
        "collateral": [_right_body(case, number) for number in range(len(case.rights))],
        "documents": [document(case, kind) for kind in _documents(case)],
    }


def _other_collateral(case: Case) -> list[dict[str, str]]:
    """A guarantee for whatever is not the IP part."""
    if case.ip_share_bp == 10_000:
        return []
    rest_fen = case.amount_fen - case.amount_fen * case.ip_share_bp // 10_000
    return [{"kind": "guarantee", "description": "实际控制人保证", "amount": format_fen(rest_fen)}]


_ROLES: dict[str, tuple[str, ...]] = {
    "direct": (),
    "guaranteed": ("guarantor",),
    "insured": ("insurer", "appraiser"),
    "four_party": ("insurer", "appraiser"),
    "chain": ("guarantor", "reguarantor"),
}
"""Who shares beside pool and bank, by the scheme's mode."""


def _documents(case: Case) -> tuple[str, ...]:
    extra = []
    if case.ip_share_bp < 10_000:
        extra.append("ip_share_clause")
    if "insurer" in _ROLES[case.mode]:
        extra.append("insurance_policy")
    if "guarantor" in _ROLES[case.mode]:
        extra.append("guarantee_letter")
    return (*DOCUMENTS, *extra)


def _right_body(case: Case, number: int) -> dict[str, Any]:
    right = case.rights[number]
    needed = case.amount_fen * 100 // _PLEDGE_RATE_PERCENT[right.kind]
    # Round up to ten thousand yuan, as appraisers do.
    value = -(-needed // 1_000_000) * 1_000_000
    return {
        "kind": right.kind,
        "number": right.number,
        "nice_class": right.nice_class,
        "name": right.name,
        "owner_uscc": case.firm.uscc,
        "owner_name": case.firm.name,
        "filed_on": right.filed_on.isoformat(),
        "expires_on": right.expires_on.isoformat(),
        "valuation": {
            "amount": format_fen(value),
            "method": "income",
            "appraiser": "津评资产评估" if case.pool == "dongli" else "川评资产评估",
            "valued_on": f"{month_name(case.month - 1)}-20",
        },
    }


def first_body(case: Case) -> dict[str, Any]:
    """What the bank sends first; an incomplete case lacks two papers."""
    whole = body(case)
    if case.fate is Fate.INCOMPLETE:
        whole["documents"] = whole["documents"][2:]
    return whole


def has_typo(case: Case) -> bool:
    """Whether the bank mistypes a patent number at its first try."""
    return case.ref.endswith("04") and case.month % 3 == 1


def body_with_typo(case: Case) -> dict[str, Any]:
    """The application with a patent number whose check digit is wrong."""
    wrong = body(case)
    wrong["collateral"][0] |= {"kind": "invention", "number": WRONG_PATENT, "nice_class": None}
    return wrong


def pledge_body(case: Case) -> dict[str, Any]:
    """The entries in the registers, one for each right."""
    return {
        "registrations": [
            {
                "collateral_no": number,
                "registration_no": f"Y{case.month:02d}{case.ref}{number:02d}",
                "registry": "国家知识产权局",
                "registered_on": f"{month_name(case.month)}-05",
            }
            for number in range(1, len(case.rights) + 1)
        ]
    }


def _decided_on(case: Case) -> date:
    """A case is approved, pledged and paid out on the fifth of its month."""
    return date.fromisoformat(f"{month_name(case.month)}-05")


def _lists_checked(case: Case) -> list[dict[str, Any]]:
    """The dishonesty lists that the programme names, looked at that day: the firm is on none."""
    day = _decided_on(case)
    names = library.load(case.pool).terms(day, case.mode).credit_lists
    return [{"name": name, "checked_on": day.isoformat(), "found": False} for name in names]


def approval_body(case: Case) -> dict[str, Any]:
    """The approver's opinion, after a look at the lists."""
    return {"opinion": "同意入库", "lists_checked": _lists_checked(case)}


def disbursement_body(case: Case) -> dict[str, Any]:
    """The loan is paid out on the day it is told."""
    paid_on = _decided_on(case)
    return {
        "loan_no": case.loan_no,
        "amount": format_fen(case.amount_fen),
        "disbursed_on": paid_on.isoformat(),
        "matures_on": add_months(paid_on, case.tenor_months).isoformat(),
        "lists_checked": _lists_checked(case),
    }


def position_item(case: Case, now: Position) -> dict[str, Any]:
    """One row of a bank's monthly report."""
    return {
        "loan_no": case.loan_no,
        "outstanding_principal": format_fen(now.outstanding_fen),
        "overdue_days": now.overdue_days,
        "interest_arrears": format_fen(now.interest_arrears_fen),
        "penalty_interest": format_fen(now.penalty_interest_fen),
        "risk_class": now.risk_class,
    }


Papers = list[dict[str, str]]


def claim_body(loan_id: str, case: Case, month: int, papers: Papers) -> dict[str, Any]:
    """A claim on the position that was reported last."""
    last = position(case, month - 1)
    facts: dict[str, Any] = {"overdue_days": last.overdue_days, "risk_class": last.risk_class}
    if case.lawsuit:
        facts["lawsuit_accepted_on"] = f"{month_name(month)}-03"
    return {
        "loan_id": loan_id,
        "outstanding_principal": format_fen(last.outstanding_fen),
        "interest_arrears": format_fen(last.interest_arrears_fen),
        "penalty_interest": format_fen(last.penalty_interest_fen),
        "facts": facts,
        "documents": papers,
    }


def steps_before_notice(
    report: Papers, minutes: Papers
) -> tuple[tuple[Person, dict[str, Any]], ...]:
    """Who says what, by which papers, in the steps that the scheme names before the public notice."""
    everybody = [FINANCE_MAKER.name, APPROVER.name, POOL_MANAGER.name]
    return (
        (FINANCE_MAKER, _step("expert_review", "现场核查属实", papers=report)),
        (APPROVER, _step("bureau_opinion", "同意提交联席会议")),
        (POOL_MANAGER, _step("joint_meeting", "一致同意补偿", participants=everybody,
                             papers=minutes)),
    )  # fmt: skip


def notice_body(claims: list[str], month: int) -> dict[str, Any]:
    """The public notice of a month's claims, from the fifth on, as long as it must."""
    return {
        "title": f"{month_said(month_name(month), 'zh')}知识产权质押融资风险补偿公示",
        "claims": claims,
        "opens_on": f"{month_name(month)}-05",
    }


def _step(step: str, opinion: str, **more: Any) -> dict[str, Any]:
    return {"step": step, "outcome": "favourable", "opinion": opinion, **more}


def recovery_body(case: Case, month: int, age: int) -> dict[str, Any]:
    """First the pledged rights are sold, later the debtor pays a little."""
    if age == 2:
        gross, costs = case.amount_fen * 26 // 100, case.amount_fen // 100
        return _recovery("auction", month, gross, costs, from_ip=True)
    return _recovery("debtor", month, case.amount_fen * 7 // 100, 0, from_ip=False)


def _recovery(route: str, month: int, gross: int, costs: int, *, from_ip: bool) -> dict[str, Any]:
    return {
        "received_on": f"{month_name(month)}-18",
        "route": route,
        "from_pledged_ip": from_ip,
        "gross": format_fen(gross),
        "costs": format_fen(costs),
    }


def bank_interest(pool: Pool, month: int) -> str:
    """What the account-keeping bank credits for a month: a small, odd amount."""
    paid_in = sum(yuan for _, _, yuan in pool.contributions)
    return format_fen(paid_in * 100 * 35 // 120_000 + month * 7)
