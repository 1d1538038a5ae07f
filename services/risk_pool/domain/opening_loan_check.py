"""Whether a row of the sheet of loans, or of rights, can be true; everything wrong at once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.risk_pool.domain.coverage import covered_part
from services.risk_pool.domain.opening_loan import TakenLoan, TakenRight
from services.risk_pool.domain.opening_row import Finding, SheetRow
from shared.identifiers import InvalidIdentifier, uscc
from shared.money import format_fen, group_fen
from shared.months import add_months
from shared.ratios import WHOLE_BP, ip_share
from shared.rights import PATENTS, read_right
from shared.schemes.facts import facts_needed
from shared.schemes.stated import all_kept, read_facts
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import FACTS

_MOST_MONTHS = 600


class LoanFaults(Exception):
    """What is wrong with a row."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(", ".join(one.code for one in findings))
        self.findings = findings


def fault(column: str, code: str, zh: str, en: str) -> Finding:
    """Something wrong in a column."""
    return Finding(column=column, code=code, zh=zh, en=en)


def right_of(values: Mapping[str, Any]) -> TakenRight:
    """A right as its register knows it. Raises LoanFaults."""
    found = []
    number, nice_class = values["number"], values.get("nice_class", 0)
    is_trademark = values["kind"] == "trademark_right"
    try:
        number = read_right(values["kind"], values["number"]).number
    except InvalidIdentifier as wrong:
        found.append(fault("权利号", wrong.code, wrong.zh, wrong.en))
    if is_trademark and not 1 <= nice_class <= 45:
        found.append(
            fault(
                "商标类别", "nice-class", "商标须填类别 1 至 45", "a trademark has a class, 1 to 45"
            )
        )
    filed_on, expires_on = (date.fromisoformat(values[name]) for name in ("filed_on", "expires_on"))
    if expires_on <= filed_on:
        found.append(
            fault("有效期至", "days-out-of-order", "有效期须晚于申请日", "it ends after its filing")
        )
    if found:
        raise LoanFaults(found)
    return TakenRight(
        kind=values["kind"],
        number=number,
        number_as_given=values["number"],
        nice_class=nice_class if is_trademark else 0,
        name=values["name"],
        owner_name=values["owner_name"],
        filed_on=filed_on,
        expires_on=expires_on,
        registration_no=values["registration_no"],
        registered_on=date.fromisoformat(values["registered_on"]),
    )


def loan_of(
    row: SheetRow,
    *,
    bank_code: str,
    terms: Terms | Finding,
    rights: tuple[TakenRight, ...],
    by_role: Mapping[str, Sequence[str]],
    opened_on: date,
) -> TakenLoan:
    """The loan that a row tells of. Raises LoanFaults."""
    values = row.values
    days = {
        name: date.fromisoformat(values[name])
        for name in ("borrower_registered_on", "approved_on", "disbursed_on", "matures_on")
    }
    found = [*_numbers(values, rights), *_days(days, opened_on)]
    share_bp, ip_amount_fen, wrong = stated_share(values)
    found += wrong or _amounts(values, share_bp, ip_amount_fen)
    parties: dict[str, str] = {}
    before: Mapping[str, Any] = {}
    at: Mapping[str, Any] = {}
    if isinstance(terms, Finding):
        found.append(terms)
    else:
        parties, wrong = parties_named(str(values.get("parties", "")), terms, by_role)
        before, at, missing = _facts(row.facts, terms)
        found += [*wrong, *missing]
    if found:
        raise LoanFaults(found)
    assert isinstance(terms, Terms)
    return TakenLoan(
        at=row.at,
        bank_code=bank_code,
        loan_no=values["loan_no"],
        borrower_uscc=uscc(values["borrower_uscc"]).normalised,
        borrower_name=values["borrower_name"],
        borrower_is_sme=values["borrower_is_sme"],
        amount_fen=values["amount"],
        outstanding_fen=values["outstanding"],
        covered_fen=values["covered"],
        ip_share_bp=share_bp,
        ip_amount_fen=ip_amount_fen,
        tenor_months=months_between(days["disbursed_on"], days["matures_on"]),
        annual_rate_bp=values["annual_rate"],
        mode=values["mode"],
        scheme_version=terms.version,
        parties=parties,
        attributes=before,
        attributes_at_disbursement=at,
        purpose=values["purpose"],
        repayment=values["repayment"],
        overdue_days=values.get("overdue_days", 0),
        risk_class=values.get("risk_class", "normal"),
        has_other_collateral=values.get("has_other_collateral", False),
        is_first_loan=values.get("is_first_loan", False),
        is_multi_ip_type=len({_register(one.kind) for one in rights}) > 1,
        rights=rights,
        **days,
    )


def _register(kind: str) -> str:
    return "patent" if kind in PATENTS else kind


def months_between(first: date, last: date) -> int:
    """Whole months that a loan runs, a part of one counted as one."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return max(months + (add_months(first, months) < last), 1)


def _numbers(values: Mapping[str, Any], rights: Sequence[TakenRight]) -> list[Finding]:
    found = []
    try:
        uscc(values["borrower_uscc"])
    except InvalidIdentifier as wrong:
        found.append(fault("统一社会信用代码", wrong.code, wrong.zh, wrong.en))
    if not rights:
        found.append(
            fault(
                "", "right-missing", "质押权利表中没有这笔贷款的权利",
                "the sheet of rights has none of this loan",
            )
        )  # fmt: skip
    return found


def _days(days: Mapping[str, date], opened_on: date) -> list[Finding]:
    found = []
    if not days["approved_on"] <= days["disbursed_on"] < days["matures_on"]:
        found.append(
            fault(
                "放款日", "days-out-of-order", "须批准日 ≤ 放款日 < 到期日",
                "approved, then paid out, then due",
            )
        )  # fmt: skip
    if days["disbursed_on"] >= opened_on:
        found.append(
            fault(
                "放款日", "after-opening",
                f"接管日 {opened_on} 起发放的贷款按正常程序申请",
                f"a loan paid out from {opened_on} on is applied for as any other",
            )
        )  # fmt: skip
    months = (days["matures_on"].year - days["disbursed_on"].year) * 12
    if months > _MOST_MONTHS:
        found.append(fault("到期日", "day-malformed", "到期日过远", "it is due too far away"))
    return found


def stated_share(values: Mapping[str, Any]) -> tuple[int, int | None, list[Finding]]:
    """Basis points, and the amount where the contract states one (programmes H.7)."""
    stated, ip_amount_fen = values.get("ip_share"), values.get("ip_amount")
    amount_fen = values["amount"]
    if stated is None and ip_amount_fen is None:
        return 0, None, [
            fault("知识产权部分占比", "missing", "占比与金额至少填一项", "state the share or the amount")
        ]  # fmt: skip
    if ip_amount_fen is not None and not 0 < ip_amount_fen <= amount_fen:
        return 0, None, [
            fault(
                "知识产权部分金额", "ip-amount-above-loan",
                f"须大于零且不超过贷款本金 {group_fen(amount_fen)} 元",
                f"above nought, and no more than the loan of {format_fen(amount_fen)}",
            )
        ]  # fmt: skip
    if ip_amount_fen is not None:
        exact = ip_share(share_bp=0, amount_fen=amount_fen, ip_amount_fen=ip_amount_fen)
        if stated is not None and abs(exact * WHOLE_BP - stated) >= 1:
            return 0, None, [
                fault(
                    "知识产权部分占比", "ip-share-disagrees", "占比与知识产权部分金额不符",
                    "the share does not agree with the amount",
                )
            ]  # fmt: skip
        return max(round(exact * WHOLE_BP), 1), ip_amount_fen, []
    if not stated:
        return 0, None, [
            fault("知识产权部分占比", "percent-malformed", "占比须大于零", "a share above nought")
        ]  # fmt: skip
    return stated, None, []


def _amounts(values: Mapping[str, Any], share_bp: int, ip_amount_fen: int | None) -> list[Finding]:
    amount_fen, owed_fen, covered_fen = values["amount"], values["outstanding"], values["covered"]
    if not 0 < owed_fen <= amount_fen:
        return [
            fault(
                "未还本金", "outstanding-above-loan",
                f"须大于零且不超过贷款本金 {group_fen(amount_fen)} 元；已结清的不列入",
                f"above nought, and no more than {format_fen(amount_fen)}; leave out what is repaid",
            )
        ]  # fmt: skip
    share = ip_share(share_bp=share_bp, amount_fen=amount_fen, ip_amount_fen=ip_amount_fen)
    most_fen = covered_part(owed_fen, share)
    if covered_fen > most_fen:
        return [
            fault(
                "在保本金", "covered-above-share",
                f"超过未还本金乘以占比：{group_fen(most_fen)} 元",
                f"above the share of what is outstanding, {format_fen(most_fen)}",
            )
        ]  # fmt: skip
    if covered_fen == 0:
        return [fault("在保本金", "nothing-covered", "在保本金为零", "nothing is covered")]
    return []


def parties_named(
    said: str, terms: Terms, by_role: Mapping[str, Sequence[str]]
) -> tuple[dict[str, str], list[Finding]]:
    """Role → code of those who share beside pool and bank: as it is written, else the only party
    of that role."""
    wanted = [role for role in terms.parties if role not in ("pool", "bank")]
    written: dict[str, str] = {}
    found = []
    for part in said.replace("；", ";").split(";"):
        role, _, code = (text.strip() for text in part.replace("＝", "=").partition("="))
        if not role:
            continue
        if role not in wanted or code not in by_role.get(role, ()):
            found.append(
                fault(
                    "其他承担方", "party-not-in-pool",
                    f"“{part.strip()}”：该模式无此角色，或资金池中没有该参与方",
                    f"{part.strip()}: no such role in the mode, or no such party in the pool",
                )
            )  # fmt: skip
        written[role] = code
    for role in wanted:
        known = by_role.get(role, ())
        if role in written or (role in terms.behind and not known):
            continue
        if len(known) == 1:
            written[role] = known[0]
        elif role not in terms.behind:
            found.append(
                fault(
                    "其他承担方", "party-missing", f"该模式须说明 {role} 是谁，如 {role}=代码",
                    f"the mode has a {role}; say who it is, as {role}=CODE",
                )
            )  # fmt: skip
    return written, found


def _facts(
    stated: Mapping[str, str], terms: Terms
) -> tuple[Mapping[str, Any], Mapping[str, Any], list[Finding]]:
    """The facts as of approval and as of disbursement, and what is wrong with them or missing."""
    at_disbursement = {one.name for one in facts_needed(terms) if one.at == "disbursement"}
    typed = {name: _typed(name, text) for name, text in stated.items()}
    later = {name: value for name, value in typed.items() if name in at_disbursement}
    first = {name: value for name, value in typed.items() if name not in at_disbursement}
    before, wrong = read_facts(first, terms, at="approval")
    at, wrong_later = read_facts(later, terms, at="disbursement")
    found = [
        fault(
            FACTS[name].zh if (name := str(one.place[-1])) in FACTS else name,
            one.code, one.zh, one.en,
        )
        for one in (*wrong, *wrong_later)
    ]  # fmt: skip
    return all_kept(before), all_kept(at), found


def _typed(name: str, text: str) -> Any:
    kind = FACTS[name].kind if name in FACTS else "word"
    if kind == "flag":
        return {"是": True, "否": False}.get(text, text)
    if kind == "count" and text.isdecimal():
        return int(text)
    return text.replace(",", "") if kind == "money" else text
