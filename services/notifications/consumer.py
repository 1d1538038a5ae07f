"""What notifications consumes: every event that has somebody to tell."""

from collections.abc import Mapping

from services.notifications.domain.notices import NOTICES
from services.notifications.handlers.absences import note_absences
from services.notifications.handlers.calendar import note_calendar
from services.notifications.handlers.messages import notify
from services.notifications.handlers.month_packs import send_packs
from services.notifications.handlers.pool_duties import pool_duty_given
from shared.contracts.desk import AbsenceChangedV1
from shared.contracts.envelope import Event
from shared.contracts.people import PoolDutyGivenV1
from shared.contracts.registry import EVENTS
from shared.contracts.risk_pool import CalendarChangedV1, StatementSignedV1
from shared.messaging.inbox import Handler

CONSUMES: Mapping[type[Event], Handler] = {
    **{EVENTS[name]: notify for name in NOTICES},
    AbsenceChangedV1: note_absences,
    CalendarChangedV1: note_calendar,
    PoolDutyGivenV1: pool_duty_given,
    StatementSignedV1: send_packs,
}
