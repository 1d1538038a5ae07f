"""The session's encryption: nobody else makes one, reads one, or keeps one for ever."""

import pytest

from services.console.login.session import LONGEST_VISIT_SECONDS, SessionCipher

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


def test_a_visit_is_over_after_half_a_day():
    now = [1_000_000.0]
    cipher = SessionCipher("one secret", now=lambda: now[0])
    encrypted = cipher.encrypt({"next": "/"})
    now[0] += LONGEST_VISIT_SECONDS
    assert cipher.decrypt(encrypted, oldest_seconds=LONGEST_VISIT_SECONDS) == {"next": "/"}
    now[0] += 1
    assert cipher.decrypt(encrypted, oldest_seconds=LONGEST_VISIT_SECONDS) == {}
