"""Rules in words: a value as a person would read it, in Chinese or English."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any, get_args

from shared.money import group_fen
from shared.ratios import percent
from shared.schemes.rules.declare import Declared, InFen, Multiple, OneOf, declared
from shared.schemes.rules.limits import AmountByTier
from shared.schemes.rules.sharing import Behind, Condition, Sharing
from shared.schemes.terms import RULES, Rule
from shared.schemes.vocabulary import (
    BEHIND_WHOM,
    DOCUMENTS,
    ENTRIES,
    FACTS,
    FIGURES,
    LATE_FILINGS,
    PERIODS,
    RISK_CLASSES,
    SIGNERS,
    TERM_BEGINS,
    Words,
    party_name,
)
from shared.schemes.wording import spoken

_BP = {"over_lpr_bp", "rate_bp", "fee_ceiling_bp", "under_market_bp"}


def described(rule: str, value: Any, language: str) -> list[str]:
    """The lines that say a rule's value, as it is declared; most rules need one."""
    if value == "unknown":
        return ["未公开" if language == "zh" else "not published"]
    if value == "none":
        return ["没有（办法明确）" if language == "zh" else "none, expressly"]
    if isinstance(value, Sharing):
        return _sharing(value, language)
    if isinstance(value, AmountByTier):
        return [
            f"{_when((tier.when,), language)}: {group_fen(tier.amount_fen)}" for tier in value.tiers
        ]
    if isinstance(value, Mapping):
        return _by_name(RULES[rule], value, language)
    if isinstance(value, tuple) and value and is_dataclass(value[0]):
        return [_in_words(_fields(item, language), language) for item in value]
    if is_dataclass(value):
        return [_in_words(_fields(value, language), language)]
    if isinstance(value, tuple):
        item = declared(get_args(declared(RULES[rule].hint).kind)[0])
        between = "、" if language == "zh" and rule != "parties" else ", "
        return [between.join(_plain(item, part, language) for part in value)]
    return [_plain(declared(RULES[rule].hint), value, language)]


def _plain(one: Declared, value: Any, language: str) -> str:
    """A single value: a word by its name, an amount, a ratio, yes or no."""
    if one.mark(OneOf):
        word = one.mark(OneOf).words[value]
        return str(word.zh if language == "zh" else word.en)
    if one.mark(InFen):
        return group_fen(value)
    if one.mark(Multiple):
        return str(value)
    if isinstance(value, bool):
        return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")
    return percent(value) if isinstance(value, Fraction) else str(value)


def _by_name(rule: Rule, value: Mapping[str, Any], language: str) -> list[str]:
    key, item = (declared(hint) for hint in get_args(declared(rule.hint).kind))
    pairs = [(_plain(key, name, language), part) for name, part in value.items()]
    if isinstance(pairs[0][1], Behind):
        return [f"{name}: {shares_said(part.shares, language)}" for name, part in pairs]
    if is_dataclass(pairs[0][1]):
        none = "没有期限" if language == "zh" else "no time limit"
        return [f"{name}: {_fields(part, language) or none}" for name, part in pairs]
    if item.mark(OneOf):
        return [f"{name} → {_plain(item, part, language)}" for name, part in pairs]
    return [", ".join(f"{name} {_plain(item, part, language)}" for name, part in pairs)]


def _in_words(text: str, language: str) -> str:
    """Names of fields as words; in English their own words, only without underscores."""
    return spoken(text, "zh") if language == "zh" else text.replace("_", " ")


def shares_said(shares: tuple[tuple[str, Fraction], ...], language: str) -> str:
    """`资金池 54% : 银行 26%`"""
    return " : ".join(f"{party_name(party, language)} {percent(share)}" for party, share in shares)


def _sharing(value: Sharing, language: str) -> list[str]:
    zh = language == "zh"
    lines = []
    for row in value.rows:
        when = f"{_when(row.when, language)}: " if row.when else ""
        lines.append(when + shares_said(row.shares, language))
    if value.choose == "highest":
        who = party_name(value.for_party, language)
        lines.append(
            f"同时符合的，取{who}比例最高的一档" if zh else f"of several, the highest for {who}"
        )
    for plus in value.plus:
        flags = "、".join(_fact(flag, language) for flag in plus.if_any)
        lines.append(
            f"{flags}（任一）：{party_name(plus.to, language)}加 {percent(plus.points)}，只加一次"
            if zh
            else f"any of {flags}: {percent(plus.points)} more for {party_name(plus.to, language)}, once"
        )
    if value.agreed:
        who = party_name(value.agreed.party, language)
        must = value.agreed.required
        if zh:
            lines.append(
                f"{who}的比例{'须' if must else '可'}由协议另定，不低于 {percent(value.agreed.at_least)}、不高于以上比例"
            )
        else:
            lines.append(
                f"the agreement {'must' if must else 'may'} state the share of {who}, from "
                f"{percent(value.agreed.at_least)} up to the above"
            )
    if value.facts_at == "disbursement":
        lines.append("事实按放款日" if zh else "the facts are those of the disbursement")
    for party, decision in value.only_if_confirmed:
        who = party_name(party, language)
        lines.append(
            f"{who}仅在 {decision} 之后支付" if zh else f"{who} pays only after {decision}"
        )
    return lines


def _fact(name: str, language: str) -> str:
    return FACTS[name].zh if language == "zh" else FACTS[name].en


_ENDS = {"above": ">", "at_least": "≥", "up_to": "≤", "below": "<"}


def _when(conditions: tuple[Condition, ...], language: str) -> str:
    said = []
    for condition in conditions:
        name, kind = _fact(condition.fact, language), FACTS[condition.fact].kind
        if condition.equals is not None:
            if kind == "word":
                said.append(f"{name} = {RISK_CLASSES[condition.equals].said(language)}")
            else:
                no = "非" if language == "zh" else "not "
                said.append(name if condition.equals else f"{no}{name}")
            continue
        for end, sign in _ENDS.items():
            value = getattr(condition, end)
            if value is not None:
                amount = (
                    group_fen(value)
                    if kind == "money"
                    else percent(value)
                    if kind == "ratio"
                    else str(value)
                )
                said.append(f"{name} {sign} {amount}")
    return ", ".join(said)


_WORDS: dict[str, Words] = {
    "working_days": Words("个工作日", "working days"),
    "calendar_days": Words("日", "days"),
    "months": Words("个月", "months"),
    "day_of_next_month": Words("日（次月）", "of the next month"),
}


_NAMED: Mapping[str, Mapping[str, Words]] = {
    "entry": ENTRIES,
    "counted_from": TERM_BEGINS,
    "late": LATE_FILINGS,
    "behind": BEHIND_WHOM,
    "consent": DOCUMENTS,
}


def _fields(item: Any, language: str) -> str:
    """A small record as `name value` pairs, without what is empty."""
    said = []
    for field in fields(item):
        value = getattr(item, field.name)
        if value in (None, "", (), False) or field.name in ("zh", "en", "source", "mark", "code"):
            continue
        said.append(_field(field.name, value, language))
    name = getattr(item, "zh" if language == "zh" else "en", "")
    return (f"{name}: " if name else "") + ", ".join(said)


def _field(name: str, value: Any, language: str) -> str:
    if name in _WORDS:
        return f"{value} {_WORDS[name].said(language)}"
    if name.endswith("_fen"):
        return f"{name.removesuffix('_fen')} {group_fen(value)}"
    if name in _BP:
        return f"{name} {value}"
    if name == "per" and value in PERIODS:
        return PERIODS[value].said(language)
    if name == "of" and value in FIGURES:
        return FIGURES[value].said(language)
    if name in _NAMED:
        return f"{name} {_NAMED[name][value].said(language)}"
    if name == "signature":
        return f"{name} {SIGNERS[value].said(language)}"
    if name == "parties":
        return "+".join(party_name(party, language) for party in value)
    if name == "paid_by":
        return shares_said(value, language)
    if name == "risk_class_at_least":
        worse = "或更差" if language == "zh" else " or worse"
        return f"{RISK_CLASSES[value].said(language)}{worse}"
    if name == "products":
        return ", ".join(f"{product} {points} bp" for product, points in value)
    if name == "share_if":
        return "; ".join(
            f"{'+'.join(_fact(flag, language) for flag in flags)} {percent(share)}"
            for flags, share in value
        )
    if isinstance(value, Fraction):
        return f"{name} {percent(value)}"
    if isinstance(value, tuple):
        return f"{name} " + "; ".join(
            _fields(part, language) if is_dataclass(part) else str(part) for part in value
        )
    if is_dataclass(value):
        return f"{name} ({_fields(value, language)})"
    return name if value is True else f"{name} {value}"
