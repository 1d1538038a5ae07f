"""The facts that duties hang on, by their names: whoever writes one touches it."""

from typing import Final

LOAN_SERVED: Final = "loan served"
LOAN_CLAIMED: Final = "loan claimed"
CASE_OVER: Final = "case over"
"""States of a case; a move into one or out of it touches it."""
LOAN_MATURITY: Final = "loan maturity"
UNDO_ASKED: Final = "undo asked"
LETTERS: Final = "letters"
RIGHT_ALERTS: Final = "right alerts"
"""Dangers to rights, and what was done about them."""
POLICIES: Final = "policies"
VALUATIONS: Final = "valuations"
OFFERS: Final = "offers"
"""Demands with the banks that they are offered to, and the answers of these."""
