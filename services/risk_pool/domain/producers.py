"""Who tells the pool its facts, and has to be heard to a month's end before the month is settled."""

from collections.abc import Mapping
from typing import Final

from shared.life_cycle import Words

PRODUCERS: Final[Mapping[str, Words]] = {
    "applications": Words("申请服务", "the applications service"),
}
"""By topic. Each tells after every day that is over how much it has told."""
