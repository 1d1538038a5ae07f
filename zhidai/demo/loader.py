"""Loads the demo's data into services that are running, while people look on."""

import asyncio
import logging

from services.console.upstream.demo import DemoProgress
from shared.auth.issuer import Issuer
from zhidai.addresses import Addresses
from zhidai.demo import plan
from zhidai.demo.caller import Callers, Refusal
from zhidai.demo.open_work import STEPS, tell_until_work_is_open
from zhidai.demo.people import POOL_MANAGER
from zhidai.demo.story import RISK_POOL, Story

log = logging.getLogger(__name__)


class DataThere(RuntimeError):
    """Somebody has opened a pool: the demo's data would mix with it."""


class BackgroundDemo:
    """The console's button `load the demo's data`: started once, asked about until it is done."""

    def __init__(self, addresses: Addresses, issuer: Issuer) -> None:
        self._addresses = addresses
        self._issuer = issuer
        self._done = 0
        self._error = ""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, unless it has begun. After a failure it goes on where it stopped."""
        if self._task is not None and (not self._task.done() or not self._error):
            return
        self._task = asyncio.create_task(self._load(again=bool(self._error)))
        self._done, self._error = 0, ""

    def progress(self) -> DemoProgress:
        """How far it is."""
        running = self._task is not None and not self._task.done()
        return DemoProgress(running, self._done, STEPS, self._error)

    async def stop(self) -> None:
        """End it where it is: the services are about to stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _load(self, *, again: bool) -> None:
        try:
            async with Callers(self._addresses, self._issuer, seed=plan.SEED) as callers:
                if not again:
                    await _is_empty(callers)
                await tell_until_work_is_open(Story(callers, plan.plan(), self._step))
        except asyncio.CancelledError:
            raise
        except (Refusal, DataThere) as error:
            self._error = str(error)
        except Exception as error:
            log.exception("the demo's data could not be loaded")
            self._error = f"{type(error).__name__}: {error}"

    def _step(self, what: str) -> None:
        self._done += 1
        log.info("demo: %s", what)


async def _is_empty(callers: Callers) -> None:
    pools = await callers.get(POOL_MANAGER, RISK_POOL, "/pools")
    if pools["items"]:
        codes = ", ".join(pool["code"] for pool in pools["items"])
        raise DataThere(f"已有资金池：{codes}，不再载入演示数据。There are pools already: {codes}.")
