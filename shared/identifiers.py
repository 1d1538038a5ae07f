"""Numbers that people mistype: credit codes, patents, trademarks, copyrights, layouts.

Each is normalised and, where its rule is known, checked by its check digit. Only what a rule
forbids for certain is refused; what is merely unusual is a warning. Pure: no clock, no database.
Sources: ZC 0006—2003 (application numbers), GB 32100—2015 and GB 11714 (credit codes).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from stdnum.cn import uscc as stdnum_uscc


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
_ORG_CODE_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def uscc(given: str) -> Identifier:
    """A unified social credit code (GB 32100—2015). Raises InvalidIdentifier.

    The letters I, O, S, V, Z are refused, not read as digits: whoever wrote them must look again.
    Letters as registering authority are right (N for agriculture), so python-stdnum judges only
    the check digit here. A wrong inner check digit (GB 11714) is a warning: old codes of sole
    traders may differ.
    """
    code = given.strip().upper()
    if len(code) != 18:
        raise InvalidIdentifier(
            "uscc-length", "统一社会信用代码须为 18 位", "a unified social credit code has 18 characters"
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
    inner_fits = organisation_check(code[8:16]) == code[16]
    warnings = () if inner_fits else ("organisation-code-check-digit",)
    return Identifier(IdKind.USCC, code, given, CheckState.VALID, warnings)


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
_KIND_BY_DIGIT = {
    "1": PatentKind.INVENTION,
    "2": PatentKind.UTILITY_MODEL,
    "3": PatentKind.DESIGN,
    "8": PatentKind.INVENTION,  # by way of the PCT
    "9": PatentKind.UTILITY_MODEL,  # by way of the PCT
}
_PATENT = re.compile(r"(ZL|CN)?([0-9]{12}|[0-9]{8})\.?([0-9X])")
_PUBLICATION = re.compile(r"CN[0-9]{7,9}[A-DUSY][0-9]?")
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
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
        compensated (专利法 art. 42). Designs filed before 1 June 2021 last 10 years, so the window
        of a design of 2021 or earlier begins then; nothing tells on which side of June 2021's first it was filed.
        """
        years = _TERM_YEARS[self.kind]
        first = last = years
        if self.kind is PatentKind.DESIGN and self.filing_year <= _DESIGN_TERM_CHANGED:
            first = 10
            last = 15 if self.filing_year == _DESIGN_TERM_CHANGED else 10
        return date(self.filing_year + first, 1, 1), date(self.filing_year + last + 1, 1, 1)


def patent(given: str) -> Patent:
    """A patent or patent application number, of the format since October 2003 or the old one.

    Written `202010566088.9` when normalised; ZL or CN in front, blanks, a full-width dot and a
    missing dot are understood. Raises InvalidIdentifier.
    """
    text = re.sub(r"[\s\u3000]", "", given).upper().replace("．", ".").replace("。", ".")
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
    year, kind_digit = _year_and_kind(body)
    kind = _KIND_BY_DIGIT.get(kind_digit)
    if kind is None or year is None or body[-5:].strip("0") == "" and body[5:].strip("0") == "":
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


def _year_and_kind(body: str) -> tuple[int | None, str]:
    if len(body) == 12:
        year = int(body[:4])
        return (year if 2003 <= year <= 2100 else None), body[4]
    short = int(body[:2])
    # The patent law came into force in 1985; the old format ended in 2003.
    year = 1900 + short if short >= 85 else 2000 + short
    return (year if 1985 <= year <= 2003 else None), body[2]


def patent_check(body: str) -> str:
    """The check symbol of 8 or 12 digits: weights 2 to 9, then 2 to 5, modulo 11."""
    assert re.fullmatch(r"[0-9]{12}|[0-9]{8}", body)
    rest = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=False)) % 11
    return "X" if rest == 10 else str(rest)


_TRADEMARK = re.compile(r"G?[0-9]{1,8}[A-Z]?")


def trademark(given: str) -> Identifier:
    """A trademark registration number: up to 8 digits, perhaps G before or a letter behind.

    It has no check digit. Raises InvalidIdentifier.
    """
    text = re.sub(r"[\s\u3000]", "", given).upper().removeprefix("第").removesuffix("号")
    if _TRADEMARK.fullmatch(text) is None or text.strip("G0") == "":
        raise InvalidIdentifier(
            "trademark-format",
            "商标注册号须为至多 8 位数字（国际注册以 G 开头，分割注册末尾带字母）",
            "a trademark registration number has up to 8 digits, perhaps G before, a letter behind",
        )
    return Identifier(IdKind.TRADEMARK, text, given, CheckState.NONE)


def nice_class(number: int) -> int:
    """A class of the Nice classification, 1 to 45. Raises InvalidIdentifier."""
    if not 1 <= number <= 45:
        raise InvalidIdentifier(
            "nice-class", "商标类别须为 1 至 45", "a class of goods or services is 1 to 45"
        )
    return number


_SOFTWARE = re.compile(r"([0-9]{4})SR[0-9]{5,7}")
_SOFTWARE_CERTIFICATE = re.compile(r"(?:软著登字第)?([0-9]{5,9})号?")


def software_copyright(given: str) -> Identifier:
    """The registration number 登记号 of software, such as 2014SR001852. Raises InvalidIdentifier."""
    text = re.sub(r"[\s\u3000]", "", given).upper()
    inside = text.removeprefix("软著登字第").removesuffix("号")
    match = _SOFTWARE.fullmatch(inside)
    if match is None or not 1991 <= int(match[1]) <= 2100:
        certificate = _SOFTWARE_CERTIFICATE.fullmatch(text) is not None
        raise InvalidIdentifier(
            "software-copyright-format",
            "这是证书号，请填写登记号，如 2014SR001852"
            if certificate
            else "软件著作权登记号须为 4 位年份 + SR + 5 至 7 位数字，如 2014SR001852",
            "this is the certificate number; give the registration number, such as 2014SR001852"
            if certificate
            else "a software copyright registration number is like 2014SR001852",
        )
    # Some certificates are quoted with the registration number in the certificate's words.
    warnings = () if inside == text else ("labelled-as-certificate-number",)
    return Identifier(IdKind.SOFTWARE_COPYRIGHT, inside, given, CheckState.NONE, warnings)


def software_copyright_certificate(given: str) -> Identifier:
    """The certificate number 证书号 of software: 软著登字第0671096号. Raises InvalidIdentifier."""
    text = re.sub(r"[\s\u3000]", "", given).upper()
    match = _SOFTWARE_CERTIFICATE.fullmatch(text)
    if match is None:
        registration = _SOFTWARE.search(text) is not None
        raise InvalidIdentifier(
            "software-copyright-certificate-format",
            "这是登记号，请填写证书号，如 软著登字第0671096号"
            if registration
            else "软件著作权证书号须如 软著登字第0671096号",
            "this is the registration number; give the certificate number, 软著登字第0671096号"
            if registration
            else "a software copyright certificate number is like 软著登字第0671096号",
        )
    return Identifier(
        IdKind.SOFTWARE_COPYRIGHT_CERTIFICATE, f"软著登字第{match[1]}号", given, CheckState.NONE
    )


_LAYOUT = re.compile(r"BS\.?([0-9]{8})\.?([0-9X])")


def ic_layout(given: str) -> Identifier:
    """A layout design of integrated circuits, such as BS.185559220. Raises InvalidIdentifier.

    No rule is published; the known number fits the old check of patents. So a number that does
    not fit is kept, with a warning.
    """
    text = re.sub(r"[\s\u3000]", "", given).upper().replace("．", ".")
    match = _LAYOUT.fullmatch(text)
    if match is None:
        raise InvalidIdentifier(
            "ic-layout-format",
            "布图设计登记号须为 BS. 加 8 位数字和 1 位数字或 X，如 BS.185559220",
            "a layout design registration number is BS., 8 digits and a digit or X",
        )
    body, check = match.groups()
    fits = patent_check(body) == check
    return Identifier(
        IdKind.IC_LAYOUT,
        f"BS.{body}{check}",
        given,
        CheckState.VALID if fits else CheckState.INVALID,
        () if fits else ("ic-layout-check-digit",),
    )


_OPAQUE = frozenset(
    {
        IdKind.WORKS_COPYRIGHT,
        IdKind.PLANT_VARIETY,
        IdKind.GEOGRAPHICAL_INDICATION,
        IdKind.DATA_IP,
        IdKind.PLEDGE_REGISTRATION,
    }
)


def opaque(kind: IdKind, given: str) -> Identifier:
    """A number of a registry whose format no rule fixes: any visible text up to 64 characters.

    Blanks are dropped and letters made capital, so that one number is one text. Raises
    InvalidIdentifier.
    """
    assert kind in _OPAQUE
    text = re.sub(r"[\s\u3000]", "", given).upper()
    if not 1 <= len(text) <= 64 or not text.isprintable():
        raise InvalidIdentifier(
            "number-format", "编号须为 1 至 64 个可见字符", "a number has 1 to 64 visible characters"
        )
    return Identifier(kind, text, given, CheckState.NONE)


_READERS: dict[IdKind, Callable[[str], Identifier]] = {
    IdKind.USCC: uscc,
    IdKind.PATENT: lambda given: patent(given).identifier,
    IdKind.TRADEMARK: trademark,
    IdKind.SOFTWARE_COPYRIGHT: software_copyright,
    IdKind.SOFTWARE_COPYRIGHT_CERTIFICATE: software_copyright_certificate,
    IdKind.IC_LAYOUT: ic_layout,
}


def identifier(kind: IdKind, given: str) -> Identifier:
    """A number of the kind. Raises InvalidIdentifier."""
    reader = _READERS.get(kind)
    return reader(given) if reader else opaque(kind, given)


Uscc = Annotated[
    str,
    StringConstraints(max_length=40),
    AfterValidator(lambda given: uscc(given).normalised),
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
