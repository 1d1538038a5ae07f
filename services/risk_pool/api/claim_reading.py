"""A claim of a file, read as a request would be: the same models, the same faults."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError

from services.risk_pool.api.case_requests import ClaimContent, DraftContent
from services.risk_pool.api.claim_filing import filed_on
from services.risk_pool.domain.claim_filed import Filed
from services.risk_pool.handlers.claim_rows import ClaimSaid
from shared.http.field_errors import faults_in
from shared.refusals import FieldFault


def read_claim(
    said: Mapping[str, Any], purpose: str, *, today: date
) -> ClaimSaid | tuple[FieldFault, ...]:
    """The claim that a row says beside its loan, or all that is wrong with it. A column that lists
    codes comes as a list from NDJSON and as words from a table."""
    body: ClaimContent | DraftContent
    try:
        if purpose == "to_save":
            body = DraftContent.model_validate(said)
        else:
            body = ClaimContent.model_validate(said)
    except ValidationError as error:
        return faults_in(error, said)

    def as_filed(documents: Sequence[Mapping[str, Any]]) -> Filed:
        assert isinstance(body, ClaimContent)
        return filed_on(today, body, documents)

    def as_draft(documents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        kept = body.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return kept | ({"documents": list(documents)} if documents else {})

    return ClaimSaid(
        papers=[
            (paper.kind, paper.named(("documents", n))) for n, paper in enumerate(body.documents)
        ],
        as_filed=as_filed,
        as_draft=as_draft,
    )
