"""A webhook goes only where it may, whatever a name server says, and only to whom it meant."""

import socket
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.notifications.domain.addresses import AddressPolicy
from services.notifications.domain.wishes import Wishes
from services.notifications.handlers import endpoints
from services.notifications.senders.guarded import Caller
from services.notifications.senders.secret_encryption import SecretEncryption
from shared.auth.identity import Identity
from shared.tls import trusted
from tests.notifications.conftest import KEY, Receiver, listening
from tests.notifications.samples import BANK, one

LOOPBACK = AddressPolicy(allow_http=True, private_networks=(ip_network("127.0.0.0/8"),))


NOT_THERE = "no address that may be called"


@asynccontextmanager
async def calling(policy):
    caller = Caller(policy, timeout_seconds=5)

    async def post(url):
        return await caller.post(url, body=b"{}", headers={}, now=datetime.now(UTC))

    try:
        yield post
    finally:
        await caller.close()


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


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "127.1", "0x7f000001"],
)
async def test_what_leads_to_our_own_machine_is_not_called_however_it_is_written(receiver, host):
    url = receiver.url.replace("127.0.0.1", host)
    async with calling(AddressPolicy(allow_http=True)) as post:
        answer = await post(url)

    assert answer.status is None and answer.error
    assert NOT_THERE in answer.error or not host.startswith(("l", "127.0", "[", "0x"))
    assert receiver.got == []


async def test_a_name_is_looked_up_once_so_that_a_second_answer_cannot_be_another(
    receiver, monkeypatch
):
    asked = []

    def answered(host, port, **more):
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "10.0.0.1", port, **more)

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", answered)
    async with calling(LOOPBACK) as post:
        answer = await post(receiver.url.replace("127.0.0.1", "bank.example.cn"))

    assert answer.status == 204
    assert asked == ["bank.example.cn"]


async def test_where_it_is_allowed_the_host_stays_that_of_the_url_and_the_connection_is_kept(
    receiver,
):
    url = receiver.url.replace("127.0.0.1", "localhost") + "/%7E?b=2&a=%20"
    async with calling(LOOPBACK) as post:
        answers = [await post(url) for _ in range(3)]

    assert [answer.status for answer in answers] == [204] * 3
    assert receiver.got[0].headers["host"] == url.split("/")[2]
    assert len({got.port for got in receiver.got}) == 1
    assert {got.path for got in receiver.got} == {"/hooks/%7E?b=2&a=%20"}


async def test_a_long_answer_is_read_no_further_and_is_not_the_beginning_of_the_next(receiver):
    receiver.answers = [(500, {}, b"x" * 5000), (404, {}, b"no")]
    async with calling(LOOPBACK) as post:
        first, second = await post(receiver.url), await post(receiver.url)

    assert (first.status, first.excerpt) == (500, "x" * 1024)
    assert (second.status, second.excerpt) == (404, "no")


async def test_a_name_nobody_knows_is_a_failure_to_connect_that_says_nothing_of_the_url():
    async with calling(LOOPBACK) as post:
        answer = await post("http://no-such-name.invalid/hooks?key=secret")

    assert answer.error.startswith("ConnectError: the host name was not found")
    assert "secret" not in answer.error


@pytest.mark.parametrize(("certified", "works"), [("localhost", True), ("bank.example.cn", False)])
async def test_the_certificate_must_be_that_of_the_name_and_not_of_the_address(
    tmp_path, certified, works, monkeypatch, request
):
    pem, key = certificate_for(tmp_path, certified)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    # Whom this process trusts is read once: here anew, and of the machine again for all that follow.
    trusted.cache_clear()
    request.addfinalizer(trusted.cache_clear)
    receiver = Receiver()
    async with listening(receiver, ssl_certfile=str(pem), ssl_keyfile=str(key)):
        async with calling(LOOPBACK) as post:
            answer = await post(receiver.url.replace("http://127.0.0.1", "https://localhost"))
    assert (answer.status == 204) is works
    assert bool(receiver.got) is works
    assert works or "certificate" in answer.error


async def test_a_proxy_of_the_environment_is_not_a_way_around(receiver, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", receiver.url)
    monkeypatch.setenv("ALL_PROXY", receiver.url)
    async with calling(AddressPolicy(allow_http=True)) as post:
        answer = await post("http://localhost:1/hooks")

    assert answer.status is None
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
                by_two=False,
                now=datetime.now(UTC),
            )

        await notifier.hears(one("claim.paid.v1"))

        message = await notifier.delivery("failed")
    assert "no address that may be called" in message["deliveries"][0]["last_error"]
    assert receiver.got == []
