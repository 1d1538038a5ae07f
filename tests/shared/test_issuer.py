"""The development issuer: believed in development, never there in production."""

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from shared.auth.identity import Identity, Verifier
from shared.auth.issuer import Issuer, NotInProduction
from shared.auth.jwks import Jwks
from shared.http.issuer import issuer_app


async def test_the_development_issuer_signs_tokens_that_are_believed(tmp_path, served):
    issuer = Issuer.at(tmp_path / "issuer", environment="development")
    url = await served(issuer_app(issuer))
    verifier = Verifier(
        issuer=issuer.issuer,
        audience=issuer.audience,
        keys=Jwks(f"{url}/.well-known/jwks.json"),
    )
    async with httpx.AsyncClient(base_url=url) as client:
        wish = {"subject": "f-1", "name": "李四", "roles": ["approver"], "institution": "*"}
        answer = await client.post("/token", json=wish)
        mixed = await client.post("/token", json=wish | {"roles": ["bank_operator"]})

    caller = await verifier.identity_of(answer.json()["access_token"])
    assert caller == Identity("f-1", "李四", frozenset({"approver"}), "*")
    assert (mixed.status_code, mixed.json()["code"]) == (401, "invalid-token")


def test_the_development_issuer_refuses_to_start_in_production(tmp_path):
    for environment in ("production", "Production", " prod "):
        with pytest.raises(NotInProduction):
            Issuer.at(tmp_path / "issuer", environment=environment)

    assert not (tmp_path / "issuer").exists()


def test_the_issuers_key_is_kept_and_is_its_owners_alone(tmp_path):
    first = Issuer.at(tmp_path, environment="development")
    again = Issuer.at(tmp_path, environment="development")

    assert first.jwks() == again.jwks()
    assert (tmp_path / "key.json").stat().st_mode & 0o077 == 0
    assert "d" not in json.loads((tmp_path / "jwks.json").read_text())["keys"][0]


def test_several_that_start_at_once_with_one_process_number_have_one_key(tmp_path):
    def start(_number: int) -> dict[str, object]:
        return Issuer.at(tmp_path, environment="development").jwks()

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(start, range(4)))

    assert all(one == made[0] for one in made)
    assert json.loads((tmp_path / "jwks.json").read_text()) == made[0]
    assert sorted(place.name for place in tmp_path.iterdir()) == ["jwks.json", "key.json"]
