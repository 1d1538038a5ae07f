"""Claims, recoveries and months of an export, each made again from what was recorded of it."""

from __future__ import annotations

from math import lcm

from services.risk_pool.audit.outside.amounts import Check, fen, half_up, ratio
from services.risk_pool.audit.outside.book import Book, Line, Totals, add
from services.risk_pool.audit.outside.splits import capped, divide, given_back


def fen_of(amounts: dict[str, str]) -> dict[str, int]:
    """Party → fen."""
    return {party: fen(amount) for party, amount in amounts.items()}


def recorded(line: Line) -> dict[str, int]:
    """Party → fen, as a case's own record has it."""
    return {one["party"]: fen(one["amount"]) for one in line["shares"]}


class Cases:
    """The cases of a book, in the order in which they were decided."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.claims = Check("claims", "补偿分担", "split of claims")
        self.recoveries = Check("recoveries", "追偿返还", "split of recoveries")
        self.months = Check("months", "月结与对账单", "months and statements")
        self._claims: dict[str, Line] = {}
        self._returned: dict[str, dict[str, int]] = {}

    def claim(self, line: Line) -> None:
        """A claim's split from its recorded inputs: base, ratio, caps, and what was booked."""
        number = line["number"]
        self._claims[number] = line
        told = self.book.told.get(line["explanation_id"])
        if told is None:
            self.claims.holds(False, f"{number}：说明缺失", f"{number}: no explanation")
            return
        said = told["explanation"]
        due, shares, base = fen_of(said["due"]), fen_of(said["shares"]), fen(said["base"])
        limits = [one for one in said["limits"] if one["parties"]]

        def holds(true: object, zh: str, en: str) -> None:
            self.claims.holds(true, f"{number}：{zh}", f"{number}: {en}")

        part = self._part(said)
        holds(part in (None, fen(said["ip_part"])), "知识产权部分不等于本金乘占比",
              "the IP part is not principal × share")  # fmt: skip
        made = self._due(said, base)
        holds(made in (None, due), "上限前份额不等于基数乘比例",
              "the shares before caps are not base × ratio")  # fmt: skip
        holds(capped(due, limits, said["borne"]["bearer"]) == shares, "上限后的份额重算不符",
              "the shares after caps do not come out")  # fmt: skip
        holds(sum(shares.values()) == base, "份额合计不等于基数",
              "the shares do not sum to the base")  # fmt: skip
        holds(recorded(line) == shares and fen(line["base"]) == base, "登记的份额与说明不符",
              "the recorded shares are not the explained ones")  # fmt: skip
        for one in said["payments"]:
            reference = f"claim:{number}:{one['payer']}:{one['payee']}"
            holds(self.book.booked.get(reference) == fen(one["amount"]),
                  f"{one['payer']} 付 {one['payee']} {one['amount']} 未照此入账",
                  f"{one['payer']} to {one['payee']} {one['amount']} is not booked so")  # fmt: skip

    def _part(self, said: Line) -> int | None:
        """The IP part of the principal; None where recourse before the claim counts in it."""
        first = next(one for one in said["explanation"]["steps"] if one["rule"] == "base")
        inputs = first["inputs"]
        principal = inputs.get("outstanding_principal") or inputs.get("compensated_amount")
        if principal is None or "recovered" in inputs:
            return None
        return half_up(fen(principal) * ratio(inputs["ip_share"]))

    def _due(self, said: Line, base: int) -> dict[str, int] | None:
        """The shares before caps; None where no ratio fitted and nothing was paid."""
        step = next(one for one in said["explanation"]["steps"] if one["rule"] == "sharing")
        if " " not in step["result"]:
            return None
        agreed = dict(part.rsplit(" ", 1) for part in step["result"].split(" : "))
        ratios = [ratio(one) for one in agreed.values()]
        whole = lcm(*(one.denominator for one in ratios))
        parts = [int(one * whole) for one in ratios]
        residual = list(agreed).index(said["borne"]["residual"])
        rounding = said["borne"]["rounding"]
        return dict(zip(agreed, divide(rounding, base, parts, residual), strict=True))

    def recovery(self, line: Line) -> None:
        """A recovery's split: costs first, then back by what each party of its claim bore."""
        number, claim = line["number"], self._claims.get(line["claim_number"])
        told = self.book.told.get(line["explanation_id"])
        if told is None or claim is None:
            self.recoveries.holds(
                False, f"{number}：说明或补偿申请缺失", f"{number}: no explanation or no claim"
            )
            return
        said = told["explanation"]
        steps = {one["rule"]: one["inputs"] for one in said["explanation"]["steps"]}
        proceeds, costs = steps["recovery.gross"], steps["recovery.net"]
        other = half_up(fen(proceeds["other"]) * ratio(proceeds["ip_share"]))
        gross = fen(proceeds["pledged_ip"]) + other
        net = max(gross - fen(costs["costs"]) - fen(costs["carried_costs"]), 0)
        given = fen_of(said["returned"])
        left = (given, fen(said["to_interest"]), fen(said["to_pledgor"]))

        def holds(true: object, zh: str, en: str) -> None:
            self.recoveries.holds(true, f"{number}：{zh}", f"{number}: {en}")

        holds((gross, net) == (fen(said["gross"]), fen(said["net"])), "净额不等于回款减费用",
              "the net is not proceeds less costs")  # fmt: skip
        holds(sum(given.values()) + left[1] + left[2] == net, "返还合计不等于净额",
              "what is given back is not the net")  # fmt: skip
        holds(recorded(line) == given, "登记的返还与说明不符",
              "the recorded shares are not the explained ones")  # fmt: skip
        before = self._returned.setdefault(line["claim_number"], {})
        why = self.book.told.get(claim["explanation_id"])
        if claim["splits"] > 1 or why is None:
            # Money of before the approval has changed what each bore: no record tells when.
            self.recoveries.only_summed += 1
        else:
            holds(self._given_back(net, why["explanation"]["borne"], before) == left,
                  "返还份额重算不符", "the shares do not come out")  # fmt: skip
        for party, amount in (*given.items(), ("", left[1])):
            before[party] = before.get(party, 0) + amount

    def _given_back(
        self, net: int, bore: Line, before: dict[str, int]
    ) -> tuple[dict[str, int], int, int]:
        """What each party gets, the bearer's interest outside the base, and the pledgor's rest."""
        interest = max(fen(bore["interest_outside"]) - before.get("", 0), 0)
        first = min(interest, net) if bore["order"] == "statutory" else 0
        given = given_back(
            net - first,
            {party: fen(amount) for party, amount in bore["borne"]},
            {party: int(part) for party, part in bore["parts"]},
            before,
            bore["residual"],
            bore["rounding"],
        )
        left = net - first - sum(given.values())
        last = min(interest - first, left)
        return given, first + last, left - last

    def month(self, line: Line) -> None:
        """A month's movements are the transfers it knew, and its statements add up to the pool's."""
        month, pool = line["month"], self.book.head["pool"]
        stated: dict[str, Totals] = {}
        for one in line["movements"]:
            two = [fen(one["debited"]), fen(one["credited"])]
            if two != [0, 0]:
                stated.setdefault(one["account"], {})[one["kind"]] = two
        made = self._moved(month, line["ledger_seq"])
        for account in sorted(made.keys() | stated.keys()):
            self.months.holds(
                made.get(account) == stated.get(account),
                f"{month} {account}：发生额与账簿不符",
                f"{month} {account}: the movements are not those of the ledger",
            )
        sums, of_pool = [0, 0], None
        for one in line["statements"]:
            payable, receivable, net = (fen(one[name]) for name in ("payable", "receivable", "net"))
            self.months.holds(
                net == payable - receivable,
                f"{month} {one['party']}：净额不等于应付减应收",
                f"{month} {one['party']}: the net is not payable less receivable",
            )
            if one["party"] == pool:
                of_pool = [receivable, payable]
            else:
                sums = [sums[0] + payable, sums[1] + receivable]
        self.months.holds(
            of_pool in (None, sums),
            f"{month}：各方对账单合计与资金池对账单不符",
            f"{month}: the parties' statements do not add up to the pool's",
        )

    def _moved(self, month: str, ledger_seq: int) -> dict[str, Totals]:
        """Account → kind → what it moved in the month; "opening": everything before it."""
        made: dict[str, Totals] = {}
        for number, date, kind, debit, credit, amount in self.book.rows:
            if number <= ledger_seq and date[:7] <= month:
                of = kind if date[:7] == month else "opening"
                add(made.setdefault(debit, {}), of, 0, amount)
                add(made.setdefault(credit, {}), of, 1, amount)
        return made
