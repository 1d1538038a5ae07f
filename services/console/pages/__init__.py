"""The pages, one file per part of the work; each file's `router` is served."""

from importlib import import_module
from pkgutil import iter_modules

from fastapi import APIRouter

PAGES = APIRouter()
"""Of every file in this folder: a page that is written is a page that is served. Once for every
console of this process: what FastAPI works out of a route at its first request is kept with it."""

for _part in iter_modules(__path__):
    PAGES.include_router(import_module(f"{__name__}.{_part.name}").router)
