"""How figures, days and times look on a page: amounts grouped, tabular, never rounded unseen."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, Final
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from services.console.rendering.catalogue import Texts
from shared.money import group_fen, parse_fen, round_half_up
from shared.said_numbers import month_said, number_said

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTHING = "—"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def yuan(amount: Any) -> str:
    """ "1234567.8" → "1,234,567.80"; a dash where there is none."""
    if amount is None or amount == "":
        return NOTHING
    return group_fen(parse_fen(str(amount)))


def wan(amount: Any) -> str:
    """ "1234567.80" → "123.46" (万元), for charts; the table beside has the exact amount."""
    if amount is None or amount == "":
        return NOTHING
    fen = parse_fen(str(amount))
    hundredths = (abs(fen) * 2 + 10_000) // 20_000
    whole, rest = divmod(hundredths, 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"


def percent(basis_points: Any) -> str:
    """435 → "4.35%"; a dash where there is none."""
    if basis_points is None or basis_points == "":
        return NOTHING
    value = int(basis_points)
    whole, rest = divmod(abs(value), 100)
    return f"{'-' if value < 0 else ''}{whole:,}.{rest:02d}%"


def share_percent(ratio: str) -> str:
    """A share of a scheme, "2/5" → "40.00%", rounded half up where it is endless."""
    return percent(round_half_up(Fraction(ratio) * 10_000))


def ratio_bp(part: Any, whole: Any) -> int | None:
    """How many basis points one amount is of another, rounded half up; None of nothing."""
    if part is None or whole is None:
        return None
    whole_fen = parse_fen(str(whole))
    if whole_fen <= 0:
        return None
    return round_half_up(Fraction(parse_fen(str(part)) * 10_000, whole_fen))


def whole_moment(at: Any) -> str:
    """A time in UTC as the clock in Shanghai shows it, to the minute, in full."""
    if not at:
        return NOTHING
    return datetime.fromisoformat(str(at)).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def said_moment(at: Any, language: str, *, now: datetime) -> str:
    """The same as people say it: 今天 14:05, 昨天 14:05, 11月30日 14:05, 2025年11月30日 14:05."""
    if not at:
        return NOTHING
    then, here = datetime.fromisoformat(str(at)).astimezone(SHANGHAI), now.astimezone(SHANGHAI)
    days, clock = (here.date() - then.date()).days, f"{then:%H:%M}"
    if days in (0, 1):
        zh, en = ("今天", "today") if days == 0 else ("昨天", "yesterday")
        return f"{zh if language == 'zh' else en} {clock}"
    same = then.year == here.year
    if language == "zh":
        return f"{'' if same else f'{then.year}年'}{then.month}月{then.day}日 {clock}"
    return f"{then.day} {_MONTHS[then.month - 1]}{'' if same else f' {then.year}'} {clock}"


@pass_context
def named(context: Context, code: Any) -> str:
    """What a bank, a pool or a party is called; a code that the reader knows no name of stays as it
    is, and none is nothing."""
    return str(context.get("known_names", {}).get(code, code)) if code else ""


@pass_context
def numbered(context: Context, number: Any) -> str:
    """A number of a case as people say it: the pool or bank in it by name, its month in words."""
    return number_said(str(number or ""), context.get("known_names", {}), context["t"].language)


@pass_context
def month(context: Context, text: Any) -> str:
    """A month as people write it in the page's language; a dash where there is none."""
    return month_said(str(text), context["t"].language) if text else NOTHING


@pass_context
def at(context: Context, when: Any) -> str:
    """A time as people say it, in the page's language, for a place within a sentence."""
    return said_moment(when, context["t"].language, now=datetime.now(UTC))


@pass_context
def moment(context: Context, when: Any) -> Markup:
    """The same that stands alone: on paper, and to whoever points at it, it is told in full."""
    if not when:
        return Markup(NOTHING)
    return Markup(
        '<time class="moment" datetime="{iso}" title="{whole}"><span class="said">{said}</span>'
        '<span class="whole">{whole}</span></time>'
    ).format(iso=str(when), whole=whole_moment(when), said=at(context, when))


def looked_for(query: Any) -> str:
    """By what somebody has narrowed a list, of an address: how a page is cut is nothing of it."""
    said = parse_qsl(str(query or ""))
    return ", ".join(f"{name}={value}" for name, value in said if name not in _OF_THE_PAGE)


def day(on: Any) -> str:
    """A business date, or the day of a time, in Shanghai."""
    if not on:
        return NOTHING
    text = str(on)
    return text if len(text) == 10 else whole_moment(text)[:10]


def count(number: Any) -> str:
    """12345 → "12,345"."""
    return NOTHING if number is None or number == "" else f"{int(number):,}"


def times(basis_points: Any) -> str:
    """A multiple in basis points, where 10000 is once: 85000 → "8.50"."""
    if basis_points is None:
        return NOTHING
    whole, rest = divmod(int(basis_points), 10_000)
    return f"{whole:,}.{rest // 100:02d}"


_AMOUNT = re.compile(r"(?<![\d.A-Za-z])-?\d{1,15}\.\d{2}(?![\d%.])")
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})*\.\d{2}")
_CODE = re.compile(r"(?<![\w:/-])[a-z][a-z_]+(?![\w:/-])")
_CODE_KINDS = ("party", "payment", "risk_class")
_SEVERAL = re.compile(r"[,;] (?=\S+ (?:→ )?\S*)")


def figures(text: Any, texts: Texts) -> str:
    """A figure of an explanation for people: amounts grouped, codes in the reader's words.

    "pool 1200.00, bank 1.00" → "风险补偿资金池 1,200.00, 银行 1.00".
    """
    if isinstance(text, bool):
        return texts("app.yes") if text else texts("app.no")

    def named(match: re.Match[str]) -> str:
        code = match[0]
        known = (f"{kind}.{code}" for kind in _CODE_KINDS if texts.knows(f"{kind}.{code}"))
        key = next(known, None)
        return texts(key) if key else code

    grouped = _AMOUNT.sub(lambda match: yuan(match[0]), NOTHING if text is None else str(text))
    return _CODE.sub(named, grouped) if texts.language == "zh" else grouped


def fact_of(name: str, value: Any, texts: Texts) -> str:
    """A stated fact for people: an industry's letter by its name, all else as a figure."""
    return texts.term("industry", value) if name == "industry" else figures(value, texts)


def event_words(type_of_event: str, texts: Texts) -> str:
    """loan.disbursed.v1 → 贷款发放; an event that is new to us stays as it is."""
    plain, _, version = type_of_event.rpartition(".")
    is_numbered = version[:1] == "v" and version[1:].isdigit()
    return texts.term("event", plain if is_numbered else type_of_event)


def figure_lines(text: Any, texts: Texts) -> list[str]:
    """The same, part by part where a result has several: one line for each party."""
    parts = _SEVERAL.split(str(text)) if isinstance(text, str) else [text]
    return [figures(part, texts) for part in parts]


_OF_THE_PAGE: Final = frozenset({"before", "cursor", "limit", "sort", "totals"})
PROGRAMME: Final = "programme:"
"""Before the code of a programme among the names that a reader knows: a pool may have the same code."""
_VERSION: Final = re.compile(
    r"(?P<programme>[a-z0-9_]+)/(?P<mode>[a-z0-9_]+)@(?P<day>[0-9-]{10})(#.*)?"
)
_NUMBER = re.compile(r"[A-Z]{2,}(?:-[A-Z]{1,3})?-\d{4}-\d+")
_BROWSERS = (
    ("MicroMessenger/", "微信"), ("DingTalk/", "钉钉"), ("Edg/", "Edge"), ("OPR/", "Opera"),
    ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Macintosh", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def business_number(reference: Any) -> str:
    """The number that people know in a booking's reference: "payment:DL-K-2026-0004" → "DL-K-2026-0004".

    A dash where it has none: then it is a system's own, and whoever needs it points at it.
    """
    found = _NUMBER.search(str(reference or ""))
    return found[0] if found else NOTHING


def browser(said: Any) -> str:
    """A browser by its name and system, "Chrome · Windows"; "" for what is no browser we know."""
    text = str(said or "")
    named = next((name for mark, name in _BROWSERS if mark in text), "")
    system = next((name for mark, name in _SYSTEMS if mark in text), "")
    return " · ".join(filter(None, (named, system))) if named else ""


def is_amount(value: Any) -> bool:
    """Whether a text is an amount as `yuan` writes it, which wants its unit beside it."""
    return isinstance(value, str) and _GROUPED.fullmatch(value) is not None


@pass_context
def programme(context: Context, code: Any) -> str:
    """What a programme is called; its code where the reader knows no name of it."""
    return str(context.get("known_names", {}).get(f"{PROGRAMME}{code}", code)) if code else NOTHING


@pass_context
def version(context: Context, text: Any) -> str:
    """A scheme version in words: "dongli/direct@2022-10-28#…" as programme, mode and first day."""
    return version_words(text, context["t"], context.get("known_names", {}))


def version_words(text: Any, texts: Texts, names: Mapping[str, str]) -> str:
    """The same with the names that the reader knows."""
    found = _VERSION.fullmatch(str(text or ""))
    if found is None:
        return bare_version(text)
    programme_name = names.get(f"{PROGRAMME}{found['programme']}", found["programme"])
    day = texts("desk_words.in-force-from", day=found["day"])
    return " · ".join((programme_name, texts.term("mode", found["mode"]), day))


def bare_version(text: Any) -> str:
    """A scheme version as the house names it, without the digest of its content, for what is kept."""
    return str(text or NOTHING).split("#")[0]


@pass_context
def version_day(context: Context, text: Any) -> str:
    """From when a scheme version is in force, where its programme and mode stand beside it."""
    found = _VERSION.fullmatch(str(text or ""))
    texts: Texts = context["t"]
    return texts("desk_words.in-force-from", day=found["day"]) if found else NOTHING
