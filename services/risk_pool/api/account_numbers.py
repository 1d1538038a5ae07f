"""The number of an account at a bank, as a request may write it."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from shared import canonical


def _in_one_form(said: Any) -> Any:
    return canonical.compact(said) if isinstance(said, str) else said


AccountNumber = Annotated[
    str,
    BeforeValidator(_in_one_form),
    StringConstraints(pattern=r"^[0-9A-Za-z]{5,34}$"),
    Field(description="In any spelling; blanks and hyphens are left out."),
]
"""Money is sent to it, so it is kept as banks write it in payments: digits and letters alone."""
