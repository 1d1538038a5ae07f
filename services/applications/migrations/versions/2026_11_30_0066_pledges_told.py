"""The pool hears which rights are pledged and what is insured: what stood before is told now.

Revision ID: 0066
"""

from alembic import op

revision = "0066"
down_revision = "0064"

# One trace for all: nobody asked for these one by one. What waits to be taken over is told then.
TELL = """
insert into outbox (event_id, aggregatetype, aggregateid, type, payload, ce_source, ce_time,
                    ce_subject, traceparent, institution)
select gen_random_uuid(), 'applications', a.id::text, 'loan.pledges-stand.v1',
       convert_to(
           json_build_object(
               'loan_id', a.id, 'number', a.number, 'bank_code', a.bank_code,
               'pool_code', a.pool_code, 'borrower_uscc', a.borrower_uscc,
               'borrower_name', a.borrower_name,
               'pledges', json_agg(
                   json_build_object(
                       'pledge_id', p.id, 'right_kind', c.kind, 'right_number', c.number,
                       'nice_class', c.nice_class, 'right_name', c.name,
                       'owner_name', c.owner_name, 'registry', p.register_name,
                       'registration_number', p.registration_no,
                       'registered_on', p.registered_on, 'term_until', p.term_until,
                       'ended_on', p.ended_on,
                       'end', case when p.state in ('cancelled', 'invalid') then p.state else '' end
                   ) order by p.collateral_no)
           )::text, 'UTF8'),
       '/zhidai/applications', now(), a.number,
       '00-' || replace(gen_random_uuid()::text, '-', '') || '-0000000000000001-00', a.bank_code
from pledge_registrations as p
join applications as a on a.id = p.application_id
join collateral as c
    on (c.application_id, c.revision, c.collateral_no)
     = (p.application_id, a.revision, p.collateral_no)
where a.state <> 'announced'
group by a.id
order by a.id
"""

TELL_POLICIES = """
insert into outbox (event_id, aggregatetype, aggregateid, type, payload, ce_source, ce_time,
                    ce_subject, traceparent, institution)
select gen_random_uuid(), 'applications', e.id::text, 'policy.stands.v1',
       convert_to(
           json_build_object(
               'policy_id', e.id, 'loan_id', e.application_id,
               'bank_code', case when e.bank_code = '*' then '' else e.bank_code end,
               'pool_code', coalesce(a.pool_code, ''), 'borrower_uscc', e.firm_uscc,
               'kind', e.kind, 'insurer_name', e.issuer_name, 'reference', e.number,
               'insured', (coalesce(v.amount_fen, 0)::numeric / 100)::numeric(20, 2)::text,
               'premium', (v.price_fen::numeric / 100)::numeric(20, 2)::text,
               'begins_on', v.begins_on, 'ends_on', v.ends_on, 'ended_on', e.ended_on
           )::text, 'UTF8'),
       '/zhidai/applications', now(), e.id::text,
       '00-' || replace(gen_random_uuid()::text, '-', '') || '-0000000000000001-00',
       case when e.bank_code = '*' then '' else e.bank_code end
from enhancements as e
join lateral (
    select * from enhancement_versions where enhancement_id = e.id
    order by version_no desc limit 1
) as v on true
left join applications as a on a.id = e.application_id
where e.form = 'policy'
order by e.id
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(TELL)
    op.execute(TELL_POLICIES)
