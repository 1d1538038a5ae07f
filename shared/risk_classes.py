"""The five classes of loans (五级分类), from best to worst.

商业银行金融资产风险分类办法 (2023), art. 5.
"""

from typing import Final, Literal, get_args

RiskClass = Literal["normal", "special_mention", "substandard", "doubtful", "loss"]

RISK_CLASSES: Final[tuple[RiskClass, ...]] = get_args(RiskClass)
"""From best to worst."""

NON_PERFORMING: Final[tuple[RiskClass, ...]] = ("substandard", "doubtful", "loss")
"""不良: substandard or worse."""


def is_at_least(risk_class: str, least: str) -> bool:
    """Whether a class is as bad as another one, or worse. Raises ValueError for no class."""
    names: tuple[str, ...] = RISK_CLASSES
    return names.index(risk_class) >= names.index(least)
