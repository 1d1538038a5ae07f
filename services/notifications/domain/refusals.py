"""What is said of things that are not there."""

from shared.refusals import NotFound


def nothing_here(zh: str, en: str) -> NotFound:
    """There is no such thing, or it is another institution's: the answer is the same."""
    return NotFound(f"没有找到该{zh}", f"There is no such {en}.")
