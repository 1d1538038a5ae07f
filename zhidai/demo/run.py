"""`zhidai demo`: set up, tell the year, show it, verify the ledger, say where the files are."""

import shutil
import time
from contextlib import AsyncExitStack
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from services.risk_pool.audit.verify import audit_pool, opened
from shared import serve
from zhidai import environment as environments
from zhidai import instance
from zhidai.addresses import free
from zhidai.commands.audit import show
from zhidai.demo import figures, plan, statements, tables
from zhidai.demo.caller import Callers
from zhidai.demo.plan import POOLS
from zhidai.demo.story import Story
from zhidai.demo.year import tell
from zhidai.environment import Environment
from zhidai.serving import Transport, serving

STEPS = 110
"""About how many steps the year has: for the progress bar, nothing hangs on it."""


class DataInTheWay(RuntimeError):
    """There is data that no demo has made."""


async def demo(*, transport: Transport, seed: int, fresh: bool, state: Path) -> bool:
    """Run the year. True when everything held, the ledger's verification included."""
    screen = Console()
    began = time.monotonic()
    instance.refuse_if_running(state)
    folder = state / "demo"
    marker = folder / "made-by-demo"
    if (state / "postgres").exists() and not marker.exists() and not fresh:
        raise DataInTheWay(
            f"{state} holds data that was not made by a demo. Move it away, run `make clean`, or "
            "say `zhidai demo --fresh` to lose it."
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    marker.touch()

    async with AsyncExitStack() as stack:
        screen.print(f"[bold]知贷 Zhidai[/bold]  两个资金池的一年 · transport={transport}")
        environment, embedded = await environments.prepare(state, afresh=True)
        if embedded is not None:
            stack.callback(embedded.stop)
        addresses = free()
        stack.callback(addresses.close)
        await stack.enter_async_context(serving(transport, environment, addresses))
        callers = await stack.enter_async_context(Callers(addresses, environment.issuer, seed=seed))

        with _bar(screen) as bar:
            task = bar.add_task("开始", total=STEPS)

            def step(what: str) -> None:
                bar.update(task, advance=1, description=what)

            story = Story(callers, plan.plan(seed), step)
            await tell(story)
            found = await figures.collect(callers, story)
            figures.write(found, folder / "figures.json")
            files = await statements.fetch(callers, folder / "statements", step)
            bar.update(task, completed=STEPS, description="完成")

        tables.show(screen, found)
        verified = await verify(environment, screen)
        seconds = time.monotonic() - began
        screen.print(
            f"\n对账单 Statements: {folder / 'statements'} ({files} 个文件)"
            f"\n数字 Figures:      {folder / 'figures.json'}"
            f"\n账簿 Ledger:       {'已验证 verified' if verified else '有误 BROKEN'}"
            f"\n请求 Requests:     {callers.requests}"
            f"\n用时 Time:         {seconds:.1f} s"
        )
        return verified


async def verify(environment: Environment, screen: Console) -> bool:
    """The ledger of each pool, recomputed from its first row."""
    passed = []
    async with opened(environment.database_url("risk_pool")) as conn:
        for pool in POOLS:
            report = await audit_pool(conn, pool.code)
            assert report is not None, f"the demo has made no pool {pool.code}"
            show(report)
            passed.append(report.passed)
    return all(passed)


def _bar(screen: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description:<28}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=screen,
        disable=not screen.is_terminal,
        transient=True,
    )


def main(*, transport: Transport, seed: int, fresh: bool, state: Path) -> bool:
    """From the command line."""
    return serve.run(demo(transport=transport, seed=seed, fresh=fresh, state=state))
