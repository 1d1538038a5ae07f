"""Who is calling: a bearer token (JWT, RFC 9068 in spirit) becomes an Identity, or a refusal.

Only asymmetric signatures of known keys are believed. A bank's people carry their bank's code as
institution, those of another party of a pool (a guarantor, an insurer, an appraiser) that party's code,
the bureau's people "*" and the pools they belong to; a token that mixes two of these is refused,
because it would let somebody look past row-level security.
"""

import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from inspect import get_annotations
from typing import Any, get_args

from fastapi import FastAPI
from fastapi.security import HTTPBearer
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from starlette.requests import Request

from shared.auth.jwks import Jwks
from shared.auth.known_tokens import KnownTokens
from shared.auth.refused_tokens import (
    InvalidToken,
    Unauthenticated,
    note,
    reason_of,
    what_was_found,
)
from shared.people import person_key
from shared.postgres.database import EVERYWHERE
from shared.postgres.pools_seen import ALL, Institution
from shared.refusals import Refused
from shared.roles import (
    BANK_ADMIN_ROLES,
    BANK_ROLES,
    BUREAU_ROLES,
    KNOWN_ROLES,
    PARTY_ROLES,
    excluding,
    party_institution,
    party_of,
)

EVERYBODY = tuple(sorted(BANK_ROLES | BUREAU_ROLES))
"""Whoever has a role of a bank or the bureau: for what must be known to set anything up. A party's
people are let in by their role's name alone, route by route."""
AT_WORK = frozenset(EVERYBODY) - {"admin"}
"""Whoever works with cases and money. Admins manage, and see no business data."""
ALGORITHMS = ("RS256", "ES256")
CALLER = "zhidai.caller"
"""Where a request's scope has who is calling, once that is known."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
"""Of a bank or another party of a pool."""
_POOL_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_TOKEN_TYPES = {"jwt", "at+jwt"}


class LoginEnded(Unauthenticated):
    """The token is good, and an administrator has ended what it stands for."""

    code = "login-ended"
    headers: Mapping[str, str] = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class Forbidden(Refused):
    """The caller is known, but has none of the roles that may do this."""

    code = "forbidden"
    status = 403
    headers: Mapping[str, str] = {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}


class RolesExclude(Forbidden):
    """The token has roles that no one person may have together; it acts in none of them."""

    code = "roles-exclude-each-other"


@dataclass(frozen=True)
class Identity:
    """A caller. `institution` is a bank's code, `party:` and a party's code, or "*" for the bureau's
    people with their pools. `subject` is the person: the claim `person` where somebody has
    several accounts, else the account. `account` is the token's `sub`. Whether two are one person is
    for `shared.people` to say."""

    subject: str
    name: str
    roles: frozenset[str]
    institution: str
    account: str = ""
    issued_at: float = field(default=0.0, compare=False)
    """When the token was made, in seconds since 1970."""
    verified_email: str = field(default="", compare=False)
    """The mailbox that the provider has verified to be the person's; "" where it says none."""

    def __post_init__(self) -> None:
        if not self.account:
            object.__setattr__(self, "account", self.subject)

    @property
    def bank(self) -> str | None:
        """The bank whose people's rows alone are asked for; None for the bureau, which has all. For a
        party's people it is their institution, which is no bank's code, so that nothing is found."""
        return None if self.institution == EVERYWHERE else self.institution

    @property
    def party(self) -> str | None:
        """The code of the party whose people they are; None for banks and the bureau."""
        return party_of(self.institution)

    def sees(self, pool: str) -> bool:
        """Whether the caller belongs to this pool; a bank's people are held by their bank."""
        return not isinstance(self.institution, Institution) or self.institution.sees(pool)


class Verifier:
    """Turns access tokens of one issuer, meant for one audience, into identities.

    `now` gives seconds since 1970 by the real clock: a sandbox clock must not revive old tokens.
    """

    def __init__(
        self,
        *,
        issuer: str,
        audience: str,
        keys: Jwks,
        leeway_seconds: int = 30,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.issuer = issuer
        self.keys = keys
        self._known: KnownTokens[Identity] = KnownTokens(now=now)
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(now()),
            leeway=leeway_seconds,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def identity_of(self, token: str) -> Identity:
        """The caller behind a token, which is verified once and then known until it expires or the
        issuer's keys are fetched anew. Raises InvalidToken, RolesExclude."""
        keys = await self.keys.current()
        if (known := self._known.find(token, keys)) is not None:
            return known
        claims, keys = await self._verified(token, keys)
        caller = identity_from(claims)
        self._known.keep(token, caller, expires_at=float(claims["exp"]), keys=keys)
        return caller

    async def _verified(self, token: str, keys: KeySet) -> tuple[dict[str, Any], KeySet]:
        claims: dict[str, Any] = {}
        try:
            try:
                decoded = decode(token, keys)
            except InvalidKeyIdError:
                keys = await self.keys.refreshed()
                decoded = decode(token, keys)
            claims = decoded.claims
            self._claims.validate(claims)
        except (JoseError, ValueError, TypeError, AttributeError, KeyError) as error:
            raise InvalidToken(reason_of(error), what_was_found(claims) or str(error)) from error
        _require_access_token(decoded.header, decoded.claims)
        return decoded.claims, keys


def decode(token: str, keys: KeySet) -> jwt.Token:
    """A token whose signature is of one of these keys, by the key that it names. Raises what joserfc
    raises, InvalidKeyIdError where the key is unknown."""

    def by_kid(signature: Any) -> Any:
        # joserfc would take the only key for a token without a kid; we want the kid named.
        header = signature.headers()
        return keys.get_by_kid(header.get("kid") or "", {"alg": header["alg"], "use": "sig"})

    return jwt.decode(token, by_kid, algorithms=list(ALGORITHMS))


def _require_access_token(header: Mapping[str, Any], claims: Mapping[str, Any]) -> None:
    kind = str(header.get("typ", "")).lower().removeprefix("application/")
    # Keycloak names the use of a token in the payload: Bearer, ID, Refresh, Logout.
    use = claims.get("typ", "Bearer")
    if kind not in _TOKEN_TYPES or use != "Bearer" or "at_hash" in claims or "nonce" in claims:
        raise InvalidToken("not-access-token", what_was_found(claims))


def identity_from(claims: Mapping[str, Any]) -> Identity:
    """The identity that verified claims describe. Raises InvalidToken for a mixed one, RolesExclude
    for one that would let one person be two.

    The institution of `party_clerk` is a party's code, of `bank_…` a bank's, of all others "*".

    Roles are taken from `roles` and from Keycloak's `realm_access.roles`; unknown ones, such as
    Keycloak's own, are passed over. `pools` names the pools of the bureau's people, `["*"]` all of
    them; who has no such claim belongs to none.
    """
    realm = claims.get("realm_access")
    named = _names(claims.get("roles"))
    if isinstance(realm, Mapping):
        named |= _names(realm.get("roles"))
    roles = named & KNOWN_ROLES
    institution = str(claims.get("institution", ""))
    is_bureau = institution == EVERYWHERE
    is_party = bool(roles & PARTY_ROLES)
    if not is_bureau and _CODE.fullmatch(institution) is None:
        raise InvalidToken("no-institution", what_was_found(claims))
    of_bank = BANK_ROLES | BANK_ADMIN_ROLES
    fitting = PARTY_ROLES if is_party else BUREAU_ROLES if is_bureau else of_bank
    if roles - fitting or (is_party and is_bureau):
        found = f"{what_was_found(claims)}, roles={sorted(roles)}"
        raise InvalidToken("roles-of-another-institution", found)
    if together := excluding(roles):
        raise RolesExclude(
            "令牌同时具有互斥的角色，不能办理任何事项；请联系管理员分开授予",
            "The token has roles that exclude each other; an administrator has to part them.",
            roles=together,
        )
    account = _subject(claims["sub"])
    subject = _subject(claims["person"]) if claims.get("person") else account
    name = claims.get("name") or claims.get("preferred_username") or subject
    pools = _pools(claims.get("pools")) if is_bureau else (ALL,)
    seen_as = party_institution(institution) if is_party else institution
    return Identity(
        subject,
        str(name)[:200].replace("\x00", ""),
        frozenset(roles),
        Institution(seen_as, pools, person=subject),
        account,
        float(claims.get("iat") or 0),
        _verified_email(claims),
    )


def _verified_email(claims: Mapping[str, Any]) -> str:
    # Some providers write a flag as a text: what is not true itself counts as not verified.
    email = claims.get("email")
    return email if isinstance(email, str) and claims.get("email_verified") is True else ""


def _subject(claimed: Any) -> str:
    named = claimed if isinstance(claimed, str) else ""
    if not person_key(named) or named == ALL or len(named) > 200 or "\x00" in named:
        raise InvalidToken("subject")
    return named


def _pools(claimed: Any) -> set[str]:
    # Some providers give a claim of one value as a text.
    named = _names([claimed] if isinstance(claimed, str) else claimed)
    return {one for one in named if one == ALL or _POOL_CODE.fullmatch(one)}


def _names(value: Any) -> set[str]:
    return {name for name in value if isinstance(name, str)} if isinstance(value, list) else set()


def install(app: FastAPI, verifier: Verifier) -> None:
    """Let this application's `requires` believe what the verifier believes."""
    app.state.token_verifier = verifier


BeforeAll = Callable[[str, Identity], Awaitable[Identity]]
"""What holds for every caller of a service: the request's method, and who asks; the caller as the house
lets him see. Raises Refused."""


async def caller_of(request: Request) -> Identity:
    """The identity behind the request's bearer token. Raises Unauthenticated, InvalidToken, RolesExclude,
    LoginEnded."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("请先登录：缺少访问令牌", "An access token is missing.")
    verifier: Verifier = request.app.state.token_verifier
    try:
        identity = await verifier.identity_of(token.strip())
    except InvalidToken as refused:
        note(refused)
        raise
    before_all: BeforeAll | None = getattr(request.app.state, "before_all", None)
    if before_all is not None:
        identity = await before_all(request.method, identity)
    request.scope[CALLER] = identity
    return identity


class Requires(HTTPBearer):
    """A FastAPI dependency that gives the caller, if they have one of the accepted roles.

    To OpenAPI it is the scheme of its security, from which generated clients learn that they must send a
    token; so a request asks for one dependency and not for two.
    """

    def __init__(self, accepted: frozenset[str]) -> None:
        super().__init__(
            auto_error=False,
            scheme_name="accessToken",
            bearerFormat="JWT",
            description="An access token of your identity provider, or of the development issuer.",
        )
        self.accepted = accepted

    async def __call__(self, request: Request) -> Identity:  # type: ignore[override]
        """The caller. Raises 401 and 403 problems."""
        identity = await caller_of(request)
        if not identity.roles & self.accepted:
            raise Forbidden(
                "您的角色不能进行此操作",
                "Your roles do not allow this.",
                required=sorted(self.accepted),
            )
        return identity


def requires(*roles: str) -> Requires:
    """The dependency of a route that is for these roles.

    Without roles, for whoever is at work: any role but the admin's.
    """
    unknown = set(roles) - KNOWN_ROLES
    assert not unknown, f"no such roles: {unknown}"
    return Requires(frozenset(roles) or AT_WORK)


def admits(route: Callable[..., Any], caller: Identity) -> bool:
    """Whether the function of a route lets this caller in, by what it requires of its `caller`."""
    return bool(caller.roles & _accepted_by(route))


@cache
def _accepted_by(route: Callable[..., Any]) -> frozenset[str]:
    asked = get_args(get_annotations(route)["caller"])[1:]
    (required,) = (one.dependency for one in asked)
    assert type(required) is Requires, f"{route} asks by more than roles"
    return required.accepted
