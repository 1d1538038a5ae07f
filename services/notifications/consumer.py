"""What notifications consumes: every event that has somebody to tell."""

from collections.abc import Mapping

from services.notifications.domain.notices import NOTICES
from services.notifications.handlers.absences import keep_absences, note_absences
from services.notifications.handlers.calendar import note_calendar
from services.notifications.handlers.learning import learn
from services.notifications.handlers.messages import notify
from services.notifications.handlers.month_packs import send_packs
from services.notifications.handlers.pool_duties import pool_duty_given
from shared.contracts.desk import AbsenceChangedV1
from shared.contracts.envelope import Event
from shared.contracts.people import PoolDutyGivenV1
from shared.contracts.registry import EVENTS
from shared.contracts.risk_pool import CalendarChangedV1, StatementSignedV1
from shared.messaging.inbox import Handler
from shared.messaging.rebuilding import View

CONSUMES: Mapping[type[Event], Handler] = {
    **{EVENTS[name]: notify for name in NOTICES},
    AbsenceChangedV1: note_absences,
    CalendarChangedV1: note_calendar,
    PoolDutyGivenV1: pool_duty_given,
    StatementSignedV1: send_packs,
}

VIEWS: Mapping[str, View] = {
    "names_and_deadlines": View(
        tables=("pool_banks", "pool_programmes", "names_by_code", "open_deadlines"),
        learns=dict.fromkeys((EVENTS[name] for name in NOTICES), learn),
    ),
    "stand_ins": View(tables=("stand_ins",), learns={AbsenceChangedV1: keep_absences}),
}
"""What this service knows by events alone (`zhidai events rebuild`)."""
