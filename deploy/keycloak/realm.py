"""The realm `zhidai` as code: roles, what people have, the console's client, a bank's machine client.

Keycloak reads it with `kc.sh start --import-realm` from `data/import`, once: what is changed afterwards is
changed in Keycloak. A machine client is added with `kcadm.sh create clients -r zhidai -f FILE`.
"""

import json
from pathlib import Path
from typing import Any, Final

from deploy.secret_files import keep
from shared.roles import KNOWN_ROLES

AUDIENCE: Final = "zhidai"
CONSOLE: Final = "zhidai-console"
COMMAND_LINE: Final = "zhidai-cli"
_MINUTES: Final = 60
_HOURS: Final = 3600

_TO_TOKEN: Final = {
    "access.token.claim": "true", "id.token.claim": "false", "userinfo.token.claim": "false",
}  # fmt: skip


def write(folder: Path, *, public_url: str, secret: str) -> Path:
    """The realm as a file that its owner alone reads: it holds the console's secret."""
    folder.mkdir(parents=True, exist_ok=True)
    return keep(folder / "zhidai-realm.json", _json(realm(public_url=public_url, secret=secret)))


def write_machine_client(place: Path, *, institution: str, secret: str) -> Path:
    """The client of a bank's own system, for `kcadm.sh create clients`."""
    return keep(place, _json(machine_client(institution, secret=secret)))


def realm(*, public_url: str, secret: str) -> dict[str, Any]:
    """The whole realm. Nobody can register; a wrong password five times waits; sessions end after half
    an hour without a click and after ten hours whatever is clicked; access tokens live five minutes."""
    return {
        "realm": "zhidai",
        "enabled": True,
        "displayName": "知贷",
        "sslRequired": "all",
        "registrationAllowed": False,
        "resetPasswordAllowed": False,
        "loginWithEmailAllowed": False,
        "duplicateEmailsAllowed": True,
        "bruteForceProtected": True,
        "failureFactor": 5,
        "passwordPolicy": "length(12) and notUsername and passwordHistory(5)",
        "internationalizationEnabled": True,
        "supportedLocales": ["zh-CN", "en"],
        "defaultLocale": "zh-CN",
        "accessTokenLifespan": 5 * _MINUTES,
        "ssoSessionIdleTimeout": 30 * _MINUTES,
        "ssoSessionMaxLifespan": 10 * _HOURS,
        "revokeRefreshToken": True,
        "refreshTokenMaxReuse": 0,
        "eventsEnabled": True,
        "adminEventsEnabled": True,
        "roles": {"realm": [{"name": role} for role in sorted(KNOWN_ROLES)]},
        "clients": [_console(public_url, secret), _command_line()],
        "components": {
            "org.keycloak.userprofile.UserProfileProvider": [
                {
                    "providerId": "declarative-user-profile",
                    "config": {"kc.user.profile.config": [json.dumps(_people())]},
                }
            ]
        },
    }


def machine_client(institution: str, *, secret: str) -> dict[str, Any]:
    """A bank's own system: it logs in as itself and carries its bank's code, which nobody can change
    but an administrator of the realm. It is given `bank_operator` afterwards (operating.md)."""
    return {
        "clientId": f"machine-{institution.lower()}",
        "name": institution,
        "secret": secret,
        "publicClient": False,
        "serviceAccountsEnabled": True,
        "standardFlowEnabled": False,
        "directAccessGrantsEnabled": False,
        "fullScopeAllowed": True,
        "protocolMappers": [
            _audience(),
            {
                "name": "institution",
                "protocol": "openid-connect",
                "protocolMapper": "oidc-hardcoded-claim-mapper",
                "config": {
                    "claim.name": "institution",
                    "claim.value": institution,
                    "jsonType.label": "String",
                    **_TO_TOKEN,
                },
            },
        ],
    }


def _console(public_url: str, secret: str) -> dict[str, Any]:
    return {
        "clientId": CONSOLE,
        "name": "知贷",
        "secret": secret,
        "publicClient": False,
        "standardFlowEnabled": True,
        "directAccessGrantsEnabled": False,
        "serviceAccountsEnabled": False,
        "fullScopeAllowed": True,
        "redirectUris": [f"{public_url}/login/return"],
        "webOrigins": [],
        "attributes": {
            "pkce.code.challenge.method": "S256",
            "post.logout.redirect.uris": f"{public_url}/*",
            # Whose session ends here has none in the console either.
            "backchannel.logout.url": f"{public_url}/logout/provider",
            "backchannel.logout.session.required": "true",
        },
        "protocolMappers": _who_it_is(),
    }


def _command_line() -> dict[str, Any]:
    """`zhidai login`: a person lets the command line act for him, by the device grant (RFC 8628)."""
    return {
        "clientId": COMMAND_LINE,
        "name": "知贷命令行",
        "publicClient": True,
        "standardFlowEnabled": False,
        "directAccessGrantsEnabled": False,
        "serviceAccountsEnabled": False,
        "fullScopeAllowed": True,
        "attributes": {"oauth2.device.authorization.grant.enabled": "true"},
        "protocolMappers": _who_it_is(),
    }


def _who_it_is() -> list[dict[str, Any]]:
    return [
        _audience(),
        _attribute("institution"),
        _attribute("pools", many=True),
        _attribute("person"),
        # Keycloak's own mapper puts the given name first; here a name is one text.
        _attribute("display_name", claim="name"),
        # A mailbox that is verified to be a person's is not asked once more before notices go there.
        _property("email", claim="email", kind="String"),
        _property("emailVerified", claim="email_verified", kind="boolean"),
    ]


def _audience() -> dict[str, Any]:
    return {
        "name": "audience",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-audience-mapper",
        "config": {
            "included.custom.audience": AUDIENCE,
            "access.token.claim": "true",
            "id.token.claim": "false",
        },
    }


def _attribute(name: str, *, claim: str = "", many: bool = False) -> dict[str, Any]:
    return {
        "name": claim or name,
        "protocol": "openid-connect",
        "protocolMapper": "oidc-usermodel-attribute-mapper",
        "config": {
            "user.attribute": name,
            "claim.name": claim or name,
            "jsonType.label": "String",
            "multivalued": str(many).lower(),
            **_TO_TOKEN,
        },
    }


def _property(name: str, *, claim: str, kind: str) -> dict[str, Any]:
    return {
        "name": claim,
        "protocol": "openid-connect",
        "protocolMapper": "oidc-usermodel-property-mapper",
        "config": {
            "user.attribute": name, "claim.name": claim, "jsonType.label": kind, **_TO_TOKEN,
        },
    }  # fmt: skip


def _people() -> dict[str, Any]:
    """What is kept of people; where they belong is an administrator's to say, and not their own."""
    by_admin = {"view": ["admin"], "edit": ["admin"]}
    return {
        "attributes": [
            {
                "name": "username",
                "permissions": {"view": ["admin", "user"], "edit": ["admin"]},
                "validations": {"length": {"min": 2, "max": 200}},
            },
            {
                "name": "display_name",
                "displayName": "姓名",
                "required": {"roles": ["admin"]},
                "permissions": {"view": ["admin", "user"], "edit": ["admin"]},
                "validations": {"length": {"max": 200}},
            },
            {
                "name": "institution",
                "displayName": "所属机构（银行代码；主管部门填 *）",
                "required": {"roles": ["admin"]},
                "permissions": by_admin,
                "validations": {
                    "pattern": {"pattern": r"^(\*|[A-Za-z0-9][A-Za-z0-9_-]{0,31})$"}
                },
            },
            {
                "name": "pools",
                "displayName": "所属资金池（主管部门人员；* 为全部）",
                "multivalued": True,
                "permissions": by_admin,
                "validations": {
                    "pattern": {"pattern": r"^(\*|[A-Za-z0-9][A-Za-z0-9_-]{0,63})$"}
                },
            },
            {
                "name": "person",
                "displayName": "同一人的其他账号（填写其首个账号的用户编号）",
                "permissions": by_admin,
                "validations": {"length": {"max": 200}},
            },
            {
                "name": "email",
                "permissions": {"view": ["admin", "user"], "edit": ["admin"]},
                "validations": {"email": {}},
            },
        ]
    }  # fmt: skip


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2)
