"""What is told once for many tests: each has a copy of its own, at the moment when the story ended."""

from datetime import UTC, datetime

from services.risk_pool.main import SERVICE

ENDED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


async def test_a_story_is_told_once_and_no_test_sees_what_another_has_made_of_it(running):
    told = []

    async def tell(service):
        told.append(service)
        await service.context.clock.set(ENDED)
        return {"told": len(told)}

    for _ in range(2):
        async with running.after(tell, tell, SERVICE) as (service, remembered):
            late = service.context.clock.now() - ENDED
            assert remembered == {"told": 1}
            assert late.total_seconds() < 60
            await service.context.clock.set(datetime(2027, 1, 1, tzinfo=UTC))


async def test_a_story_that_may_be_asked_for_only_once_is_kept_from_the_second_telling_on(running):
    told = []

    async def tell(service):
        told.append(service)

    for _ in range(4):
        async with running.after(tell, tell, SERVICE, at_once=False):
            pass

    assert len(told) == 2
