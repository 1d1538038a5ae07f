"""The institutions and people that hear of an event, by the row of its type; and the other parties of a
pool that it names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.notifications.domain.notice import Banks
from services.notifications.domain.notices import NOTICES
from services.notifications.domain.told_once import told_otherwise
from shared.contracts.audiences import BANK as AS_BANK
from shared.contracts.audiences import BUREAU as AS_BUREAU
from shared.contracts.audiences import parties_of
from shared.roles import BANK_ROLES as OF_BANKS
from shared.roles import PARTY_ROLES as OF_PARTIES
from shared.roles import party_institution, party_of

BUREAU = "*"
"""The institution of the bureau's people."""

BANK_ROLES = tuple(sorted(OF_BANKS))
PARTY_ROLES = tuple(sorted(OF_PARTIES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """An institution that hears of one event, and those in it who do: people of these roles, and
    these people by name."""

    told_as: str
    """Whose column of the tables says what it may know (shared/contracts/audiences.py)."""
    institution: str
    roles: tuple[str, ...]
    people: tuple[str, ...] = ()
    in_inbox: bool

    @property
    def code(self) -> str:
        """The institution as events name it."""
        return party_of(self.institution) or self.institution


def audiences(
    event_type: str, fact: Mapping[str, Any], *, banks_of_pool: tuple[str, ...]
) -> tuple[Audience, ...]:
    """Everyone who hears of an event, banks first, then other parties, each institution once; people
    of what they hear by nothing else.

    `fact` is the event by its Python names; `banks_of_pool` are the codes of the banks that have
    had a case in its pool.
    """
    notice = NOTICES.get(event_type)
    if notice is None:
        return ()
    otherwise = told_otherwise(event_type, fact)
    bank_inbox = notice.bank_inbox and not (otherwise and otherwise.banks)
    told = tuple(
        Audience(told_as=AS_BANK, institution=bank, roles=BANK_ROLES, in_inbox=bank_inbox)
        for bank in _banks(notice.banks, fact, banks_of_pool)
    ) + tuple(
        Audience(
            told_as=party.audience,
            institution=party_institution(party.code),
            roles=PARTY_ROLES,
            in_inbox=True,
        )
        for party in parties_of(event_type, fact)
    )
    roles, people = notice.roles_of(fact), notice.people_of(fact)
    if not roles and not people:
        return told
    left = tuple(one for one in roles if otherwise is None or one not in otherwise.roles)
    bureau = Audience(
        told_as=AS_BUREAU,
        institution=BUREAU,
        roles=left if left or people else roles,
        people=people,
        in_inbox=bool(left or people),
    )
    return (*told, bureau)


def keepers_of(institution: str) -> tuple[str, ...]:
    """The roles that look after an institution's endpoints."""
    if institution == BUREAU:
        return ("admin",)
    return PARTY_ROLES if party_of(institution) else BANK_ROLES


def bank_of(institution: str) -> str:
    """The code of the bank whose institution it is; "" for all others."""
    return "" if institution == BUREAU or party_of(institution) else institution


def _banks(
    which: Banks, fact: Mapping[str, Any], banks_of_pool: tuple[str, ...]
) -> tuple[str, ...]:
    if which is Banks.NAMED:
        return (fact["bank_code"],) if fact.get("bank_code") else ()
    if which is Banks.OF_POOL:
        return tuple(sorted(set(banks_of_pool)))
    if which is Banks.OF_STATEMENTS:
        lines = fact.get("statements", ())
        return tuple(sorted({x["party_code"] for x in lines if x["party_role"] == "bank"}))
    return ()
