"""When a stored paper may still be on its way to us, and what a case keeps of one."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from shared.papers import PaperNamed
from shared.refusals import FieldFault, FieldsWrong

ON_ITS_WAY_SECONDS: Final = 60
"""So long after it was stored a paper that is not known may still be heard of; mostly it takes
less than one."""

_UUID7_MILLISECONDS_FROM: Final = 80
"""The upper 48 bits of a version 7 id are the milliseconds since 1970 (RFC 9562, section 5.7)."""


class PaperNotYetKnown(FieldsWrong):
    """The papers were stored a moment ago, and we have not heard of them: ask again soon."""

    code = "paper-not-yet-known"
    status = 409
    headers: Mapping[str, str] = {"Retry-After": "2"}


def may_be_on_its_way(document_id: UUID | None, *, seconds: float) -> bool:
    """Whether an id says that its paper was stored a moment ago, at `seconds` since 1970.

    The id alone decides, so the answer tells nothing of other institutions' papers. A hash says
    nothing of when: what is named by hash is known or not.
    """
    if document_id is None or document_id.version != 7:
        return False
    stored = (document_id.int >> _UUID7_MILLISECONDS_FROM) / 1000
    return abs(seconds - stored) <= ON_ITS_WAY_SECONDS


def not_yet_known(one: PaperNamed) -> FieldFault:
    """What is said of a paper that may be on its way."""
    return FieldFault(
        one.field,
        "paper-not-yet-known",
        "这份材料刚刚上传，尚未同步到资金池，请稍候几秒再提交",
        "This document was stored a moment ago and is on its way here; send again in some seconds.",
    )


def as_kept(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A paper as a case keeps it."""
    return {
        "kind": kind,
        "document": str(row["id"]),
        "sha256": row["sha256"].hex(),
        "filename": row["filename"],
    }
