"""The facts that duties hang on, by their names: whoever writes one touches it."""

from typing import Final

POOL: Final = "pool"
"""That it is there, is closed, and until when its months are."""
POSITIONS: Final = "positions"
IN_COVER: Final = "in cover"
CLAIM_LIVES: Final = "claim lives"
MONTH_BEGUN: Final = "month begun"
ITEMS: Final = "items"
"""What is owed, planned, settled and disputed."""
AGREEMENTS: Final = "agreements"
