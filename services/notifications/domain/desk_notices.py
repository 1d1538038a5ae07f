"""Who hears of what is said at the bureau's desk to somebody by name, which is no bank's business."""

from collections.abc import Mapping
from typing import Final

from services.notifications.domain.notice import Banks, Notice

OF_DESK: Final[Mapping[str, Notice]] = {
    "absence.changed.v1": Notice(banks=Banks.NONE, people_in="delegate"),
    "note.mentions.v1": Notice(banks=Banks.NONE, people_in="mentions"),
}
