"""What must fit together across the rules of one scheme, told at the rule that is to change."""

import itertools
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from shared.schemes.problems import At, Problem
from shared.schemes.reading.rules import NONE
from shared.schemes.rules.sharing import Sharing
from shared.schemes.scheme import Entry, Mode, Scheme


def inconsistencies(scheme: Scheme, at: At) -> list[Problem]:
    """Every contradiction between rules in force on the same day, each told once."""
    found: dict[tuple[int, int, str], Problem] = {}
    for mode in scheme.modes.values():
        for problem in _uncited(scheme, mode):
            found.setdefault((problem.line, problem.column, problem.zh), problem)
    for mode in scheme.modes.values():
        for day in scheme.changes(mode.code):
            for problem in _on(scheme, mode, day, at):
                found.setdefault((problem.line, problem.column, problem.zh), problem)
    return list(found.values())


_CITED = re.compile(r"[A-Z][A-Za-z]*[0-9]*(?![\w.])")
_SURVEY = re.compile(r"[B-H](?:\.[0-9]+)?")
"""Sections of the survey of programmes and of the settled readings, see docs/settled-readings.md."""


def _uncited(scheme: Scheme, mode: Mode) -> Iterator[Problem]:
    """Sources by a short name, such as S12 or M, that the file does not list."""
    for entries in scheme.rules_of(mode.code).values():
        for entry in entries:
            for part in entry.stated.source.split(";"):
                name = _CITED.match(part.strip())
                if name is None or name[0] in scheme.documents or _SURVEY.fullmatch(name[0]):
                    continue
                yield entry.at.problem(
                    f"依据 “{name[0]}” 没有列在 documents 中",
                    f"the source “{name[0]}” is not listed under documents",
                )


def _on(scheme: Scheme, mode: Mode, day: date, at: At) -> Iterator[Problem]:
    rules: dict[str, Entry] = {}
    for name, entries in scheme.rules_of(mode.code).items():
        for entry in entries:
            if entry.holds(day) and entry.value != NONE:
                rules[name] = entry
    where = at.child("modes").child(mode.code)
    yield from _levels(rules)
    sharing = rules.get("sharing")
    shares_losses = "parties" in rules or sharing is not None
    if not shares_losses:
        if (
            "subsidies" not in rules
            and mode.status == "complete"
            and not _begins_later(scheme, mode, day)
        ):
            yield where.problem(
                f"{day} 起既没有分担比例（parties、sharing），也没有补贴（subsidies），方案什么也没有规定",
                f"from {day} there is neither sharing (parties, sharing) nor a subsidy: "
                "the scheme rules nothing",
            )
        return
    yield from _sharing(mode, day, rules, where)
    yield from _others(rules)


def _levels(rules: dict[str, Entry]) -> Iterator[Problem]:
    """Levels of approval rise from one to the next, so that one of them is the highest."""
    levels = rules.get("approval_levels")
    amounts = [level.above_fen for level in levels.value] if levels else []
    for index, (below, above) in enumerate(itertools.pairwise(amounts), start=1):
        if above <= below:
            assert levels is not None
            yield _told(
                levels,
                "分级审批的金额（above）须逐档递增",
                "the amounts of the levels (above) are to rise from one to the next",
                index,
            )


def _begins_later(scheme: Scheme, mode: Mode, day: date) -> bool:
    """Whether a mode was added after the measure began: it has rules, but not yet."""
    rules = scheme.rules_of(mode.code)
    firsts = [rules[name][0].since for name in ("parties", "sharing", "subsidies") if name in rules]
    return bool(firsts) and day < min(firsts)


def _sharing(mode: Mode, day: date, rules: dict[str, Entry], where: At) -> Iterator[Problem]:
    sharing, parties = rules.get("sharing"), rules.get("parties")
    if sharing is None or parties is None:
        missing = "sharing" if sharing is None else "parties"
        yield where.problem(
            f"{day} 起缺少规则 “{missing}”", f"from {day} the rule “{missing}” is missing"
        )
        return
    if sharing.value == "unknown":
        if mode.status == "complete":
            yield _told(
                sharing,
                "分担比例未知（unknown）的模式须标 status: incomplete，不能用于实际运行",
                "a mode whose ratio is unknown carries status: incomplete; it cannot go live",
            )
        return
    if mode.status == "incomplete":
        return
    value: Sharing = sharing.value
    for index, row in enumerate(value.rows):
        named = [party for party, _ in row.shares]
        if sorted(named) != sorted(parties.value):
            yield _told(
                sharing,
                f"比例涉及 {'、'.join(named)}，而 parties 列出 {'、'.join(parties.value)}，两者须一致",
                f"the shares name {', '.join(named)}, parties lists {', '.join(parties.value)}: "
                "they must agree",
                "tiers" if value.by else "rows",
                index,
            )
    for party, _ in value.only_if_confirmed:
        yield from _is_party(party, parties, sharing, "only_if_confirmed")
    for plus in value.plus:
        yield from _is_party(plus.to, parties, sharing, "plus.to")
        yield from _is_party(plus.taken_from, parties, sharing, "plus.taken_from")
        for row in value.rows:
            if dict(row.shares).get(plus.taken_from, 0) < plus.points:
                yield _told(
                    sharing,
                    f"加点超过 {plus.taken_from} 的比例，会变成负数",
                    f"the points on top are more than the share of {plus.taken_from}",
                )
    if value.agreed:
        yield from _is_party(value.agreed.party, parties, sharing, "agreed.party")
    if value.choose == "highest":
        yield from _is_party(value.for_party, parties, sharing, "for_party")


def _others(rules: dict[str, Entry]) -> Iterator[Problem]:
    parties = rules.get("parties")
    if parties is None:
        return
    bearer = rules["bearer"].value if "bearer" in rules else "bank"
    for name in ("residual", "bearer"):
        entry = rules.get(name)
        if entry is not None:
            yield from _is_party(entry.value, parties, entry, name)
    if "residual" not in rules and "bank" not in parties.value:
        yield _told(
            parties,
            "各方中没有 bank，须写明 residual（谁承担尾差）和 bearer（谁受偿）",
            "bank is not among the parties: say who takes the rounding (residual) and who is "
            "compensated (bearer)",
        )
    if "bearer" not in rules and "bank" not in parties.value:
        yield _told(
            parties,
            "各方中没有 bank，须写明 bearer（谁受偿）",
            "bank is not among the parties: say who is the bearer",
        )
    balance = rules.get("limited_to_balance")
    if balance is not None and balance.value and "pool" not in parties.value:
        yield _told(
            balance,
            "各方中没有资金池，无从以其余额为限；请写 limited_to_balance: none 并注明依据",
            "no pool is among the parties, so that nothing is limited to its balance: say "
            "limited_to_balance none, with a source",
        )
    caps = rules.get("caps")
    if caps:
        codes: list[str] = []
        for index, cap in enumerate(caps.value):
            if cap.code in codes:
                yield _told(
                    caps,
                    f"上限代号 {cap.code} 写了两次",
                    f"the cap {cap.code} stands twice",
                    index,
                )
            codes.append(cap.code)
            for party in cap.parties:
                yield from _is_party(party, parties, caps, f"caps.{cap.code}", index)
                if party == bearer:
                    yield _told(
                        caps,
                        f"上限 {cap.code} 不能限制 {party}：它是受偿方，超出部分由它承担",
                        f"the cap {cap.code} cannot limit {party}, who bears what is cut off",
                        index,
                    )
    yield from _chain(rules, parties, bearer)
    behind = rules.get("behind")
    for party, value in (behind.value if behind else {}).items():
        assert behind is not None
        yield from _is_party(party, parties, behind, "behind")
        if value.residual not in dict(value.shares):
            yield _told(behind, "residual 须是出资方之一", "residual is to be one of those behind")


def _chain(rules: dict[str, Entry], parties: Entry, bearer: str) -> Iterator[Problem]:
    refunds = rules.get("refunds")
    if refunds is None:
        return
    value: dict[str, Any] = refunds.value
    for payer, payee in value.items():
        yield from _is_party(payer, parties, refunds, "refunds")
        yield from _is_party(payee, parties, refunds, "refunds")
        if bearer in (payer, payee):
            yield _told(
                refunds,
                f"refunds 只写代偿方之间的返还，{bearer} 是受偿方",
                f"refunds is among those who pay; {bearer} is the one compensated",
            )
        seen = {payer}
        at = payee
        while at in value:
            if at in seen:
                yield _told(refunds, "返还关系绕成了圈", "the refunds run in a circle")
                break
            seen.add(at)
            at = value[at]


def _is_party(
    party: str, parties: Entry, entry: Entry, what: str, *inside: str | int
) -> Iterator[Problem]:
    if party not in parties.value:
        yield _told(
            entry,
            f"{what} 提到 {party}，但 parties 只有 {'、'.join(parties.value)}",
            f"{what} names {party}, but parties has only {', '.join(parties.value)}",
            *inside,
        )


def _told(entry: Entry, zh: str, en: str, *inside: str | int) -> Problem:
    """The problem at the entry, or at the part of its value that `inside` leads to."""
    at = entry.at
    for step in ("value", *inside) if inside else ():
        node = at.node
        if not (isinstance(node, Mapping) and step in node) and not isinstance(node, list):
            break
        at = at.child(step)
    return at.problem(zh, en)
