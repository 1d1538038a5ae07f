"""What a download is called."""

from urllib.parse import quote


def disposition(filename: str) -> str:
    """`Content-Disposition` of a download: a plain name for old readers, the real one for the
    others (RFC 6266, RFC 8187)."""
    plain = "".join(one if one.isascii() and one not in '"\\%' else "_" for one in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
