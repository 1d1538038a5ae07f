"""Who stands in for whom is told to who tells people: what was entered before is told now.

Revision ID: 0067
"""

from alembic import op

revision = "0067"
down_revision = "0051"

_TELL = """
insert into outbox (event_id, aggregatetype, aggregateid, type, payload, ce_source, ce_time,
                    ce_subject, traceparent, institution)
select gen_random_uuid(), 'applications', a.id::text, 'absence.changed.v1',
       convert_to(jsonb_build_object(
           'absence_id', a.id, 'what', 'entered', 'person', a.subject, 'person_name', who.name,
           'delegate', a.delegate, 'delegate_name', other.name, 'from_day', a.from_day,
           'to_day', a.to_day, 'reason', a.reason)::text, 'UTF8'),
       '/zhidai/applications', now(), coalesce(nullif(who.name, ''), who.subject),
       '00-' || replace(a.id::text, '-', '') || '-' || right(replace(a.id::text, '-', ''), 16)
           || '-00', ''
from absences as a join staff as who on who.subject = a.subject
join staff as other on other.subject = a.delegate
where a.ended_on is null and a.to_day >= current_date
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(_TELL)
