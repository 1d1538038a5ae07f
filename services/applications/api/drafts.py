"""A submission as far as it goes: what can be read of it, and what is wrong with the rest."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from services.applications.api import examples
from services.applications.api.requests import SubmissionBody
from services.applications.domain.pre_check import Draft, DraftRead
from shared.http.field_errors import faults_in
from shared.refusals import FieldFault

_FIELDS: Final = {field.alias or name for name, field in SubmissionBody.model_fields.items()}
_LISTS: Final[tuple[str, ...]] = ("collateral", "documents")
"""Items of these that are wrong do not hide the others."""
MOST_OF_A_LIST: Final = 100
"""Items that a submission may have; of more the first ones are looked at."""


def read_draft(given: Mapping[str, Any]) -> DraftRead:
    """What is there of a submission. Fields that are missing or wrong are taken from the example,
    which passes, and are named in the draft, so that nobody judges them."""
    try:
        case = SubmissionBody.model_validate(given).as_submission()
    except ValidationError as error:
        return _filled_up(given, faults_in(error, given))
    return DraftRead(draft=Draft(case=case), places={})


def _filled_up(given: Mapping[str, Any], faults: tuple[FieldFault, ...]) -> DraftRead:
    # What is no Unicode anywhere is told of the whole, and then nothing of it is looked at.
    is_unread = any(not one.place for one in faults)
    wrong = set(_FIELDS) if is_unread else {str(one.place[0]) for one in faults}
    filled = {name: value for name, value in given.items() if name in _FIELDS - wrong}
    blank, partly, places = set(wrong), set(), {}
    for name in _LISTS:
        items = given.get(name)
        if name not in wrong or not isinstance(items, list):
            continue
        bad = {one.place[1] for one in faults if one.place[:1] == (name,) and len(one.place) > 1}
        left = [n for n in range(len(items)) if n not in bad][:MOST_OF_A_LIST]
        if bad and left:
            filled[name] = [items[n] for n in left]
            blank.discard(name)
            partly.add(name)
            places[name] = left
    for name in blank & _FIELDS:
        filled[name] = examples.SUBMISSION[name]
    if "documents" in blank:
        filled["documents"] = []
    case = SubmissionBody.model_validate(filled).as_submission()
    draft = Draft(case=case, blank=frozenset(blank), partly=frozenset(partly))
    return DraftRead(draft=draft, faults=faults, places=places)
