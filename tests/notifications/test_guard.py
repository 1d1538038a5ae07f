"""A webhook goes only where it may, whatever a name server says, and only to whom it meant."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.notifications.domain.addresses import AddressPolicy
from services.notifications.domain.wishes import Wishes
from services.notifications.handlers import endpoints
from services.notifications.senders.guard import AddressRefused, GuardedTransport
from services.notifications.senders.secret_encryption import SecretEncryption
from shared.auth.identity import Identity
from tests.notifications.conftest import KEY, Receiver, listening
from tests.notifications.samples import BANK, one

LOOPBACK = AddressPolicy(allow_http=True, private_networks=(ip_network("127.0.0.0/8"),))


def client(policy, tls=None):
    transport = GuardedTransport(policy, tls=tls or ssl.create_default_context(), at_once=1)
    return httpx.AsyncClient(transport=transport, trust_env=False, timeout=5)


def certificate_for(folder, name):
    """A certificate that signs itself, for one name: its PEM and its key's."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, key_pem = folder / f"{name}.pem", folder / f"{name}.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, key_pem


async def test_a_name_that_leads_to_our_own_machine_is_not_called(receiver):
    url = receiver.url.replace("127.0.0.1", "localhost")
    async with client(AddressPolicy(allow_http=True)) as guarded:
        with pytest.raises(AddressRefused):
            await guarded.post(url)

    assert receiver.got == []


async def test_where_it_is_allowed_the_host_stays_that_of_the_url(receiver):
    url = receiver.url.replace("127.0.0.1", "localhost")
    async with client(LOOPBACK) as guarded:
        answer = await guarded.post(url)

    assert answer.status_code == 204
    assert receiver.got[0].headers["host"] == url.split("/")[2]


async def test_a_name_nobody_knows_is_a_failure_to_connect():
    async with client(LOOPBACK) as guarded:
        with pytest.raises(httpx.ConnectError):
            await guarded.post("http://no-such-name.invalid/hooks")


@pytest.mark.parametrize(("certified", "works"), [("localhost", True), ("bank.example.cn", False)])
async def test_the_certificate_must_be_that_of_the_name_and_not_of_the_address(
    tmp_path, certified, works
):
    pem, key = certificate_for(tmp_path, certified)
    receiver = Receiver()
    async with listening(receiver, ssl_certfile=str(pem), ssl_keyfile=str(key)):
        url = receiver.url.replace("http://127.0.0.1", "https://localhost")
        trusting = ssl.create_default_context(cafile=str(pem))
        async with client(LOOPBACK, trusting) as guarded:
            if works:
                assert (await guarded.post(url)).status_code == 204
            else:
                with pytest.raises(httpx.ConnectError, match="certificate"):
                    await guarded.post(url)
    assert bool(receiver.got) is works


async def test_a_proxy_of_the_environment_is_not_a_way_around(receiver, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", receiver.url)
    monkeypatch.setenv("ALL_PROXY", receiver.url)
    async with client(AddressPolicy(allow_http=True)) as guarded:
        with pytest.raises(httpx.HTTPError):
            await guarded.post("http://localhost:1/hooks")

    assert receiver.got == []


async def test_a_private_address_is_refused_when_it_is_registered(notifying, receiver):
    async with notifying(webhook_private_networks="") as notifier, notifier.operator() as person:
        refused = await person.post("/endpoints", json={"url": receiver.url})
        english = await person.post(
            "/endpoints", json={"url": receiver.url}, headers={"Accept-Language": "en"}
        )

    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("#/url", "endpoint-url-refused")
    assert error["message"] == "网址不得指向内部地址"
    assert english.json()["errors"][0]["message"] == "The URL must not lead to a private address."


async def test_an_address_that_was_allowed_once_is_checked_again_at_every_delivery(
    notifying, receiver
):
    async with notifying(webhook_private_networks="") as notifier:
        async with notifier.database.begin("*") as conn:
            # As it was registered under other settings.
            await endpoints.add(
                conn,
                SecretEncryption([KEY]),
                url=receiver.url,
                description="",
                wishes=Wishes(),
                caller=Identity("op", "op", frozenset({"bank_operator"}), BANK),
                now=datetime.now(UTC),
            )

        await notifier.hears(one("claim.paid.v1"))

        message = await notifier.delivery("failed")
    assert "no address that may be called" in message["deliveries"][0]["last_error"]
    assert receiver.got == []
