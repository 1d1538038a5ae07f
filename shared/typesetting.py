"""Typesetting with typst: a template, the JSON that it shows, and the same bytes every time.

The fonts come by a package: nothing is asked of the machine, and the PDF embeds what it uses.
"""

import importlib.metadata
import json
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

_ONE_AT_A_TIME = threading.Lock()
"""A compiler keeps its fonts and its last document, and serves one caller at a time."""


@cache
def _compiler(template: Path) -> typst.Compiler:
    fonts = importlib.metadata.distribution("mplfonts").locate_file("mplfonts/fonts")
    return typst.Compiler(
        str(template),
        font_paths=typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts)]
        ),
    )


def typeset(template: Path, shown: Mapping[str, Any], *, name: str, made: datetime) -> bytes:
    """The template as a PDF with what it is given under a name (`sys.inputs`). `made` stands in the
    file as its time: the fact's, so that the same fact gives the same bytes."""
    with _ONE_AT_A_TIME:
        pdf = _compiler(template).compile(
            format="pdf",
            sys_inputs={name: json.dumps(shown, ensure_ascii=False)},
            timestamp=int(made.timestamp()),
        )
    assert isinstance(pdf, bytes)
    return pdf
