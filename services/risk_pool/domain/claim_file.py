"""Files of many claims: what is to be done with their rows."""

from typing import Final, Literal

Purpose = Literal["to_file", "to_save", "to_check"]
"""File each claim, save each as a draft, or say what is wrong with each and take none."""

MOST_ROWS: Final = 5_000
"""A claim locks its pool while it is filed, so a file of claims has an end."""
