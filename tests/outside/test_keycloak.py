"""A real Keycloak with the realm that we write: people and machines log in, and are known for who they are."""

import asyncio
import base64
import hashlib
import os
import re
import secrets
import shutil
import ssl
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from deploy.certificates import Authority
from deploy.kafka.broker import free_ports
from deploy.kafka.fetch import cache_folder, java
from deploy.keycloak.realm import AUDIENCE, CONSOLE, machine_client, write
from shared.auth.identity import Verifier
from shared.auth.jwks import Jwks
from shared.auth.refused_tokens import InvalidToken
from zhidai import login as logins

VERSION = "26.4.7"
PUBLIC = "https://pool.example.cn"
SECRET = secrets.token_urlsafe(24)
PASSWORD = "correct horse battery"
PEOPLE = {
    "zhang": ("张三", "*", ["dongli"], ["reviewer"]),
    "li": ("李四", "ICBC-TJ", [], ["bank_operator"]),
}

VERIFIED = {"li"}
"""Whose mailbox the provider has seen to be theirs."""

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.program("Keycloak", version=VERSION, does="our realm: people and machines log in"),
]


def distribution() -> Path:
    """Keycloak, unpacked once into the cache."""
    folder = cache_folder().parent / f"keycloak-{VERSION}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        artifact = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
        command = ["mvn", "-q", "dependency:copy", f"-Dartifact={artifact}"]
        fetched = folder.with_suffix(".fetched")
        subprocess.run([*command, f"-DoutputDirectory={fetched}"], check=True)
        with zipfile.ZipFile(next(fetched.glob("*.zip"))) as packed:
            packed.extractall(fetched)
        shutil.move(fetched / f"keycloak-{VERSION}", folder)
        shutil.rmtree(fetched)
    return folder


class Keycloak:
    """A provider that runs, asked over TLS."""

    def __init__(self, url: str, ca: Path) -> None:
        self.url = url
        self.ca = ca
        trusted = ssl.create_default_context(cafile=str(ca))
        self.http = httpx.Client(base_url=url, verify=trusted, timeout=60)
        self.issuer = f"{url}/realms/zhidai"

    def admin(self) -> dict[str, str]:
        got = self.http.post(
            "/realms/master/protocol/openid-connect/token",
            data={
                "grant_type": "password", "client_id": "admin-cli", "username": "admin",
                "password": PASSWORD,
            },
        )  # fmt: skip
        return {"Authorization": f"Bearer {got.raise_for_status().json()['access_token']}"}

    def asks(self, method: str, path: str, **more: Any) -> Any:
        answer = self.http.request(
            method, f"/admin/realms/zhidai{path}", headers=self.admin(), **more
        )
        assert answer.is_success, answer.text
        return answer

    def give(self, user: str, roles: list[str]) -> None:
        known = [self.asks("GET", f"/roles/{role}").json() for role in roles]
        self.asks("POST", f"/users/{user}/role-mappings/realm", json=known)

    def add_person(self, username: str) -> None:
        name, institution, pools, roles = PEOPLE[username]
        body = {
            "username": username,
            "enabled": True,
            "email": f"{username}@example.cn",
            "emailVerified": username in VERIFIED,
            "attributes": {
                "display_name": [name], "institution": [institution], "pools": pools,
            },
            "credentials": [{"type": "password", "value": PASSWORD, "temporary": False}],
        }  # fmt: skip
        made = self.asks("POST", "/users", json=body).headers["location"]
        self.give(made.rsplit("/", 1)[1], roles)

    def add_machine(self, institution: str) -> None:
        client = machine_client(institution, secret=SECRET)
        made = self.asks("POST", "/clients", json=client).headers["location"].rsplit("/", 1)[1]
        account = self.asks("GET", f"/clients/{made}/service-account-user").json()
        self.give(account["id"], ["bank_operator"])

    def logs_in(self, username: str) -> dict[str, Any]:
        """As a browser does: the form of the provider, back with a code, the code for tokens."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        back = f"{PUBLIC}/login/return"
        page = self.http.get(
            "/realms/zhidai/protocol/openid-connect/auth",
            params={
                "client_id": CONSOLE, "redirect_uri": back, "response_type": "code",
                "scope": "openid profile", "state": "x", "nonce": "y",
                "code_challenge": challenge.decode().rstrip("="), "code_challenge_method": "S256",
            },
        )  # fmt: skip
        assert page.status_code == 200, page.text
        form = re.search(r'action="([^"]+)"', page.text)
        assert form is not None, page.text
        entered = self.http.post(
            unescape(form[1]), data={"username": username, "password": PASSWORD}
        )
        assert entered.status_code == 302, entered.text
        self.http.cookies.clear()
        code = parse_qs(urlsplit(entered.headers["location"]).query)["code"][0]
        got = self.http.post(
            "/realms/zhidai/protocol/openid-connect/token",
            data={
                "grant_type": "authorization_code", "code": code, "redirect_uri": back,
                "client_id": CONSOLE, "client_secret": SECRET, "code_verifier": verifier,
            },
        )  # fmt: skip
        tokens: dict[str, Any] = got.raise_for_status().json()
        return tokens

    def agrees(self, code: logins.Code, username: str) -> None:
        """As a person does whose command line asks: his password, then yes to what it asks for."""
        page = self.http.get(code.page_with_code, follow_redirects=True)
        for entered in ({"username": username, "password": PASSWORD}, {"accept": "Yes"}):
            form = re.search(r'<form[^>]*action="([^"]+)"', page.text)
            assert form is not None, page.text
            hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
            where = httpx.URL(self.url).join(unescape(form[1]))
            page = self.http.post(where, data={**hidden, **entered}, follow_redirects=True)
        assert page.status_code == 200, page.text
        self.http.cookies.clear()

    def machine_token(self, institution: str) -> str:
        got = self.http.post(
            "/realms/zhidai/protocol/openid-connect/token",
            data={
                "grant_type": "client_credentials", "client_secret": SECRET,
                "client_id": f"machine-{institution.lower()}",
            },
        )  # fmt: skip
        return str(got.raise_for_status().json()["access_token"])

    def verifier(self, folder: Path) -> Verifier:
        keys = self.http.get("/realms/zhidai/protocol/openid-connect/certs")
        place = folder / "jwks.json"
        place.write_bytes(keys.content)
        return Verifier(issuer=self.issuer, audience=AUDIENCE, keys=Jwks(str(place)))


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keycloak]:
    folder = tmp_path_factory.mktemp("keycloak")
    home = folder / "home"
    shutil.copytree(distribution(), home)
    write(home / "data" / "import", public_url=PUBLIC, secret=SECRET)
    authority = Authority(folder / "tls")
    certificate, key = authority.issue("id", ["localhost"])
    (port,) = free_ports(1)
    command = [
        "sh", str(home / "bin" / "kc.sh"), "start-dev", "--import-realm", "--http-enabled=false",
        f"--https-port={port}", f"--https-certificate-file={certificate}",
        f"--https-certificate-key-file={key}", "--hostname-strict=false",
    ]  # fmt: skip
    variables = {
        **os.environ,
        "JAVA_HOME": str(Path(java()).resolve().parents[1]),
        "KC_BOOTSTRAP_ADMIN_USERNAME": "admin",
        "KC_BOOTSTRAP_ADMIN_PASSWORD": PASSWORD,
    }
    log = folder / "keycloak.log"
    with log.open("wb") as said:
        process = subprocess.Popen(command, env=variables, stdout=said, stderr=said)
    try:
        found = Keycloak(f"https://localhost:{port}", authority.certificate_file)
        asyncio.run(_answers(found, process, log))
        yield found
    finally:
        process.terminate()
        process.wait(60)


async def _answers(keycloak: Keycloak, process: subprocess.Popen[bytes], log: Path) -> None:
    async with asyncio.timeout(300):
        while True:
            assert process.poll() is None, log.read_text()[-3000:]
            try:
                if keycloak.http.get("/realms/zhidai").is_success:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(1)


async def test_people_and_machines_are_known_for_who_they_are(keycloak: Keycloak, tmp_path: Path):
    for username in PEOPLE:
        keycloak.add_person(username)
    keycloak.add_machine("CCB-TJ")
    verifier = keycloak.verifier(tmp_path)

    tokens = {username: keycloak.logs_in(username) for username in PEOPLE}
    for username, (name, institution, pools, roles) in PEOPLE.items():
        identity = await verifier.identity_of(tokens[username]["access_token"])
        assert (identity.name, str(identity.institution)) == (name, institution)
        assert identity.roles == set(roles)
        assert identity.verified_email == (f"{username}@example.cn" * (username in VERIFIED))
        assert identity.sees("dongli") and (identity.sees("youxian") is (not pools))
    machine = await verifier.identity_of(keycloak.machine_token("CCB-TJ"))
    assert (str(machine.institution), machine.roles) == ("CCB-TJ", {"bank_operator"})

    # What is no access token of this audience is refused: the ID token, the refresh token, the
    # provider's own administration.
    refused = (
        tokens["li"]["id_token"],
        tokens["li"]["refresh_token"],
        keycloak.admin()["Authorization"].split()[1],
    )
    for token in refused:
        with pytest.raises(InvalidToken):
            await verifier.identity_of(token)


async def test_the_command_line_acts_for_a_person_who_agreed_until_it_logs_out(
    keycloak: Keycloak, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("SSL_CERT_FILE", str(keycloak.ca))
    verifier = keycloak.verifier(tmp_path)

    login = logins.log_in(keycloak.issuer, show=lambda code: keycloak.agrees(code, "li"))

    identity = await verifier.identity_of(login.access_token)
    assert (identity.name, str(identity.institution)) == ("李四", "ICBC-TJ")
    logins._keep(replace(login, expires_at=0))
    renewed = logins.access_token(replace(login, expires_at=0))
    assert (await verifier.identity_of(renewed)).subject == identity.subject
    kept = logins.find()
    assert kept is not None and kept.refresh_token != login.refresh_token
    assert logins.log_out() and logins.find() is None
    logins._keep(replace(kept, expires_at=0))
    with pytest.raises(logins.NotLoggedIn, match="invalid_grant"):
        logins.access_token(replace(kept, expires_at=0))


async def test_nobody_says_of_himself_where_he_belongs(keycloak: Keycloak):
    token = keycloak.logs_in("li")["access_token"]
    answer = keycloak.http.post(
        "/realms/zhidai/account",
        headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        json={"username": "li", "attributes": {"institution": ["*"]}},
    )
    assert not answer.is_success
    users = keycloak.asks("GET", "/users", params={"username": "li", "exact": True}).json()
    assert users[0]["attributes"]["institution"] == ["ICBC-TJ"]
