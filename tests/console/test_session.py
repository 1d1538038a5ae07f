"""The session's encryption: nobody else makes one, reads one, or keeps one for ever."""

import secrets

import pytest

from services.console.login.session import (
    COOKIE,
    LONGEST_SECONDS,
    SessionCipher,
    SessionMiddleware,
    _joined,
)

PERSON = {"person": {"subject": "wang", "token": "a.b.c"}}


def test_what_is_encrypted_is_decrypted_again_and_does_not_show():
    cipher = SessionCipher("one secret")
    encrypted = cipher.encrypt(PERSON)
    assert cipher.decrypt(encrypted) == PERSON
    assert "a.b.c" not in encrypted and "wang" not in encrypted


def test_another_secret_opens_nothing():
    assert (
        SessionCipher("another secret").decrypt(SessionCipher("one secret").encrypt(PERSON)) == {}
    )


@pytest.mark.parametrize("place", [0, 40, -1])
def test_one_changed_letter_opens_nothing(place):
    cipher = SessionCipher("one secret")
    encrypted = list(cipher.encrypt(PERSON))
    encrypted[place] = "A" if encrypted[place] != "A" else "B"
    assert cipher.decrypt("".join(encrypted)) == {}


def test_a_session_ends_after_half_a_day():
    now = [1_000_000.0]
    cipher = SessionCipher("one secret", now=lambda: now[0])
    encrypted = cipher.encrypt(PERSON)
    now[0] += LONGEST_SECONDS
    assert cipher.decrypt(encrypted) == PERSON
    now[0] += 1
    assert cipher.decrypt(encrypted) == {}


def test_a_large_token_goes_over_several_cookies_and_back():
    cipher = SessionCipher("one secret")
    large = {"person": {"token": secrets.token_hex(4000)}}
    middleware = SessionMiddleware(None, cipher=cipher, secure=True)  # type: ignore[arg-type]
    made = middleware._cookies(large, {})
    assert len(made) > 1
    assert all(len(cookie) < 4096 for cookie in made)
    assert all("HttpOnly" in one and "SameSite=Lax" in one and "Secure" in one for one in made)
    sent = dict(one.split(";")[0].split("=", 1) for one in made)
    assert cipher.decrypt(_joined(sent)) == large

    after = middleware._cookies({"person": {"token": "small"}}, sent)
    gone = [one for one in after if "Max-Age=0" in one]
    assert len(gone) == len(made) - 1
    assert middleware._cookies({}, {COOKIE: "x"}) == [
        f"{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0"
    ]
