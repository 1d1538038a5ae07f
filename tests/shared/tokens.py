"""Tokens for tests, signed with real keys: good ones, and the pieces of bad ones."""

import base64
import json
import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

ISSUER = "https://id.example/realms/zhidai"
AUDIENCE = "zhidai"
RSA = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig", "alg": "RS256"})
EC = ECKey.generate_key("P-256", {"kid": "ec-1", "use": "sig", "alg": "ES256"})
STRANGER = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig", "alg": "RS256"})


def claims(**changes: Any) -> dict[str, Any]:
    """Claims of a good access token of a bank's operator; None takes one away."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": ["account", AUDIENCE],
        "sub": "u-1",
        "name": "张三",
        "roles": ["bank_operator"],
        "institution": "ICBC",
        "iat": now,
        "nbf": now,
        # Some are made when their test is found, and tried long after.
        "exp": now + 86400,
        "typ": "Bearer",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(payload: dict[str, Any], *, key: Any = RSA, **header: Any) -> str:
    kinds = {"RSA": "RS256", "EC": "ES256", "oct": "HS256"}
    full = {"alg": kinds[key.key_type], "kid": "rsa-1", "typ": "JWT"} | header
    full = {name: value for name, value in full.items() if value is not None}
    return jwt.encode(full, payload, key, algorithms=[full["alg"]], default_type=None)


def unsigned(payload: dict[str, Any], header: dict[str, Any], signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(payload).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
