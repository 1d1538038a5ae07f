"""Four eyes are two persons: no move of the house that asks for another lets one in by his second
account, in other letters, or in letters that only look the same.
"""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.auth.identity import Identity, RolesExclude, identity_from
from shared.life_cycle import SecondPersonRequired, another_person_than
from shared.people import person_key, same_person
from shared.roles import BANK_ROLES, BUREAU_ROLES, PARTY_ROLES, excluding
from tests.life_cycles.cases import case_tables

_OF_FOUR_EYES = another_person_than("x", zh="x", en="x").__qualname__
FIRST = "Zhang.San"
SAME = (
    "Zhang.San",
    "zhang.san",
    "ZHANG.SAN",
    "Ｚｈａｎｇ．Ｓａｎ",
    "zhang\u200b.san",
    "zhang.san ",
)
OTHER = ("zhang.sam", "li.si", "zhangsan")


def four_eyes() -> dict[str, tuple[str, object]]:
    """Kind of case, action and condition → the condition, wherever a move asks for another person."""
    found = {}
    for kind, table in case_tables().items():
        for move in table.life_cycle.moves:
            for name in move.guards:
                guard = table.life_cycle.guards[name]
                if guard.__qualname__ == _OF_FOUR_EYES:
                    found[f"{kind} {move.action}: {name}"] = (name, guard)
    return found


def caller(sub: str, **claims: str) -> Identity:
    return identity_from({"sub": sub, "institution": "*", "roles": ["approver"], **claims})


@pytest.mark.parametrize("where", sorted(four_eyes()))
def test_one_person_is_not_two_however_the_name_is_written(where: str):
    _, guard = four_eyes()[where]

    def refused(recorded: str, by: Identity) -> bool:
        row = defaultdict(lambda: recorded)
        return isinstance(guard(row, by), SecondPersonRequired)  # type: ignore[operator]

    for written in SAME:
        assert refused(FIRST, caller(written)), written
        assert refused(written, caller(FIRST.lower())), written
    linked = caller("second-account", person=FIRST)
    assert refused(FIRST, linked) and refused("zhang.san", linked)
    assert refused("second-account", linked), "what he did before the accounts were linked"
    assert refused(linked.subject, caller("third-account", person="ZHANG.SAN"))
    assert not any(refused(FIRST, caller(name)) for name in OTHER)
    assert not refused(FIRST, caller("second-account", person="li.si"))


def test_every_service_has_moves_that_take_two():
    found = four_eyes()
    assert len(found) > 40
    assert {one.split("/")[0] for one in found} == {"applications", "notifications", "risk_pool"}


@given(st.text(min_size=1, max_size=40))
def test_a_person_s_form_is_its_own_form_and_a_nobody_is_no_one_s_double(name: str):
    assert person_key(person_key(name)) == person_key(name)
    assert same_person(name, name)
    assert not same_person(name, "") and not same_person(None, None)


@pytest.mark.parametrize("roles", [
    ("finance_maker", "finance_checker"), ("auditor", "reviewer"), ("admin", "pool_manager"),
    tuple(sorted(BUREAU_ROLES)),
])  # fmt: skip
def test_roles_that_exclude_each_other_act_in_neither(roles: tuple[str, ...]):
    claims = {"sub": "x", "institution": "*", "roles": list(roles)}
    with pytest.raises(RolesExclude) as refused:
        identity_from(claims)
    assert (refused.value.status, refused.value.code) == (403, "roles-exclude-each-other")
    assert refused.value.extra["roles"] == excluding(roles)


def test_each_role_alone_excludes_nothing():
    for role in BANK_ROLES | BUREAU_ROLES | PARTY_ROLES:
        assert excluding([role]) == []
    assert excluding(["bank_checker", "bank_operator"]) == ["bank_checker", "bank_operator"]
    assert excluding(["reviewer", "approver", "leader", "pool_manager", "finance_maker"]) == []
