"""What a person should look at in a case's numbers: unusual, and no reason against the case.

A number that no register can have given out was refused at the door; what is here may be right.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.applications.domain.regions import exclude_each_other, named, region_of_code
from shared.identifiers import InvalidIdentifier, uscc
from shared.rights import warnings_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ToLookAt:
    """One thing to look at, and where it stands in the application."""

    code: str
    zh: str
    en: str
    field: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRight:
    """A right of the case by its number, with its owner's credit code."""

    kind: str
    number: str
    owner_uscc: str | None


_WORDS = {
    "organisation-code-check-digit": (
        "个体工商户信用代码第 17 位（组织机构代码校验位）不符，请核对执照",
        "The inner check digit of this sole trader's credit code is wrong; look at the licence.",
        "GB 11714",
    ),
    "ic-layout-check-digit": (
        "布图设计登记号末位不符合推定的校验规则，请核对证书",
        "The last symbol of the layout's number does not fit the supposed check; look at the "
        "certificate.",
        "受理规则",
    ),
    "labelled-as-certificate-number": (
        "登记号写成了证书号的格式，请核对两个号码",
        "The registration number is written as a certificate's; look at both numbers.",
        "受理规则",
    ),
}


def to_look_at(
    borrower_uscc: str, borrower_region: str | None, rights: Iterable[NamedRight]
) -> Iterator[ToLookAt]:
    """Everything unusual about a case's numbers, in the order of the application."""
    yield from _of_code(borrower_uscc, "/borrower/uscc")
    registered = region_of_code(borrower_uscc)
    if borrower_region and registered and exclude_each_other(registered, borrower_region):
        yield ToLookAt(
            code="credit-code-of-another-region",
            zh=f"信用代码由 {named(registered)} 登记机关发放，所填行政区划为 {named(borrower_region)}："
            "企业可能已迁入，请核对执照",
            en=f"The credit code was given out in {named(registered)} and the stated region is "
            f"{named(borrower_region)}: the firm may have moved; look at its licence.",
            field="/borrower/region_code",
            source="GB 32100—2015；GB/T 2260",
        )
    for index, right in enumerate(rights):
        for code in warnings_of(right.kind, right.number):
            if code in _WORDS:
                yield _unusual(code, f"/collateral/{index}/number")
        if right.owner_uscc and right.owner_uscc != borrower_uscc:
            yield from _of_code(right.owner_uscc, f"/collateral/{index}/owner_uscc")


def _of_code(code: str, field: str) -> Iterator[ToLookAt]:
    try:
        found = uscc(code).warnings
    except InvalidIdentifier:
        # Taken before its inner check digit was asked for.
        found = ("organisation-code-check-digit",)
    for warning in found:
        yield _unusual(warning, field)


def _unusual(code: str, field: str) -> ToLookAt:
    zh, en, source = _WORDS[code]
    return ToLookAt(code=code, zh=zh, en=en, field=field, source=source)
