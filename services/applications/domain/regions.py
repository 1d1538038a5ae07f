"""Where a firm is: the region its bank states, the claim that it is of the place, its credit code.

Regions are of GB/T 2260: two digits of the province, two of the city, two of the county; 00 for all
of it. The digits in a credit code are those of the office that gave it out, which may be the
province's or the country's, or another place's from before the firm moved. So they never decide:
they make us ask.
"""

from collections.abc import Iterator
from typing import Final

from services.applications.domain.submission import Borrower, Submission
from shared.divisions import division_name
from shared.schemes.decide.findings import Finding

COUNTRY: Final = "100000"
"""Registered with the market regulator of the country."""

_SOURCE: Final = "GB/T 2260；受理规则"


def lies_within(region: str, territory: str) -> bool:
    """Whether all of a region belongs to a territory."""
    return region.startswith(_places(territory))


def exclude_each_other(one: str, other: str) -> bool:
    """Whether nothing can lie in both regions."""
    return not lies_within(one, other) and not lies_within(other, one)


def _places(region: str) -> str:
    """The digits that name a place: 4500 00 is all that begins with 45."""
    while len(region) > 2 and region.endswith("00"):
        region = region[:-2]
    return region


def region_of_code(uscc: str) -> str | None:
    """Of the office that gave a credit code out; None for the country's."""
    region = uscc[2:8]
    return None if region == COUNTRY else region


def contradictions(case: Submission, territory: str) -> Iterator[Finding]:
    """That a firm is of the place, or is not, cannot be claimed against the region that is stated.

    Where none is stated and the credit code is from elsewhere, the region is asked for.
    """
    claimed = case.attributes.get("in_territory")
    region = case.borrower.region_code
    if not isinstance(claimed, bool) or not territory:
        return
    place = named(territory)
    if region is None:
        if claimed and _is_from_elsewhere(case.borrower, territory):
            yield _contradiction(
                "/borrower/region_code",
                f"声明企业在本地（{place}）注册，而统一社会信用代码由 "
                f"{named(case.borrower.uscc[2:8])} 登记机关发放：请填写企业现注册地的行政区划代码",
                f"The firm is said to be registered in {place}, and its credit code was given "
                f"out in {named(case.borrower.uscc[2:8])}: state the region in which it is registered now.",
                {"territory": territory, "credit_code_region": case.borrower.uscc[2:8]},
            )
        return
    if claimed and exclude_each_other(region, territory):
        yield _contradiction(
            "/attributes/in_territory",
            f"声明企业在本地（{place}）注册，与所填行政区划 {named(region)} 矛盾，请更正其一",
            f"The firm is said to be registered in {place}, and its stated region is {named(region)}; "
            "mend one of them.",
            {"territory": territory, "region": region, "stated": "true"},
        )
    elif not claimed and lies_within(region, territory):
        yield _contradiction(
            "/attributes/in_territory",
            f"声明企业不在本地注册，而所填行政区划 {named(region)} 属于本地（{place}），请更正其一",
            f"The firm is said not to be registered in {place}, and its stated region {named(region)} "
            "lies there; mend one of them.",
            {"territory": territory, "region": region, "stated": "false"},
        )


def named(region: str) -> str:
    """A region as it is called, with the code that is typed: 天津市东丽区 120110."""
    name = division_name(region)
    return region if name == region else f"{name} {region}"


def _is_from_elsewhere(firm: Borrower, territory: str) -> bool:
    registered = region_of_code(firm.uscc)
    return registered is not None and exclude_each_other(registered, territory)


def _contradiction(field: str, zh: str, en: str, evidence: dict[str, str]) -> Finding:
    return Finding(
        code="contradicts-region", source=_SOURCE, zh=zh, en=en, evidence=evidence, field=field
    )
