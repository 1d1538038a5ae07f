"""A ledger verified from its first row, in one pass and little memory.

The verifier is handed rows as they were stored and believes none of them: it makes every hash,
every balance and every id again, and says of each check how much it looked at and what it found.
"""

from collections.abc import Mapping

from services.risk_pool.domain.audit_checks import Check, Head, Row, Sealed, Totals
from services.risk_pool.domain.audit_references import Twins
from services.risk_pool.domain.audit_totals import (
    check_balances,
    check_cash,
    check_exposure,
    check_months,
)
from services.risk_pool.domain.chain import GENESIS, explanation_id_of, hash_after, text_of
from services.risk_pool.domain.ledger import CASH, account_kind
from shared.money import format_fen


class Verifier:
    """Takes the rows of one pool in order of their numbers, then its explanations, then its head."""

    def __init__(self, pool_code: str) -> None:
        self.pool_code = pool_code
        self._previous = GENESIS
        self._last_seq = 0
        self._references = Twins()
        self._totals: dict[str, list[int]] = {}
        self._by_month: dict[str, dict[str, list[int]]] = {}
        self._known_accounts: set[str] = set()
        self._explained: dict[str, int] = {}
        self._cash: dict[str, tuple[int, int]] = {}
        self._sealed = False
        self.chain = Check("chain", "校验链", "hash chain")
        self.numbers = Check("numbers", "编号连续", "numbers without a gap")
        self.shape = Check("shape", "记账规则", "rules of booking")
        self.references = Check("references", "业务凭据唯一", "references unique")
        self.explanations = Check("explanations", "说明未改动", "explanations sealed")
        self.balances = Check("balances", "余额重算", "balances recomputed")
        self.trial = Check("trial_balance", "借贷平衡", "trial balance")
        self.months = Check("closed_months", "已结月份未变", "closed months unchanged")
        self.cash = Check("cash", "专户收付均经两人", "cash by two persons")
        self.exposure = Check(
            "exposure", "敞口、保证金与业务一致", "exposure and escrow agree with the cases"
        )

    def transfer(self, row: Row) -> None:
        """The next transfer."""
        seq = row.seq
        self.chain.looked_at += 1
        self.numbers.looked_at += 1
        if seq != self._last_seq + 1:
            self.numbers.fault(
                seq,
                f"第 {self._last_seq} 笔之后是第 {seq} 笔",
                f"number {self._last_seq} is followed by {seq}",
            )
        self._last_seq = seq
        text = text_of(
            self.pool_code,
            seq,
            reference=row.reference,
            debit=row.debit,
            credit=row.credit,
            amount_fen=row.amount_fen,
            business_date=row.business_date,
            kind=row.kind,
            explanation_id=row.explanation_id,
            loan_id=row.loan_id,
            booked_at=row.booked_at,
        )
        if hash_after(self._previous, text) != row.hash:
            remade = hash_after(self._previous, text).hex()
            self.chain.fault(
                seq,
                f"第 {seq} 笔({row.reference},{format_fen(row.amount_fen)} 元)与其校验值不符:"
                f"存 {row.hash.hex()[:16]}…,算得 {remade[:16]}…",
                f"transfer {seq} ({row.reference}, {format_fen(row.amount_fen)}) does not give its "
                f"hash: stored {row.hash.hex()[:16]}…, recomputed {remade[:16]}…",
            )
        self._previous = row.hash
        self._shape(row)
        self._count(row)
        self._references.add(row.reference, seq)
        if row.explanation_id:
            self._explained.setdefault(row.explanation_id, seq)

    def _shape(self, row: Row) -> None:
        self.shape.looked_at += 1
        wrong = ""
        if row.amount_fen <= 0:
            wrong = f"金额 {format_fen(row.amount_fen)} / the amount is not positive"
        elif row.debit == row.credit:
            wrong = "借贷同户 / both sides are one account"
        for account in (row.debit, row.credit):
            if account not in self._known_accounts:
                try:
                    account_kind(account)
                    self._known_accounts.add(account)
                except ValueError as error:
                    wrong = f"科目 {account} / {error}"
        if wrong:
            self.shape.fault(row.seq, f"第 {row.seq} 笔:{wrong}", f"transfer {row.seq}: {wrong}")

    def _count(self, row: Row) -> None:
        fen = row.amount_fen
        if CASH in (row.debit, row.credit):
            self._cash[row.reference] = (row.seq, fen)
        month = self._by_month.setdefault(row.business_date[:7], {})
        for totals in (self._totals, month):
            totals.setdefault(row.debit, [0, 0])[0] += fen
            totals.setdefault(row.credit, [0, 0])[1] += fen

    def explanation(self, sealed: Sealed) -> None:
        """The next explanation, after all transfers."""
        self._sealed = True
        self.explanations.looked_at += 1
        try:
            remade = str(
                explanation_id_of(
                    self.pool_code,
                    sealed.bank_code,
                    sealed.kind,
                    sealed.explanation,
                    sealed.people,
                    sealed.stored_at,
                )
            )
        except (TypeError, ValueError):
            remade = "?"
        seq = self._explained.pop(sealed.id, None)
        if remade != sealed.id:
            self.explanations.fault(
                seq,
                f"说明 {sealed.id}({sealed.kind})的内容与其编号不符"
                + (f",见第 {seq} 笔" if seq else ""),
                f"the explanation {sealed.id} ({sealed.kind}) does not give its id"
                + (f"; see transfer {seq}" if seq else ""),
            )

    def finish(self, head: Head) -> list[Check]:
        """Hold the recomputed figures against what the ledger says of itself."""
        self._finish_chain(head)
        self._finish_references()
        self._finish_explanations()
        made = _pairs(self._totals)
        by_month = {month: _pairs(totals) for month, totals in self._by_month.items()}
        check_balances(self.balances, self.trial, made, head.balances)
        check_months(self.months, by_month, head.closed_months)
        checks = [
            self.chain,
            self.numbers,
            self.shape,
            self.references,
            self.explanations,
            self.balances,
            self.trial,
            self.months,
        ]
        if head.cash is not None:
            check_cash(self.cash, self._cash, head.cash)
            checks.append(self.cash)
        if head.exposure is not None:
            check_exposure(self.exposure, made, head.exposure)
            checks.append(self.exposure)
        return checks

    def _finish_chain(self, head: Head) -> None:
        if head.transfers != self._last_seq:
            self.numbers.fault(
                self._last_seq,
                f"账簿应有 {head.transfers} 笔,末笔为第 {self._last_seq} 笔",
                f"the ledger says {head.transfers} transfers, the last one is {self._last_seq}",
            )
        if head.last_hash != self._previous:
            self.chain.fault(
                self._last_seq,
                f"末笔(第 {self._last_seq} 笔)的校验值不是账簿所记的链尾",
                f"the hash of the last transfer ({self._last_seq}) is not the ledger's head",
            )

    def _finish_references(self) -> None:
        self.references.looked_at = self._references.count
        for first, second in self._references.found():
            self.references.fault(
                second,
                f"第 {second} 笔与第 {first} 笔的凭据相同",
                f"transfer {second} has the reference of transfer {first}",
            )

    def _finish_explanations(self) -> None:
        for missing, seq in self._explained.items():
            self.explanations.fault(
                seq,
                f"第 {seq} 笔的说明 {missing} 不存在",
                f"the explanation {missing} of transfer {seq} is missing",
            )


def _pairs(totals: Mapping[str, list[int]]) -> Totals:
    return {account: (debited, credited) for account, (debited, credited) in totals.items()}
