"""Whom a connection to others trusts: read once for a process, for to read it takes thirty milliseconds."""

import ssl
from functools import cache

import httpx


@cache
def trusted(ca_file: str = "") -> ssl.SSLContext:
    """The authorities of a file, or of the machine where none is given."""
    return ssl.create_default_context(cafile=ca_file or None)


@cache
def trusted_by_httpx() -> ssl.SSLContext:
    """What httpx trusts where nothing is said, for clients that are made anew for each call."""
    return httpx.create_ssl_context()
