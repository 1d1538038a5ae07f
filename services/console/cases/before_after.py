"""What a decision does to pool, bank and borrower: each figure before it and after it.

The figures are the services'; where they give one side and the amount that moves, the other side is
their sum. Nothing is decided by them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.console.rendering.catalogue import Texts
from shared.money import format_fen, parse_fen

Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One figure in yuan before and after; `ceiling` where there is a limit to it."""

    words: str
    before: str
    after: str
    ceiling: str | None = None
    exceeded: bool = False
    source: str = ""

    @property
    def over(self) -> str:
        """By how much it is above its ceiling then; "" where it is not."""
        if self.ceiling is None:
            return ""
        beyond = parse_fen(self.after) - parse_fen(self.ceiling)
        return format_fen(beyond) if beyond > 0 else ""

    @property
    def is_over(self) -> bool:
        """Whether it would be above its ceiling, or its service says that it binds."""
        return self.exceeded or bool(self.over)

    @property
    def room(self) -> str:
        """What is left below the ceiling then; "" where there is none."""
        if self.ceiling is None:
            return ""
        left = parse_fen(self.ceiling) - parse_fen(self.after)
        return format_fen(left) if left >= 0 else ""

    @property
    def difference(self) -> str:
        """What the decision adds, or takes off with a minus."""
        return format_fen(parse_fen(self.after) - parse_fen(self.before))

    @property
    def nearness(self) -> float:
        """How near to its ceiling it would be, 1 at it; below all others where there is none."""
        most = parse_fen(self.ceiling) if self.ceiling is not None else 0
        return parse_fen(self.after) / most if most > 0 else (2.0 if self.over else -1.0)


def nearest_first(changes: Iterable[Change]) -> list[Change]:
    """What is above its ceiling, then what comes nearest to it; the rest as it was."""
    return sorted(changes, key=lambda one: (not one.is_over, -one.nearness))


def of_case(
    texts: Texts,
    case: Figures,
    *,
    effect: Figures | None,
    pool_effect: Figures | None,
    coverage: Figures | None,
    pool: Figures | None,
    own: Figures | None,
) -> list[Change]:
    """What the decision that an application waits for would move; nothing where none does."""
    if effect or pool_effect:
        return at_approval(texts, effect, pool_effect)
    if case["undo_asked_by"] and not case["undo_draw_no"]:
        is_filing = case["paid_out"] is not None
        return at_undoing(texts, coverage, pool, own, is_filing=is_filing)
    return at_disbursement(texts, coverage, pool, own)


def at_approval(texts: Texts, effect: Figures | None, pool_effect: Figures | None) -> list[Change]:
    """Every limit of the pool, the bank and the firm that an approval would use."""
    rows = [*(pool_effect or {}).get("effects", []), *(effect or {}).get("exposures", [])]
    return nearest_first(
        Change(
            texts.of(one),
            one["before"],
            one["after"],
            one["ceiling"],
            bool(one["exceeded"]),
            one["source"] or "",
        )
        for one in rows
    )


def at_disbursement(
    texts: Texts, coverage: Figures | None, pool: Figures | None, own: Figures | None
) -> list[Change]:
    """What is held for a loan becomes cover when it is paid out."""
    if coverage is None or coverage["state"] != "reserved":
        return []
    moved = parse_fen(coverage["reserved"])
    return _held_to_covered(texts, moved, pool, own, loan=("0.00", coverage["reserved"]))


def at_undoing(
    texts: Texts,
    coverage: Figures | None,
    pool: Figures | None,
    own: Figures | None,
    *,
    is_filing: bool,
) -> list[Change]:
    """What was covered is held again when a disbursement is undone; of a filing, it is free."""
    if coverage is None or coverage["state"] != "active":
        return []
    moved = -parse_fen(coverage["covered"])
    loan = (coverage["covered"], "0.00")
    return _held_to_covered(texts, moved, pool, own, loan=loan, keeps_held=not is_filing)


def _held_to_covered(
    texts: Texts,
    moved: int,
    pool: Figures | None,
    own: Figures | None,
    *,
    loan: tuple[str, str],
    keeps_held: bool = True,
) -> list[Change]:
    found = []
    for where, line in ((pool, None), (own, (own or {}).get("line"))):
        if not where or not where.get("covered"):
            continue
        whose = where["name"]
        found.append(
            _moved(f"{whose} · {texts('before_after.covered')}", where["covered"], moved, line)
        )
        if keeps_held and where.get("reserved"):
            words = f"{whose} · {texts('before_after.reserved')}"
            found.append(_moved(words, where["reserved"], -moved))
    return [*found, Change(texts("before_after.this-loan"), *loan)]


def at_compensation(texts: Texts, trial: Figures | None) -> list[Change]:
    """What a compensation does to the pool's money, to each cap, to the bank's year and the firm."""
    if not trial or not trial.get("base"):
        return []
    found = [
        Change(texts(f"before_after.{name}"), trial[part]["before"], trial[part]["after"])
        for name, part in (
            ("pool-money", "pool"),
            ("bank-year", "bank_year"),
            ("borrower-claims", "borrower"),
        )
        if trial.get(part)
    ]
    return [*found, *nearest_first(_caps(texts, trial["limits"]))]


def _caps(texts: Texts, limits: Sequence[Figures]) -> Iterable[Change]:
    for one in limits:
        if one["limit"] is None or one["used"] is None:
            continue
        words, source = texts.of(one) or one["code"], one["source"] or ""
        after = format_fen(parse_fen(one["used"]) + parse_fen(one["takes"]))
        yield Change(words, one["used"], after, one["limit"], bool(one["binds"]), source)


def at_payment(
    texts: Texts, pool: Figures | None, amount: str, *, comes_in: bool, later: bool = False
) -> list[Change]:
    """What a payment or a receipt does to the money in the dedicated account; `later`: not by this
    step, but once the payment is booked."""
    if not pool or not pool.get("cash"):
        return []
    moved = parse_fen(amount) if comes_in else -parse_fen(amount)
    words = texts("before_after.cash-later" if later else "before_after.cash")
    return [_moved(words, pool["cash"], moved)]


def at_recovery(texts: Texts, trial: Figures | None) -> list[Change]:
    """What each party still has to get, before it gets its part of the recovery and after."""
    if not trial:
        return []
    found = _of_parties(texts, trial["shares"], "before_after.open", "open_before", "open_after")
    if trial.get("net_loss_before"):
        words = texts("before_after.net-loss")
        found.append(Change(words, trial["net_loss_before"], trial["net_loss_after"]))
    return found


def at_adjustment(texts: Texts, effect: Figures | None) -> list[Change]:
    """What each party bears before something is booked back and after."""
    if not effect:
        return []
    found = _of_parties(texts, effect["parts"], "before_after.bears", "bore", "bears")
    if effect.get("base_after"):
        base = Change(texts("claim.base"), effect["base_before"], effect["base_after"])
        return [base, *found]
    return found


def _of_parties(
    texts: Texts, parties: Sequence[Figures], what: str, before: str, after: str
) -> list[Change]:
    """A row for each party of a scheme's split, from the two members that say it."""
    words = texts(what)
    return [
        Change(f"{texts.term('party', one['party'])} · {words}", one[before], one[after])
        for one in parties
    ]


def at_dispute(texts: Texts, effect: Figures | None) -> list[Change]:
    """What is due of an item before a dispute is decided and after."""
    if not effect or not effect.get("before") or not effect.get("after"):
        return []
    return [
        Change(texts(f"dispute_item.{name}"), effect["before"][name], effect["after"][name])
        for name in ("due", "disputed", "taken_off")
    ]


def at_subsidy(texts: Texts, trial: Figures | None) -> list[Change]:
    """What a subsidy uses of each of its caps."""
    if not trial or trial.get("missing"):
        return []
    moved = parse_fen(trial["amount"])
    return [
        _moved(texts.term("subsidy_cap", one["code"]), one["used"], moved, one["limit"])
        for one in trial["limits"]
        if one.get("limit") and one.get("used")
    ]


def at_month(texts: Texts, month: Figures) -> list[Change]:
    """What is open between the pool and each party before a month's net is left to them and after;
    nothing once it is posted. What one owes does not lessen what it is owed."""
    if month["posted_on"] is not None:
        return []
    found = []
    for one in month["statements"]:
        if one["party_code"] == month["pool_code"]:
            continue
        earlier, net = parse_fen(one["earlier"]), parse_fen(one["net"])
        for way, words in ((-1, "before_after.party-owes"), (1, "before_after.pool-owes")):
            was, comes = max(way * earlier, 0), max(way * net, 0)
            if was or comes:
                named = f"{one['party_name']} · {texts(words)}"
                found.append(_moved(named, format_fen(was), comes))
    return found


def at_opening(texts: Texts, opening: Figures, names: Mapping[str, str]) -> list[Change]:
    """What the books of a pool, which have nothing yet, are opened with; nothing once they are."""
    if opening["taken_over_on"] is not None:
        return []
    found = []
    for one in opening["lines"]:
        if not parse_fen(one["rows"]):
            continue
        bank = one["bank_code"]
        whose = f"{names.get(bank, bank)} · " if bank else ""
        found.append(Change(f"{whose}{texts.of(one)}", "0.00", one["rows"]))
    return found


def at_top_up(texts: Texts, situation: Figures, amount: str) -> list[Change]:
    """What a call adds to what is called, of which there is a most, and to the pool's money once all
    that is called has come."""
    called, available, asked = (
        parse_fen(one) for one in (situation["called"], situation["available"], amount)
    )
    most = format_fen(called + parse_fen(situation["most"]))
    return [
        _moved(texts("before_after.called"), situation["called"], asked, most),
        Change(
            texts("before_after.pool-money-later"),
            format_fen(available + called),
            format_fen(available + called + asked),
        ),
    ]


def at_run_off(texts: Texts, found: Figures, order: Figures | None) -> list[Change]:
    """What the next step of a run-off does: held capacity is let go when it begins, and the money goes
    to the contributors when it is distributed."""
    if order is None:
        return []
    steps = set(order["pending_actions"])
    if "confirm" in steps:
        held = next((one["amount"] for one in found["left"] if one["name"] == "reserved"), None)
        if held is None:
            return []
        return [
            Change(
                texts("before_after.reserved"), held, held if order["keeps_reserved"] else "0.00"
            )
        ]
    if not steps & {"propose_distribution", "distribute"}:
        return []
    shares = order["shares"] or found["trial"]
    paid = sum(parse_fen(one["share"]) for one in shares)
    received = texts("before_after.had-back")
    return [
        _moved(texts("before_after.cash-later"), found["cash"], -paid),
        *(Change(f"{one['party_name']} · {received}", "0.00", one["share"]) for one in shares),
    ]


def restated(texts: Texts, figures: Sequence[Figures]) -> list[Change]:
    """The figures of a month as they were reported, and with what was found since."""
    return [Change(texts.of(one), one["reported"], one["restated"]) for one in figures]


def _moved(words: str, before: str, moved_fen: int, ceiling: str | None = None) -> Change:
    after = format_fen(parse_fen(before) + moved_fen)
    return Change(words, before, after, ceiling)
