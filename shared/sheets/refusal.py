"""What is said where a file as a whole cannot be read."""

from typing import ClassVar

from shared.refusals import Refused


class SheetUnreadable(Refused):
    """The file is no table that we can read."""

    code: ClassVar[str] = "sheet-unreadable"
    status: ClassVar[int] = 422
