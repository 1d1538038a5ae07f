"""Tables that change beside any request: who looked, who was seen, and what is added up in the background."""

from typing import Final

LOOKS: Final = ("reads", "people_seen")
ADDED_UP: Final = (
    "book_counts", "book_counts_due", "book_counts_through", "case_counts", "case_counts_due",
    "case_flow_counts", "loan_counts", "loan_counts_due", "position_moves", "position_moves_due",
    "value_counts", "value_counts_made",
)  # fmt: skip
"""What is due is told, too, so nobody reads another figure by it (tests/e2e/test_counts.py)."""
