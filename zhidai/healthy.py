"""`python -m zhidai.healthy`: whether the process of this container answers, by http or by TLS.

It asks itself on 127.0.0.1, so no name is verified. Ends with 1 where nothing answers well.
"""

import os
import ssl
import sys
from urllib.error import URLError
from urllib.request import urlopen

PORT = 8000


def main(port: int = PORT) -> int:
    """Ask once."""
    by_tls = any(
        value for name, value in os.environ.items() if name.endswith("_TLS_CERTIFICATE_FILE")
    )
    itself = ssl.create_default_context()
    itself.check_hostname = False
    itself.verify_mode = ssl.CERT_NONE
    url = f"{'https' if by_tls else 'http'}://127.0.0.1:{port}/healthz"
    try:
        with urlopen(url, timeout=2, context=itself if by_tls else None) as answer:
            return 0 if answer.status == 200 else 1
    except (URLError, OSError):
        return 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
