"""The pages, one file per part of the work; each file's `router` is served."""

from importlib import import_module
from pkgutil import iter_modules

ROUTERS = tuple(import_module(f"{__name__}.{part.name}").router for part in iter_modules(__path__))
"""Of every file in this folder: a page that is written is a page that is served."""
