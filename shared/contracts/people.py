"""What `risk_pool` says of the bureau's people: which pools two persons gave somebody to look after."""

from datetime import date

from pydantic import Field

from shared.contracts.envelope import Event, register


class PoolDutyGivenV1(Event):
    """Two persons have said which pools somebody of the bureau looks after from a day on. What is seen is
    what token and duty both allow."""

    topic = "risk_pool"
    type = "pool_duty.given.v1"

    number: int = Field(ge=1)
    person: str
    pools: list[str] = Field(description="Codes; * alone: all that the token says.")
    from_day: date
    approved_on: date

    @property
    def key(self) -> str:
        return "pool-duties"


register((PoolDutyGivenV1,))
