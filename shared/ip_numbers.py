"""Numbers of the other rights that are pledged: trademarks, copyrights, layouts, and the rest.

Most have a format and no check digit, some not even that; see `shared.identifiers` for patents.
Each is read in its canonical form: serials with zeros in front are the same serials.
"""

import re
from collections.abc import Callable

from shared.canonical import compact, number, plain
from shared.identifiers import (
    CheckState,
    Identifier,
    IdKind,
    InvalidIdentifier,
    patent,
    patent_check,
    uscc,
)

_TRADEMARK = re.compile(r"(?:商标)?(?:注册号?)?:?第?(G?)0*([1-9][0-9]{0,7})([A-Z]?)号?")


def trademark(given: str) -> Identifier:
    """A trademark registration number: up to 8 digits, perhaps G before or a letter behind.

    It has no check digit. Raises InvalidIdentifier.
    """
    match = _TRADEMARK.fullmatch(plain(given))
    if match is None:
        raise InvalidIdentifier(
            "trademark-format",
            "商标注册号须为至多 8 位数字（国际注册以 G 开头，分割注册末尾带字母）",
            "a trademark registration number has up to 8 digits, perhaps G before, a letter behind",
        )
    return Identifier(IdKind.TRADEMARK, "".join(match.groups()), given, CheckState.NONE)


def nice_class(wanted: int) -> int:
    """A class of the Nice classification, 1 to 45. Raises InvalidIdentifier."""
    if not 1 <= wanted <= 45:
        raise InvalidIdentifier(
            "nice-class", "商标类别须为 1 至 45", "a class of goods or services is 1 to 45"
        )
    return wanted


_SOFTWARE = re.compile(r"([0-9]{4})SR([0-9]{5,9})")
_SOFTWARE_CERTIFICATE = re.compile(r"(?:软著登字)?第?([0-9]{5,9})号?")
_LONGEST_SERIAL = 9_999_999
"""Of a year's registrations: seven digits. Older numbers have five or six."""


def software_copyright(given: str) -> Identifier:
    """The registration number 登记号 of software: 2014SR001852. Its serial is written with at least
    six digits. Raises InvalidIdentifier."""
    text = compact(given)
    inside = text.removeprefix("软著登字第").removesuffix("号")
    match = _SOFTWARE.fullmatch(inside)
    if (
        match is None
        or not 1991 <= int(match[1]) <= 2100
        or not 1 <= int(match[2]) <= _LONGEST_SERIAL
    ):
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
    normal = f"{match[1]}SR{int(match[2]):06d}"
    return Identifier(IdKind.SOFTWARE_COPYRIGHT, normal, given, CheckState.NONE, warnings)


def software_copyright_certificate(given: str) -> Identifier:
    """The certificate number 证书号 of software: 软著登字第0671096号, with at least seven digits.
    Raises InvalidIdentifier."""
    text = compact(given)
    match = _SOFTWARE_CERTIFICATE.fullmatch(text)
    if match is None or int(match[1]) == 0:
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
    normal = f"软著登字第{int(match[1]):07d}号"
    return Identifier(IdKind.SOFTWARE_COPYRIGHT_CERTIFICATE, normal, given, CheckState.NONE)


_LAYOUT = re.compile(r"BS([0-9]{8})([0-9X])")


def ic_layout(given: str) -> Identifier:
    """A layout design of integrated circuits, such as BS.185559220. Raises InvalidIdentifier.

    No rule is published; the known number fits the old check of patents. So a number that does
    not fit is kept, with a warning.
    """
    match = _LAYOUT.fullmatch(compact(given))
    if match is None or match[1].strip("0") == "":
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


_NUMBER = re.compile(r"[0-9A-Z\u3400-\u9fff\U00020000-\U000323af〇().,:;/&+#_-]{1,64}")


def opaque(kind: IdKind, given: str) -> Identifier:
    """A number of a registry whose format no rule fixes: letters A to Z, digits, Chinese
    characters and usual signs, up to 64, of which one at least is no sign.

    Letters and digits of other scripts are refused: they look alike and are not. Raises
    InvalidIdentifier.
    """
    assert kind in _OPAQUE
    text = number(given)
    if _NUMBER.fullmatch(text) is None or not re.search(r"\w", text):
        raise InvalidIdentifier(
            "number-format",
            "编号须为 1 至 64 个汉字、数字、拉丁字母或常用符号",
            "a number has 1 to 64 Chinese characters, digits, Latin letters or usual signs",
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


def possible_numbers(words: str) -> frozenset[str]:
    """What a number without its kind may be, in the form of each kind that it can be read as."""
    found = set()
    for kind in IdKind:
        try:
            found.add(identifier(kind, words).normalised)
        except InvalidIdentifier:
            continue
    return frozenset(found)
