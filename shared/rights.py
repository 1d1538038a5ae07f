"""The kinds of right a bank may name, and how the number of each is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, get_args

from shared.identifiers import IdKind, InvalidIdentifier, patent
from shared.ip_numbers import identifier

Kind = Literal[
    "invention",
    "utility_model",
    "design",
    "trademark_right",
    "copyright",
    "software_copyright",
    "geographical_indication",
    "ic_layout_design",
    "plant_variety",
    "data_ip",
    "trade_secret",
]

_NUMBERED_AS: Final[Mapping[str, IdKind]] = {
    "trademark_right": IdKind.TRADEMARK,
    "copyright": IdKind.WORKS_COPYRIGHT,
    "software_copyright": IdKind.SOFTWARE_COPYRIGHT,
    "geographical_indication": IdKind.GEOGRAPHICAL_INDICATION,
    "ic_layout_design": IdKind.IC_LAYOUT,
    "plant_variety": IdKind.PLANT_VARIETY,
    "data_ip": IdKind.DATA_IP,
    # No register numbers a secret: it goes by the words of its certificate.
    "trade_secret": IdKind.DATA_IP,
}
PATENTS: Final = frozenset(get_args(Kind)) - frozenset(_NUMBERED_AS)


@dataclass(frozen=True, slots=True)
class Right:
    """A right's number in its register's normal form, and what a patent's number tells."""

    number: str
    year: int | None = None
    is_old: bool = False


@lru_cache(maxsize=4096)
def read_right(kind: str, given: str) -> Right:
    """The number of a right as given by a bank. Raises InvalidIdentifier, also for a patent
    number of another kind than the stated one. Kept for a while: the request's validation asks
    first, the case made of it again."""
    if kind not in PATENTS:
        return Right(identifier(_NUMBERED_AS[kind], given).normalised)
    read = patent(given)
    if read.kind != kind:
        raise InvalidIdentifier(
            "patent-other-kind",
            "专利号中的种类代码与所填专利类型不符",
            "the number belongs to another kind of patent than the one stated",
        )
    normal = read.identifier.normalised
    return Right(normal, read.filing_year, len(normal) == 10)


def warnings_of(kind: str, given: str) -> tuple[str, ...]:
    """What is unusual about the number of a kept right: stable codes, for a person to look at."""
    try:
        if kind in PATENTS:
            return patent(given).identifier.warnings
        return identifier(_NUMBERED_AS[kind], given).warnings
    except InvalidIdentifier:
        return ()
