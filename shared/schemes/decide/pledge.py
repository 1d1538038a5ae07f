"""Whether the rights that are pledged may carry a loan: kinds, values, how long they last."""

from collections.abc import Iterator
from fractions import Fraction

from shared.money import group_fen
from shared.ratios import percent
from shared.schemes.decide.application import ApplicationFacts, Collateral
from shared.schemes.decide.findings import Finding
from shared.schemes.sources import in_words
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import IP_KINDS


def pledge_findings(facts: ApplicationFacts, terms: Terms) -> Iterator[Finding]:
    """Every reason against the pledge: of the loan's IP part, of each right, of their value."""
    if facts.combined_collateral and facts.ip_share is None:
        yield Finding(
            "ip-share-not-stated", terms.source("ip_share_minimum") or in_words("H.7"),
            "组合贷款须在合同中约定知识产权部分占比",
            "A combined loan must state its IP share in the contract.", {}, "/ip_share",
        )  # fmt: skip
    if terms.pure_ip_only and facts.combined_collateral:
        yield Finding(
            "not-pure-ip", terms.source("pure_ip_only"), "仅限纯知识产权质押",
            "Only pure IP pledges may enter.", {}, "/collateral",
        )  # fmt: skip
    least = terms.ip_share_minimum
    if least is not None and facts.ip_share is not None and facts.ip_share < least:
        yield Finding(
            "ip-share-too-low", terms.source("ip_share_minimum"),
            f"知识产权部分占比 {percent(facts.ip_share)}，最低 {percent(least)}",
            f"An IP share of {percent(facts.ip_share)}; the least is {percent(least)}.",
            {"ip_share": percent(facts.ip_share), "least": percent(least)}, "/ip_share",
        )  # fmt: skip
    if terms.ip_kinds and not facts.collateral:
        yield Finding(
            "no-collateral", terms.source("ip_kinds"), "没有质押的知识产权",
            "Nothing is pledged.", {}, "/collateral",
        )  # fmt: skip
    for index, item in enumerate(facts.collateral):
        yield from _item(index, item, facts, terms)
    yield from _pledge_value(facts, terms)


def _item(index: int, item: Collateral, facts: ApplicationFacts, terms: Terms) -> Iterator[Finding]:
    pointer = f"/collateral/{index}"
    if terms.ip_kinds and item.kind not in terms.ip_kinds:
        words = IP_KINDS.get(item.kind)
        yield Finding(
            "ip-kind-not-accepted", terms.source("ip_kinds"),
            f"不接受的质物：{words.zh if words else item.kind}",
            f"This kind of right is not accepted: {words.en if words else item.kind}.",
            {"kind": item.kind}, pointer,
        )  # fmt: skip
    ends, matures = item.expires_on, facts.matures_on
    if terms.maturity_within_ip_expiry and matures and ends and matures > ends:
        yield Finding(
            "right-ends-before-loan", terms.source("maturity_within_ip_expiry"),
            f"权利 {ends} 到期，早于贷款到期日 {matures}",
            f"The right ends on {ends}, before the loan on {matures}.",
            {"expires_on": str(ends), "matures_on": str(matures)}, pointer,
        )  # fmt: skip
    line = terms.external_valuation_above_fen
    if line is not None and facts.amount_fen > line and not item.external_valuation:
        yield Finding(
            "external-valuation-needed", terms.source("external_valuation_above"),
            f"贷款超过 {group_fen(line)} 元，须外部评估",
            f"Above {group_fen(line)} an external valuation is needed.",
            {"amount": group_fen(facts.amount_fen)}, pointer,
        )  # fmt: skip


def _pledge_value(facts: ApplicationFacts, terms: Terms) -> Iterator[Finding]:
    """The IP part may not exceed the sum of value × pledge rate over the rights pledged, each less
    what its earlier ranks secure. Where the programme sets no rates, the whole value counts, and
    only a right in a later rank needs to be looked at."""
    whole = {} if terms.pledge_rates else {item.kind: Fraction(1) for item in facts.collateral}
    rates = {**whole, **terms.pledge_rates}
    if not facts.collateral or not (
        terms.pledge_rates or any(item.earlier_ranks_fen for item in facts.collateral)
    ):
        return
    carried = Fraction(0)
    for index, item in enumerate(facts.collateral):
        rate = rates.get(item.kind)
        if rate is None:
            continue
        if item.value_fen is None:
            yield Finding(
                "valuation-missing", terms.source("pledge_rates"), "质物没有评估价值",
                "The right has no appraised value.", {"kind": item.kind}, f"/collateral/{index}",
            )  # fmt: skip
            return
        carried += max(Fraction(0), item.value_fen * rate - item.earlier_ranks_fen)
    if any(item.kind not in rates for item in facts.collateral):
        return
    part = facts.amount_fen * (facts.ip_share if facts.ip_share is not None else Fraction(1))
    if part > carried:
        room = carried.numerator // carried.denominator
        yield Finding(
            "pledge-rate-exceeded", terms.source("pledge_rates") or terms.source("later_ranks"),
            f"知识产权部分 {group_fen(int(part))} 元超过质押率允许的 {group_fen(room)} 元",
            f"The IP part of {group_fen(int(part))} exceeds what the pledge rates permit, "
            f"{group_fen(room)}.",
            {"ip_part": group_fen(int(part)), "permitted": group_fen(room)}, "/collateral",
        )  # fmt: skip
