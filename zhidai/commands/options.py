"""Options that several commands have, with the same name and meaning everywhere."""

from pathlib import Path
from typing import Annotated

import typer

StateFolder = Annotated[
    Path,
    typer.Option("--state", envvar="ZHIDAI_STATE", help="Where data is kept, and what runs."),
]
