"""Calls made up from our own descriptions, by every role: never a failure, every answer as promised.

Schemathesis makes them up, right ones and wrong ones; somebody in one role sends each. Some name
things that are there. `ZHIDAI_CALLS` is how many are made up for each operation and kind.
"""

import asyncio
import os
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.applications.office import CCB, ICBC
from tests.depth import depth, some_of
from tests.e2e.api import DESCRIBED
from tests.e2e.town import BANK_ROLES, BUREAU_ROLES, GUARANTOR, Town

pytestmark = pytest.mark.xdist_group("generated calls")
"""All of them call at one town, which is founded once."""

MANY = int(os.environ.get("ZHIDAI_CALLS", "0"))
CALLS = MANY or depth(1, 2)
ROLES = (
    *((role, bank) for role in BANK_ROLES for bank in (ICBC, CCB)),
    *((role, "*") for role in BUREAU_ROLES),
    ("party_clerk", GUARANTOR),
    ("", "*"),
)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
QUIET = settings(
    max_examples=CALLS,
    deadline=None,
    phases=[Phase.generate],
    database=None,
    suppress_health_check=list(HealthCheck),
)
MODES = POSITIVE, NEGATIVE = (
    schemathesis.GenerationMode.POSITIVE,
    schemathesis.GenerationMode.NEGATIVE,
)
"""Before a landing each operation is called in one of the two, in the whole in both."""
LEFT_OUT = ("PUT /api/v1/sandbox/clock", "GET /api/v1/inbox/stream")
"""What moves the clock of all the other calls, and what is answered for as long as one listens."""
OPERATIONS = [
    pytest.param(service, operation, id=f"{service} {operation.label}")
    for service, document in DESCRIBED.items()
    for operation in (
        one.ok() for one in schemathesis.openapi.from_dict(document).get_all_operations()
    )
    if operation.label not in LEFT_OUT
]


@pytest.mark.program(
    "Schemathesis", package="schemathesis", does="calls made up for every route, by every role"
)
@pytest.mark.parametrize(("service", "operation"), OPERATIONS)
async def test_a_made_up_call_is_answered_as_described_whoever_makes_it(
    full: tuple[Town, dict[str, str]],
    service: str,
    operation: Any,
):
    town, known = full
    loop = asyncio.get_running_loop()

    async def sent(case: Any, role: str, institution: str) -> None:
        person = town.at(service, f"any-{role}", *([role] if role else []), institution=institution)
        asked = case.as_transport_kwargs(base_url="http://zhidai.test")
        del asked["cookies"]
        # Who asks is said by the person's own token; a made-up one would take its place.
        asked["headers"] = {
            name: value.encode()
            for name, value in asked["headers"].items()
            if name.lower() != "authorization"
        }
        if "data" in asked:
            asked["content"] = asked.pop("data")
        answer = await person.request(**asked)
        case.validate_response(Response.from_httpx(answer, verify=False), checks=CHECKS)

    def walk(mode: Any) -> None:
        @QUIET
        @given(
            case=operation.as_strategy(generation_mode=mode),
            who=st.sampled_from(ROLES),
            there=st.booleans(),
        )
        def call(case: Any, who: tuple[str, str], there: bool) -> None:
            if there and case.path_parameters:
                case.path_parameters |= {
                    k: v for k, v in known.items() if k in case.path_parameters
                }
            asyncio.run_coroutine_threadsafe(sent(case, *who), loop).result(60)

        # A call without parameters cannot be made wrong.
        with suppress(Unsatisfiable if mode is NEGATIVE else ()):
            call()

    for mode in MODES if MANY else some_of(MODES, 1, of=operation.label):
        await asyncio.to_thread(walk, mode)
