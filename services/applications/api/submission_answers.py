"""What a bank is answered that has handed a case in."""

from services.applications.api.responses import FindingAnswer, SubmissionAnswer
from services.applications.domain.life_cycle import State
from services.applications.tables.submissions import FiledCase
from shared.http.etags import etag
from shared.http.idempotency import Answer


def as_answer(status: int, filed: FiledCase) -> Answer:
    """What became of a submission."""
    body = SubmissionAnswer(
        id=filed.id,
        number=filed.number,
        state=State(filed.state),
        version=filed.version,
        revision=filed.revision,
        since=filed.state_since,
        due_on=filed.due_on,
        findings=[FindingAnswer.model_validate(one) for one in filed.findings],
    )
    headers = {"ETag": etag(filed.version), "Location": f"/api/v1/applications/{filed.id}"}
    return Answer(status, body, headers)
