"""Loading the demo's data into an empty sandbox, and watching how far it is.

Before anybody has logged in, too: this is the first thing that a stranger sees.
"""

from fastapi import APIRouter
from starlette.responses import Response

from services.console.http.development import reader
from services.console.http.forms import once
from services.console.http.page_context import PageContext, Visitor
from services.console.upstream.client import not_found
from services.console.upstream.demo import DemoLoader
from services.console.upstream.installation import read_installation

router = APIRouter()


@router.post("/demo")
async def load(page: Visitor) -> Response:
    """Begin, once: not where it runs or has run, and not where somebody has set up something."""
    demo = _loader(page)
    once(await page.form())
    apis = page.apis if page.person else reader(page)
    if apis is None:
        raise not_found()
    is_empty = (await read_installation(apis)).is_empty
    # Nothing is awaited from here on, so that of two clicks one begins.
    before = demo.progress()
    if is_empty and not before.running and before.done == 0:
        demo.start()
    return page.redirect("/demo")


@router.get("/demo")
async def watch(page: Visitor) -> Response:
    """How far it is; the first page once it is through."""
    progress = _loader(page).progress()
    if not progress.running and not progress.error:
        return page.redirect("/")
    return page.render("demo.html", progress=progress)


@router.get("/demo/progress")
async def progress(page: Visitor) -> Response:
    """The part of the page that changes."""
    return page.render("demo_progress.html", progress=_loader(page).progress())


def _loader(page: PageContext) -> DemoLoader:
    demo = page.console.demo
    if demo is None:
        raise not_found()
    return demo
