"""A position of a file, read as a request would be: the same models, the same faults."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from services.applications.api.position_requests import PositionItem
from services.applications.api.requests import Month
from services.applications.handlers.bulk_positions import OfAMonth
from shared.http.field_errors import faults_in
from shared.refusals import FieldFault

_MONTH: Final = TypeAdapter(Month)


def read_position(said: Mapping[str, Any]) -> OfAMonth | tuple[FieldFault, ...]:
    """A position with its month, or what is wrong with them."""
    item = {name: value for name, value in said.items() if name != "month"}
    faults: tuple[FieldFault, ...] = ()
    month = said.get("month")
    try:
        _MONTH.validate_python(month)
    except ValidationError:
        faults = (
            FieldFault(
                ("month",), "month-malformed", "须写明月份，如 2026-03", "a month such as 2026-03"
            ),
        )
    try:
        position = PositionItem.model_validate(item).as_row()
    except ValidationError as error:
        return (*faults, *faults_in(error, item))
    return faults or OfAMonth(month=str(month), position=position)
