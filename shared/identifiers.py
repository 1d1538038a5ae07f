"""Numbers that people mistype, and their check digits: credit codes and patents.

Each is read in its canonical form (`shared.canonical`), whatever its spelling, and, where its rule
is known, checked by its check digits. Only what a rule forbids for certain is refused; what is
merely unusual is a warning. Pure: no clock, no database.
Sources: ZC 0006—2003 (application numbers), GB 32100—2015 and GB 11714 (credit codes).
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from stdnum.cn import uscc as stdnum_uscc

from shared.canonical import compact, plain


class IdKind(StrEnum):
    """What a number is of."""

    USCC = "uscc"
    PATENT = "patent"
    TRADEMARK = "trademark"
    SOFTWARE_COPYRIGHT = "software_copyright"
    SOFTWARE_COPYRIGHT_CERTIFICATE = "software_copyright_certificate"
    IC_LAYOUT = "ic_layout"
    WORKS_COPYRIGHT = "works_copyright"
    PLANT_VARIETY = "plant_variety"
    GEOGRAPHICAL_INDICATION = "geographical_indication"
    DATA_IP = "data_ip"
    PLEDGE_REGISTRATION = "pledge_registration"


class CheckState(StrEnum):
    """Whether a check digit stands behind the number. `none`: there is no rule to check by."""

    VALID = "valid"
    INVALID = "invalid"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number as given and as it is stored. Warnings are stable codes, for a person to look at."""

    kind: IdKind
    normalised: str
    given: str
    check_state: CheckState
    warnings: tuple[str, ...] = ()


class InvalidIdentifier(ValueError):
    """A number that no such registry can have given out."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.zh = zh
        self.en = en


_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_USCC_NEVER = re.compile(r"[IOSVZ]")
_USCC_WORDS = re.compile(r"^(?:统一社会)?信用代码:?")
_SOLE_TRADER = "92"
_ORG_CODE_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def uscc(given: str) -> Identifier:
    """A unified social credit code (GB 32100—2015). Raises InvalidIdentifier.

    The letters I, O, S, V, Z are refused, not read as digits: whoever wrote them must look again.
    Letters as registering authority are right (N for agriculture), so python-stdnum judges only
    the check digit here. The organisation code inside has a check digit of its own (GB 11714) and
    is refused by it; of a sole trader (92) it is a warning, for old codes may differ.
    """
    code = _without_words(plain(given).replace("-", "").replace(".", ""), _USCC_WORDS)
    if len(code) != 18:
        raise InvalidIdentifier(
            "uscc-length",
            "统一社会信用代码须为 18 位",
            "a unified social credit code has 18 characters",
        )
    if _USCC_NEVER.search(code):
        raise InvalidIdentifier(
            "uscc-letter",
            "统一社会信用代码不使用字母 I、O、S、V、Z，请核对是否应为数字",
            "a unified social credit code never has I, O, S, V or Z; check for a digit",
        )
    if _USCC.fullmatch(code) is None or code.strip("0") == "":
        raise InvalidIdentifier(
            "uscc-format",
            "统一社会信用代码只含数字和大写字母，第 3 至 8 位须为数字",
            "a unified social credit code has digits and capital letters, digits from 3rd to 8th",
        )
    if stdnum_uscc.calc_check_digit(code[:17]) != code[17]:
        raise InvalidIdentifier(
            "uscc-check-digit",
            "统一社会信用代码校验位错误，请核对",
            "the check digit of the unified social credit code is wrong",
        )
    if organisation_check(code[8:16]) == code[16]:
        return Identifier(IdKind.USCC, code, given, CheckState.VALID)
    if not code.startswith(_SOLE_TRADER):
        raise InvalidIdentifier(
            "organisation-code-check-digit",
            f"统一社会信用代码第 9 至 17 位的组织机构代码校验位错误，请核对（{code[8:17]}）",
            f"the check digit of the organisation code inside, {code[8:17]}, is wrong",
        )
    warnings = ("organisation-code-check-digit",)
    return Identifier(IdKind.USCC, code, given, CheckState.VALID, warnings)


def _without_words(text: str, words: re.Pattern[str]) -> str:
    """A number without what says of which kind it is, in front."""
    return words.sub("", text, count=1)


def organisation_check(body: str) -> str:
    """The check symbol of eight characters of an organisation code (GB 11714)."""
    assert re.fullmatch(r"[0-9A-Z]{8}", body)
    rest = 11 - sum(int(c, 36) * w for c, w in zip(body, _ORG_CODE_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


class PatentKind(StrEnum):
    """The kinds of patent, with the years their term lasts from filing (专利法 art. 42)."""

    INVENTION = "invention"
    UTILITY_MODEL = "utility_model"
    DESIGN = "design"


_TERM_YEARS = {PatentKind.INVENTION: 20, PatentKind.UTILITY_MODEL: 10, PatentKind.DESIGN: 15}
_OLD_DESIGN_TERM_YEARS = 10
_KIND_BY_DIGIT = {
    "1": PatentKind.INVENTION,
    "2": PatentKind.UTILITY_MODEL,
    "3": PatentKind.DESIGN,
    "8": PatentKind.INVENTION,  # by way of the PCT
    "9": PatentKind.UTILITY_MODEL,  # by way of the PCT
}
_PATENT_WORDS = re.compile(r"^(?:中国)?(?:专利)?(?:申请|专利)?号?:?(?=[CZ0-9])")
_PATENT = re.compile(r"(?:CN)?(ZL|CN)?0*?([12][0-9]{11}|[0-9]{8})([0-9X])")
_PUBLICATION = re.compile(r"CN[0-9]{7,9}[A-DUSY][0-9]?")
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_FIRST_YEAR = 1985
"""When the first patent law came into force."""
_NEW_FORM_YEAR = 2003
"""From October of this year on, numbers have 12 digits; until then 8 (ZC 0006—2003)."""
_LAST_YEAR = 2100
_DESIGN_TERM_CHANGED = 2021


@dataclass(frozen=True, slots=True)
class Patent:
    """A Chinese patent (application) number. `is_granted` tells that ZL stood in front."""

    identifier: Identifier
    kind: PatentKind
    by_pct: bool
    filing_year: int
    is_granted: bool

    def expiry_window(self) -> tuple[date, date]:
        """When the term may end, by the number alone: from the first day up to before the second.

        A hint to compare a stated expiry with, never a bound: the number gives the year of
        acceptance, a divisional application is older than its number, and a term may have been
        compensated (专利法 art. 42). Designs filed before 1 June 2021 last 10 years, later ones 15;
        a number of 2021 does not tell which, so its window is wide.
        """
        first = last = _TERM_YEARS[self.kind]
        if self.kind is PatentKind.DESIGN and self.filing_year <= _DESIGN_TERM_CHANGED:
            first = _OLD_DESIGN_TERM_YEARS
            if self.filing_year < _DESIGN_TERM_CHANGED:
                last = _OLD_DESIGN_TERM_YEARS
        return date(self.filing_year + first, 1, 1), date(self.filing_year + last + 1, 1, 1)


def patent(given: str) -> Patent:
    """A patent or patent application number, of the format since October 2003 or the old one.

    Written `202010566088.9` when normalised, in whatever spelling it comes: ZL or CN in front, full
    width, blanks, any dot, hyphen or neither before the check symbol, zeros in front. An old number
    has a year until 2003 and a new one from then on, so that no patent has a number of both forms.
    Raises InvalidIdentifier.
    """
    text = _without_words(compact(given), _PATENT_WORDS)
    match = _PATENT.fullmatch(text)
    if match is None and _PUBLICATION.fullmatch(text):
        raise InvalidIdentifier(
            "patent-publication-no",
            "这是公开（公告）号，请填写专利号（申请号）",
            "this is a publication number; give the patent (application) number",
        )
    if match is None:
        raise InvalidIdentifier(
            "patent-format",
            "专利号须为 12 位数字加校验位（2003 年 10 月前为 8 位），如 ZL 202010566088.9",
            "a patent number has 12 digits (8 before October 2003) and a check symbol",
        )
    prefix, body, check = match.groups()
    year, kind_digit, serial = _parts(body)
    kind = _KIND_BY_DIGIT.get(kind_digit)
    first, last = (_NEW_FORM_YEAR, _LAST_YEAR) if len(body) == 12 else (_FIRST_YEAR, _NEW_FORM_YEAR)
    if kind is None or not first <= year <= last or int(serial) == 0:
        raise InvalidIdentifier(
            "patent-format",
            "专利号的年份、种类或流水号无效",
            "the year, kind or serial in the patent number is not possible",
        )
    if patent_check(body) != check:
        raise InvalidIdentifier(
            "patent-check-digit",
            f"专利号校验位错误，请核对（{body} 的校验位不是 {check}）",
            f"the check symbol of the patent number is wrong ({body} does not end in {check})",
        )
    warnings = ("patent-old-format",) if len(body) == 8 else ()
    identifier = Identifier(IdKind.PATENT, f"{body}.{check}", given, CheckState.VALID, warnings)
    return Patent(identifier, kind, kind_digit in "89", year, prefix == "ZL")


def _parts(body: str) -> tuple[int, str, str]:
    """Year, digit of the kind, serial. Two digits of a year are read as 1951 to 2050."""
    if len(body) == 12:
        return int(body[:4]), body[4], body[5:]
    short = int(body[:2])
    return (1900 if short > 50 else 2000) + short, body[2], body[3:]


def patent_check(body: str) -> str:
    """The check symbol of 8 or 12 digits: weights 2 to 9, then 2 to 5, modulo 11."""
    assert re.fullmatch(r"[0-9]{12}|[0-9]{8}", body)
    rest = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=False)) % 11
    return "X" if rest == 10 else str(rest)


@lru_cache(maxsize=4096)
def _normalised_uscc(given: str) -> str:
    """Kept for a while: a case names its firm as borrower and as owner of each of its rights."""
    return uscc(given).normalised


Uscc = Annotated[
    str,
    StringConstraints(max_length=40),
    AfterValidator(_normalised_uscc),
    Field(description="Unified social credit code.", examples=["914403001922038216"]),
]
"""A field that holds a normalised, checked unified social credit code."""

PatentNo = Annotated[
    str,
    StringConstraints(max_length=40),
    AfterValidator(lambda given: patent(given).identifier.normalised),
    Field(description="Patent or application number.", examples=["202010566088.9"]),
]
"""A field that holds a normalised, checked patent number, without ZL."""
