"""What the description of the API promises of an amount is what is taken, and nothing else."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.money import (
    Fen,
    NonNegativeFen,
    PositiveFen,
    RequestFen,
    RequestFenOrZero,
    RequestSignedFen,
)

KINDS = {
    "any": Fen,
    "zero or more": NonNegativeFen,
    "above zero": PositiveFen,
    "asked above zero": RequestFen,
    "asked zero or more": RequestFenOrZero,
    "asked either way": RequestSignedFen,
}
NEARLY = st.text(alphabet="-+0.19,e ", max_size=8) | st.from_regex(
    r"-?[0-9]{1,17}(\.[0-9]{0,3})?", fullmatch=True
)


@pytest.mark.parametrize("kind", KINDS)
@given(written=NEARLY)
def test_the_pattern_promises_what_is_taken(kind: str, written: str) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(KINDS[kind])
    promised = re.search(adapter.json_schema()["pattern"], written, re.ASCII)
    try:
        adapter.validate_python(written)
    except ValidationError:
        assert not promised
    else:
        assert promised
