"""Guarantors, insurers and appraisers see their own rows of what is owed, stated and borne.

Their institution is `party:` and their code; no policy of before can match it. A code that stands in a
row as a bank's is never meant.

Revision ID: 0072
"""

from alembic import op

revision = "0072"
down_revision = "0071"

_OWN = "'party:' || party_code = current_setting('zhidai.institution', true)"
_BY_COLUMN = {
    "open_items": _OWN,
    "planned_money": _OWN,
    "settlement_statements": f"{_OWN} and party_role not in ('bank', 'pool')",
    "claim_shares": f"{_OWN} and party not in ('bank', 'pool')",
    "recovery_shares": f"{_OWN} and party not in ('bank', 'pool')",
    "parties": "role <> 'bank' and 'party:' || code = current_setting('zhidai.institution', true)",
}
_NAMED_BY_LOAN = """
    current_setting('zhidai.institution', true) like 'party:%' and exists (
        select from jsonb_each_text(parties) as named (role, code)
        where role not in ('bank', 'pool')
          and 'party:' || code = current_setting('zhidai.institution', true))
"""
# A pool's party may bear a part of a loan that does not name it. Asked past row-level security, for what
# is seen of the shares is decided by their claim.
_BORNE = """
    create function is_borne_by(claim uuid, institution text) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
        select exists (select from claim_shares
                       where claim_id = claim and party not in ('bank', 'pool')
                         and 'party:' || party_code = institution)
    $$
"""
# A draft is its bank's own.
_NAMED_BY_CLAIM = """
    current_setting('zhidai.institution', true) like 'party:%' and state <> 'draft' and (
        exists (select from coverages where coverages.loan_id = claims.loan_id)
        or is_borne_by(id, current_setting('zhidai.institution', true)))
"""


# What waits for the bureau names no bank, and was open to every institution.
_WAITS = """
    create policy no_party on waits as restrictive
    using (current_setting('zhidai.institution', true) not like 'party:%')
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(_BORNE)
    op.execute(_WAITS)
    conditions = {**_BY_COLUMN, "coverages": _NAMED_BY_LOAN, "claims": _NAMED_BY_CLAIM}
    for table, condition in conditions.items():
        op.execute(f"create policy own_rows_of_party on {table} for select using ({condition})")
