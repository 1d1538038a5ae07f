"""What waits, told to the database: the cases of a life cycle, or a duty that a query finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.life_cycle import LifeCycle, Wait, Words
from shared.schemes.vocabulary import STEPS

Topic = Literal["applications", "risk_pool", "notifications"]
"""The service. Only the first two have deadlines, and events that tell of them."""


@dataclass(frozen=True, kw_only=True)
class CasesWait:
    """How cases of a life cycle are entered as waits. Each value is SQL over the case, `k`."""

    topic: Topic
    page: str
    """Where people act, as a path of the console."""
    number: str = "k.number"
    pool: str = "k.pool_code"
    bank: str = ""
    """The case's bank; its column, where nothing is said."""
    loan: str = "null"
    firm: str = "''"
    """The firm or the party that it is about."""
    amount: str = "null"
    """How much it is about, in fen."""
    roles: str = "w.roles"
    """Who is to act; by the life cycle, where the case does not say otherwise."""
    person: str = "''"
    """Who has it in hand, as the token names them."""
    person_name: str = "''"
    due: str = "k.due_on"
    joined: str = ""
    """Further tables, as `join … on …`."""


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Something that must be done until a day and is no state of a case."""

    kind: str
    topic: Topic
    noun: Words
    what: Words
    roles: tuple[str, ...]
    escalates: bool = True
    """Whether those above hear of it later: not where the bureau has a duty of its own beside it."""
    in_working_days: bool = False
    """Whether its day is counted by the calendar of working days."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One kind of wait: its name in words, and the query of what is open."""

    kind: str
    topic: Topic
    noun: Words
    sql: str
    by_moves: bool
    """Ended by a move in the history, which says whether it was made by who was waited for."""
    escalates: bool = True
    in_working_days: frozenset[str] = frozenset()
    """The states, of a duty "", whose day is counted by the calendar of working days."""


def rule_of(wait: Wait) -> str:
    """What sets the day: the programme's step in words, or where the usual time comes from."""
    if wait.step in STEPS:
        return STEPS[wait.step].zh
    return wait.source


_DUE: Final = """
    select case_id, step, '' as state, {roles} as roles, coalesce(bank_code, '') as bank_code,
           coalesce(pool_code, '') as pool_code, number, loan_id, firm, amount_fen, '' as person, '' as person_name,
           due_on, $2::timestamptz as since, {zh} as what_zh, {en} as what_en, rule, page
    from jsonb_to_recordset($3::jsonb) as due (
        case_id uuid, step text, bank_code text, pool_code text, number text, loan_id uuid,
        firm text, amount_fen bigint, due_on date, rule text, page text)
    where {about}
"""
"""The open ones come as rows of `Due`."""

OF_DUTY: Final = """
    ($1::uuid[] is null or loan_id = any ($1)) and ($4::text[] is null or pool_code = any ($4))
    and ($5::text[] is null or bank_code = any ($5)) and ($6::text[] is null or number = any ($6))
"""
"""Which rows of a duty are looked at: `About`."""
OF_CASES: Final = "($1::uuid[] is null or case_id = any ($1))"


@lru_cache(maxsize=64)
def of_duty(duty: Duty) -> Source:
    """The source of a duty."""
    sql = _DUE.format(
        roles=_texts(duty.roles), zh=_text(duty.what.zh), en=_text(duty.what.en), about=OF_DUTY
    )
    return Source(
        kind=duty.kind,
        topic=duty.topic,
        noun=duty.noun,
        sql=sql,
        by_moves=False,
        escalates=duty.escalates,
        in_working_days=frozenset({""}) if duty.in_working_days else frozenset(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One open case of a duty."""

    case_id: UUID
    number: str
    due_on: date | None
    rule: str
    page: str
    step: str = ""
    bank_code: str = ""
    pool_code: str = ""
    loan_id: UUID | None = None
    firm: str = ""
    amount_fen: int | None = None

    def as_data(self) -> dict[str, str | None]:
        """The row, as the statement reads it."""
        data = {name: getattr(self, name) for name in self.__slots__}
        return {name: None if value is None else str(value) for name, value in data.items()}


def case_of(*parts: str) -> UUID:
    """The id of something that has none of its own, always the same: a bank's report of a month."""
    return uuid5(NAMESPACE_URL, "zhidai:" + "/".join(parts))


def of_life_cycle(
    life_cycle: LifeCycle, *, kind: str, table: str, key: str, bank: str | None, waits: CasesWait
) -> Source:
    """The source of a life cycle's cases: those that wait for people who have something to do."""
    rows = ", ".join(
        f"({_text(state)}, {_text(wait.step or state)}, {_texts(wait.roles)}, "
        f"{_text(wait.words.zh)}, {_text(wait.words.en)}, {_text(rule_of(wait))})"
        for state, wait in to_do_of(life_cycle.waits).items()
    )
    of_bank = waits.bank or (f"k.{bank}" if bank else "''")
    sql = f"""
        select k.{key} as case_id, w.step, k.state, {waits.roles} as roles,
               coalesce({of_bank}, '') as bank_code, coalesce({waits.pool}, '') as pool_code,
               {waits.number} as number, ({waits.loan})::uuid as loan_id,
               coalesce({waits.firm}, '') as firm, ({waits.amount})::bigint as amount_fen,
               coalesce({waits.person}, '') as person,
               coalesce({waits.person_name}, '') as person_name, {waits.due} as due_on,
               k.state_since as since, w.what_zh, w.what_en, w.rule, {waits.page} as page
        from {table} k
        join (values {rows}) as w (state, step, roles, what_zh, what_en, rule) on w.state = k.state
        {waits.joined}
        where $1::uuid[] is null or k.{key} = any ($1)
    """
    counted = {state for state, wait in life_cycle.waits.items() if wait.in_working_days}
    return Source(
        kind=kind, topic=waits.topic, noun=life_cycle.noun, sql=sql, by_moves=True,
        in_working_days=frozenset(counted),
    )  # fmt: skip


def named_sql(*, table: str, key: str, waits: CasesWait) -> str:
    """What cases are called and about, whether they wait or not: of the ids in $1."""
    return f"""
        select k.{key} as case_id, {waits.number} as number, coalesce({waits.firm}, '') as firm,
               ({waits.amount})::bigint as amount_fen, {waits.page} as page
        from {table} k {waits.joined}
        where k.{key} = any ($1::uuid[])
    """


def to_do_of(waits: Mapping[str, Wait]) -> dict[str, Wait]:
    """The states in which people have something to do, with what it is."""
    return {
        state: wait
        for state, wait in waits.items()
        if not wait.stands and set(wait.roles) - {"system"}
    }


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _texts(values: tuple[str, ...]) -> str:
    return f"array[{', '.join(map(_text, values))}]::text[]"
