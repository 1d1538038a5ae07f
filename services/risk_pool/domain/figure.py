"""A figure that somebody points at: its address, and everything that it opens to.

An address is stable: it names a figure by what people know of it (pool, month, party, number of a
case), so that it can be written in a letter and opened years later.

    transfer/dongli/17                              claim/DL-C-2026-0001/shares/pool
    balance/dongli/payable:ICBC@2026-03-31          claim/DL-C-2026-0001/caps/pool_balance
    pool/dongli/available                           recovery/DL-R-2026-0001/shares/bank
    limit/dongli/maximum_leverage/room              subsidy/DL-S-2026-0001/amount
    month/dongli/2026-03/cash/claim-paid            statement/dongli/2026-03/ICBC/net
    statement-line/dongli/2026-03/ICBC/current/closing
    open-item/dongli/settlement:dongli:2026-03:ICBC bank/dongli/ICBC/room
    account/dongli/12001632500059166668@2026-03-31  account-line/dongli/12001632500059166668/17
    planned/dongli/DL-H-2026-0001/1                 contribution/dongli/DL-FIN/overdue
    agreement/DL-H-2026-0001/lent                   top-up/dongli/most
    top-up-call/DL-B-2026-0001/amount               breaker/dongli/ICBC/part@2026-04-03
    disposal/DL-D-2026-0001/left                    collection/DL-C-2026-0001/met/2026-06-01
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from shared.life_cycle import Words
from shared.refusals import Refused


class NoSuchFigure(Refused):
    """There is no such figure, or the caller may not know of it: the answer is the same."""

    code: ClassVar[str] = "no-such-figure"
    status: ClassVar[int] = 404

    def __init__(self, address: str) -> None:
        super().__init__(
            f"没有该数字，或不属于您：{address}", f"There is no such figure, or it is not yours: {address}.",
            address=address, forms=[one.example for one in FORMS.values()],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """How the addresses of a kind of figure are written."""

    parts: tuple[int, int]
    """The least and the most parts after the kind."""
    example: str
    for_banks: bool
    """Whether a bank has figures of this kind; which are its own, the rows say."""


FORMS: Mapping[str, Form] = {
    "transfer": Form((2, 2), "transfer/dongli/17", True),
    "balance": Form((2, 2), "balance/dongli/payable:ICBC@2026-03-31", True),
    "pool": Form((2, 2), "pool/dongli/available", False),
    "open-item": Form((2, 2), "open-item/dongli/settlement:dongli:2026-03:ICBC", True),
    "limit": Form((2, 3), "limit/dongli/maximum_leverage/room", False),
    "bank": Form((3, 3), "bank/dongli/ICBC/room", True),
    "breaker": Form((3, 3), "breaker/dongli/ICBC/part@2026-04-03", True),
    "account": Form((2, 2), "account/dongli/12001632500059166668@2026-03-31", False),
    "account-line": Form((3, 4), "account-line/dongli/12001632500059166668/17", False),
    "planned": Form((3, 3), "planned/dongli/DL-H-2026-0001/1", True),
    "contribution": Form((3, 3), "contribution/dongli/DL-FIN/overdue", True),
    "agreement": Form((2, 2), "agreement/DL-H-2026-0001/lent", True),
    "top-up": Form((2, 3), "top-up/dongli/most", False),
    "top-up-call": Form((2, 2), "top-up-call/DL-B-2026-0001/amount", False),
    "month": Form((4, 4), "month/dongli/2026-03/cash/claim-paid", True),
    "statement": Form((4, 4), "statement/dongli/2026-03/ICBC/net", True),
    "statement-line": Form((5, 5), "statement-line/dongli/2026-03/ICBC/current/closing", True),
    "claim": Form((2, 3), "claim/DL-C-2026-0001/shares/pool", True),
    "recovery": Form((2, 3), "recovery/DL-R-2026-0001/shares/bank", True),
    "subsidy": Form((2, 2), "subsidy/DL-S-2026-0001/amount", True),
    "disposal": Form((2, 3), "disposal/DL-D-2026-0001/left", True),
    "collection": Form((2, 3), "collection/DL-C-2026-0001/met/2026-06-01", True),
}
"""Every kind of figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address taken apart."""

    text: str
    kind: str
    parts: tuple[str, ...]
    on: date | None = None
    """As of which business day; None: now."""

    @property
    def form(self) -> Form:
        return FORMS[self.kind]

    def missing(self) -> NoSuchFigure:
        """What is said where nothing stands at the address."""
        return NoSuchFigure(self.text)


def parse_address(text: str) -> Address:
    """Raises NoSuchFigure."""
    where, _, day = text.strip().strip("/").partition("@")
    kind, *parts = where.split("/")
    form = FORMS.get(kind)
    if form is None or not form.parts[0] <= len(parts) <= form.parts[1] or not all(parts):
        raise NoSuchFigure(text)
    try:
        on = date.fromisoformat(day) if day else None
    except ValueError:
        raise NoSuchFigure(text) from None
    return Address(text=text, kind=kind, parts=tuple(parts), on=on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a figure is put together from; the parts of a figure add up to it."""

    words: Words
    amount_fen: int
    address: str | None = None
    """Where this part opens in turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """Which transfers a figure is the sum of; None: whichever."""

    pool_code: str
    accounts: Sequence[str] | None = None
    kind: str | None = None
    seq: int | None = None
    explanation_id: UUID | None = None
    from_day: date | None = None
    to_day: date | None = None
    up_to_seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure with what it opens to, before it is put into words for somebody."""

    words: Words
    amount_fen: int | None
    pool_code: str
    parts: Sequence[Part] = ()
    booked: Booked | None = None
    explanation_id: UUID | None = None
    step: str = ""
    """Which step of the explanation ends in this figure."""
    steps: Sequence[Mapping[str, Any]] = ()
    """Where no decision has stored an explanation: how it comes out, in the same shape."""
    version: str = ""
    case_id: UUID | None = None
    """The case whose moves say who had a hand in it."""
    people: Sequence[Mapping[str, Any]] = ()
    """Where it is no case: who had a hand in it (name, role, action, at)."""
    path: str = ""
    """Where the thing itself is shown by the API."""


OF_THE_WHOLE_POOL = frozenset({"programme_year", "term", "pool_balance"})
"""Periods of caps whose running figures tell of other banks' loans."""

OF_ITS_OWN_LOANS = frozenset({"loan_cap", "bank_line"})
"""Limits of a reservation that tell a bank of nobody else; a borrower's counts its loans at others."""

WITHHELD = Words("涉及其他机构的数字不予显示", "figures that tell of others are not shown")


def told_to_bank(explanation: Mapping[str, Any], periods: Mapping[str, str]) -> dict[str, Any]:
    """A stored explanation as a bank may read it: its steps, and its limits, without others' figures."""
    inner = explanation.get("explanation")
    told = dict(explanation)
    if "steps" in told:
        told["steps"] = [seen_by_bank(step, periods) for step in told["steps"]]
    if isinstance(inner, Mapping):
        told["explanation"] = told_to_bank(inner, periods)
    if "limits" in told:
        told["limits"] = [cap_seen_by_bank(one, periods) for one in told["limits"]]
    return told


def cap_seen_by_bank(cap: Mapping[str, Any], periods: Mapping[str, str]) -> dict[str, Any]:
    """What a cap did to the bank's claim; of one over the whole pool not how much was left of it."""
    of_others = cap["parties"] and periods.get(cap["code"], "pool_balance") in OF_THE_WHOLE_POOL
    return {**cap, **dict.fromkeys(("limit", "used", "allowed") if of_others else ())}


def seen_by_bank(step: Mapping[str, Any], periods: Mapping[str, str]) -> dict[str, Any]:
    """A step as a bank may see it: whether a limit bound, but not what others have used of it.

    `periods`: the code of each cap → over what it counts.
    """
    rule = str(step["rule"])
    kind, _, code = rule.partition(".")
    of_others = (kind == "caps" and periods.get(code, "pool_balance") in OF_THE_WHOLE_POOL) or (
        {"used", "allowed"} <= set(step.get("inputs", {})) and rule not in OF_ITS_OWN_LOANS
    )
    if not of_others:
        return dict(step)
    keep = {name: step["inputs"][name] for name in ("due", "requested") if name in step["inputs"]}
    result = step["result"] if kind == "caps" else "—"
    note = {"note_zh": WITHHELD.zh, "note_en": WITHHELD.en}
    if step.get("note_zh"):
        note = {
            "note_zh": f"{step['note_zh']}；{WITHHELD.zh}",
            "note_en": f"{step['note_en']}; {WITHHELD.en}",
        }
    return {**step, "inputs": keep, "result": result, **note, "zh": str(step["zh"]).split(":")[0]}
