"""The development issuer over HTTP: its public key, a token for whoever one wants to be, and the device
grant by which the command line acts for a person."""

from fastapi import FastAPI
from pydantic import Field

from shared.auth.issuer import DEFAULT_TTL_SECONDS, Issuer
from shared.http import device_grant, problems
from shared.http.requests import RequestBody, ShortText
from shared.roles import KNOWN_ROLES


class TokenRequest(RequestBody):
    """Who one wants to be."""

    subject: ShortText = Field(examples=["bank-a-operator"])
    name: ShortText = Field(examples=["张三"])
    roles: list[str] = Field(
        min_length=1, max_length=20, examples=[["bank_operator"]],
        description=f"Any of {', '.join(sorted(KNOWN_ROLES))}.",
    )  # fmt: skip
    institution: ShortText = Field(
        examples=["ICBC"],
        description="A bank's code, for party_clerk another party's, or \"*\" for the bureau's people.",
    )
    pools: list[ShortText] = Field(
        ["*"],
        max_length=100,
        examples=[["dongli"]],
        description='Codes of the pools the bureau\'s people belong to; "*" is all of them.',
    )
    ttl_seconds: int = Field(DEFAULT_TTL_SECONDS, ge=1, le=30 * 24 * 3600)


def issuer_app(issuer: Issuer) -> FastAPI:
    """The issuer over HTTP: its key set and POST /token."""
    app = FastAPI(title="Zhidai development issuer", docs_url=None, redoc_url=None)
    problems.install(app)
    device_grant.install(app, issuer)

    @app.get("/.well-known/jwks.json")
    async def jwks() -> dict[str, object]:
        """The public key."""
        return issuer.jwks()

    @app.post("/token")
    async def token(asked: TokenRequest) -> dict[str, object]:
        """A token for whoever one wants to be."""
        signed = issuer.issue(
            asked.subject,
            asked.name,
            asked.roles,
            asked.institution,
            asked.ttl_seconds,
            pools=asked.pools,
        )
        return {"access_token": signed, "token_type": "Bearer", "expires_in": asked.ttl_seconds}

    return app
