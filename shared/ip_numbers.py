"""Numbers of the other rights that are pledged: trademarks, copyrights, layouts, and the rest.

Most have a format and no check digit, some not even that; see `shared.identifiers` for patents.
"""

import re
from collections.abc import Callable

from shared.identifiers import (
    CheckState,
    Identifier,
    IdKind,
    InvalidIdentifier,
    patent,
    patent_check,
    uscc,
)

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
    """The registration number 登记号 of software: 2014SR001852. Raises InvalidIdentifier."""
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
            "number-format",
            "编号须为 1 至 64 个可见字符",
            "a number has 1 to 64 visible characters",
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
