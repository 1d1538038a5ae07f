"""The hot path's SQL: one statement to look around, one to keep a whole submission."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.api.requests import SubmissionBody
from services.applications.domain.case import Case, Surroundings
from services.applications.domain.life_cycle import CLAIMS_CAPACITY, Action, State
from services.applications.tables.moves import SYSTEM, Actor

# Rights are looked up without a bank: the answer is which of the case's own are taken.
_LOOK_AROUND: Final = """
select exists (select from banks where code = $2) as bank_exists,
       p.name, p.programme, p.opened_on, p.stopped_on, s.suspended_on,
       array(
           select asked.index
           from unnest($3::text[], $4::text[], $5::int[]) with ordinality
               as asked (kind, number, nice_class, index)
           join held_rights using (kind, number, nice_class)
           where held_rights.application_id <> $6
       ) as held,
       coalesce(firm.balance_fen, 0)::bigint as balance_fen,
       coalesce(firm.live_cases, 0) as live_cases
from (values ($1::text)) as wanted (code)
left join pools as p using (code)
left join bank_suspensions as s on s.pool_code = p.code and s.bank_code = $2
left join lateral (
    select sum(coalesce(loans.outstanding_fen, a.amount_fen)) as balance_fen,
           count(*) as live_cases
    from applications as a left join loans on loans.application_id = a.id
    where a.borrower_uscc = $7 and a.pool_code = $1 and a.bank_code = $2 and a.id <> $6
      and a.state = any($8)
) as firm on true
"""


_LIVE: Final = sorted(CLAIMS_CAPACITY)


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows around a submission. `around` is None where there is no such pool."""

    bank_exists: bool
    programme: str
    around: Surroundings | None


async def surroundings(
    conn: asyncpg.Connection, case: Case, *, bank_code: str, except_case: UUID, today: date
) -> Known:
    """Pool, standing of the bank, and which of the case's rights another live case holds."""
    keys = [item.key for item in case.collateral]
    row = await conn.fetchrow(
        _LOOK_AROUND,
        case.pool_code,
        bank_code,
        [key.kind for key in keys],
        [key.number for key in keys],
        [key.nice_class for key in keys],
        except_case,
        case.borrower.uscc,
        _LIVE,
    )
    if row["programme"] is None:
        return Known(row["bank_exists"], "", None)
    around = Surroundings(
        today=today,
        pool_name=row["name"],
        pool_opened_on=row["opened_on"],
        pool_stopped_on=row["stopped_on"],
        bank_suspended_on=row["suspended_on"],
        held_rights=frozenset(keys[index - 1] for index in row["held"]),
        borrower_balance_fen=row["balance_fen"],
        borrower_live_cases=row["live_cases"],
    )
    return Known(row["bank_exists"], row["programme"], around)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a submission leaves its case: two moves, the bank's and then the machine's."""

    case_id: UUID
    number: str
    bank_code: str
    programme: str
    state: State
    action: Action
    """The machine's move, which led to `state`."""
    holds_rights: bool
    version: int
    """After both moves."""
    revision: int
    due_on: date | None
    findings: list[dict[str, Any]]
    actor: Actor
    first_action: Action
    first_source: State | None


_CASE: Final[Mapping[str, str]] = {
    "id": "uuid",
    "bank_code": "text",
    "revision": "int",
    "number": "text",
    "pool_code": "text",
    "programme": "text",
    "mode": "text",
    "parties": "jsonb",
    "borrower_uscc": "text",
    "borrower_name": "text",
    "borrower_registered_on": "date",
    "borrower_is_sme": "boolean",
    "borrower_region_code": "text",
    "amount_fen": "bigint",
    "tenor_months": "int",
    "annual_rate_bp": "int",
    "purpose": "text",
    "purpose_note": "text",
    "repayment": "text",
    "has_other_collateral": "boolean",
    "ip_share_bp": "int",
    "is_first_loan": "boolean",
    "is_multi_ip_type": "boolean",
    "attributes": "jsonb",
    "state": "text",
    "version": "int",
    "since": "timestamptz",
    "due_on": "date",
    "findings": "jsonb",
    "submitted_at": "timestamptz",
    "submitted_by": "text",
}
_AT = {name: f"${place}::{kind}" for place, (name, kind) in enumerate(_CASE.items(), start=1)}
_REST: Final[Mapping[str, str]] = {
    "kinds": "text[]",
    "numbers": "text[]",
    "numbers_as_given": "text[]",
    "nice_classes": "int[]",
    "names": "text[]",
    "owner_usccs": "text[]",
    "owner_names": "text[]",
    "filed": "date[]",
    "expire": "date[]",
    "values": "bigint[]",
    "methods": "text[]",
    "appraisers": "text[]",
    "valued": "date[]",
    "document_kinds": "text[]",
    "hashes": "bytea[]",
    "filenames": "text[]",
    "holds": "boolean",
    "actor_name": "text",
    "actor_role": "text",
    "first_action": "text",
    "first_source": "text",
    "machine_action": "text",
    "machine_subject": "text",
    "machine_name": "text",
    "machine_role": "text",
    "detail": "jsonb",
}
_AT |= {
    name: f"${place}::{kind}"
    for place, (name, kind) in enumerate(_REST.items(), start=1 + len(_CASE))
}

_INSERT_CASE: Final = (
    f"insert into applications ({', '.join(_CASE)}) values ({', '.join(_AT[n] for n in _CASE)})"
)
_FIXED: Final = frozenset({"id", "bank_code", "number", "pool_code", "programme"})
_REPLACE_CASE: Final = (
    "update applications set assigned_to = null, assigned_name = null, recommended_by = null, "
    + ", ".join(f"{name} = {_AT[name]}" for name in _CASE if name not in _FIXED)
    + f" where id = {_AT['id']} and version = {_AT['version']} - 2"
    # A parameter that is not used has no type, so the fixed ones are compared.
    + "".join(f" and {name} = {_AT[name]}" for name in sorted(_FIXED - {"id"}))
)

_ALL_BUT_THE_CASE: Final = """
), item as (
    select * from unnest({kinds}, {numbers}, {numbers_as_given}, {nice_classes}, {names},
                         {owner_usccs}, {owner_names}, {filed}, {expire},
                         {values}, {methods}, {appraisers}, {valued}) with ordinality
        as item (kind, number, number_as_given, nice_class, name, owner_uscc, owner_name,
                 filed_on, expires_on, amount_fen, method, appraiser, valued_on, collateral_no)
), firm as (
    insert into borrowers as known (bank_code, uscc, name, registered_on, is_sme, region_code,
                                    first_seen_at, changed_at)
    select {bank_code}, {borrower_uscc}, {borrower_name}, {borrower_registered_on},
           {borrower_is_sme}, {borrower_region_code}, {since}, {since}
    -- Looked for first: on conflict would lock the row, and a firm's cases wait for each other.
    where not exists (
        select from borrowers as same
        where same.bank_code = {bank_code} and same.uscc = {borrower_uscc}
          and (same.name, same.registered_on, same.is_sme, same.region_code)
              is not distinct from
              ({borrower_name}, {borrower_registered_on}, {borrower_is_sme},
               {borrower_region_code})
    )
    on conflict (bank_code, uscc) do update
        set name = excluded.name, registered_on = excluded.registered_on,
            is_sme = excluded.is_sme, region_code = excluded.region_code,
            changed_at = excluded.changed_at
), offered as (
    insert into collateral (application_id, revision, collateral_no, bank_code, kind, number,
                            number_as_given, nice_class, name, owner_uscc, owner_name, filed_on,
                            expires_on)
    select {id}, {revision}, collateral_no, {bank_code}, kind, number, number_as_given,
           nice_class, name, owner_uscc, owner_name, filed_on, expires_on
    from item
), valued as (
    insert into valuations (application_id, revision, collateral_no, bank_code, amount_fen,
                            method, appraiser, valued_on)
    select {id}, {revision}, collateral_no, {bank_code}, amount_fen, method, appraiser, valued_on
    from item
), papers as (
    insert into documents (application_id, revision, document_no, bank_code, kind, sha256,
                           filename)
    select {id}, {revision}, document_no, {bank_code}, kind, sha256, filename
    from unnest({document_kinds}, {hashes}, {filenames}) with ordinality
        as paper (kind, sha256, filename, document_no)
), said as (
    insert into history (application_id, version, bank_code, at, subject, name, role, action,
                         source, target, detail)
    values ({id}, {version} - 1, {bank_code}, {since}, {submitted_by}, {actor_name},
            {actor_role}, {first_action}, {first_source}, 'submitted', '{{}}'),
           ({id}, {version}, {bank_code}, {since}, {machine_subject}, {machine_name},
            {machine_role}, {machine_action}, 'submitted', {state}, {detail})
), held as (
    -- In the order of the key, so that two cases with the same rights wait and never deadlock.
    insert into held_rights (kind, number, nice_class, application_id)
    select kind, number, nice_class, {id} from item where {holds}
    order by kind, number, nice_class
    on conflict do nothing
    returning true
)
select count(*) from held
"""
_REST_OF_IT: Final = _ALL_BUT_THE_CASE.format(**_AT)
_INSERT: Final = f"with the_case as ({_INSERT_CASE}{_REST_OF_IT}"
_REPLACE: Final = f"with the_case as ({_REPLACE_CASE}{_REST_OF_IT}"


async def insert(
    conn: asyncpg.Connection, body: SubmissionBody, case: Case, standing: Standing, *, now: datetime
) -> bool:
    """Keep a new case with all that belongs to it.

    False where another case has taken one of its rights since they were looked at: then the
    transaction is to be given up.
    """
    return await _keep(conn, _INSERT, body, case, standing, now=now)


async def replace(
    conn: asyncpg.Connection, body: SubmissionBody, case: Case, standing: Standing, *, now: datetime
) -> bool:
    """Keep a new revision of a case; the earlier ones stay as they were. False as in `insert`."""
    return await _keep(conn, _REPLACE, body, case, standing, now=now)


async def _keep(
    conn: asyncpg.Connection,
    statement: str,
    body: SubmissionBody,
    case: Case,
    standing: Standing,
    *,
    now: datetime,
) -> bool:
    borrower, items = case.borrower, case.collateral
    taken = await conn.fetchval(
        statement,
        standing.case_id,
        standing.bank_code,
        standing.revision,
        standing.number,
        case.pool_code,
        standing.programme,
        case.mode,
        dict(case.parties),
        borrower.uscc,
        borrower.name,
        borrower.registered_on,
        borrower.is_sme,
        borrower.region_code,
        case.amount_fen,
        case.tenor_months,
        case.annual_rate_bp,
        case.purpose,
        body.purpose_note,
        case.repayment,
        case.has_other_collateral,
        case.ip_share_bp,
        case.is_first_loan,
        case.is_multi_ip_type,
        dict(case.attributes),
        standing.state,
        standing.version,
        now,
        standing.due_on,
        standing.findings,
        now,
        standing.actor.subject,
        [item.key.kind for item in items],
        [item.key.number for item in items],
        [item.number for item in body.collateral],
        [item.key.nice_class for item in items],
        [item.name for item in items],
        [item.owner_uscc for item in items],
        [item.owner_name for item in items],
        [item.filed_on for item in items],
        [item.expires_on for item in items],
        [item.valuation.amount_fen for item in items],
        [item.valuation.method for item in items],
        [item.valuation.appraiser for item in items],
        [item.valuation.valued_on for item in items],
        [paper.kind for paper in body.documents],
        [bytes.fromhex(paper.sha256) for paper in body.documents],
        [paper.filename for paper in body.documents],
        standing.holds_rights,
        standing.actor.name,
        standing.actor.role,
        standing.first_action,
        standing.first_source,
        standing.action,
        SYSTEM.subject,
        SYSTEM.name,
        SYSTEM.role,
        {"findings": [finding["code"] for finding in standing.findings]},
    )
    return bool(taken == (len(items) if standing.holds_rights else 0))
