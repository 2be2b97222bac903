"""The suite hashes passwords quickly; whoever runs Tieout does not."""

from __future__ import annotations

from django.conf import global_settings
from django.contrib.auth.hashers import (
    BasePasswordHasher,
    PBKDF2PasswordHasher,
    check_password,
    get_hasher,
    make_password,
)
from django.utils.module_loading import import_string

from portal import settings as shipped
from tests.quick_hasher import QuickHasher

# OWASP's least for PBKDF2 with SHA-256.
_LEAST = 600_000


def _in_earnest() -> BasePasswordHasher:
    names = getattr(shipped, "PASSWORD_HASHERS", global_settings.PASSWORD_HASHERS)
    made = import_string(names[0])()
    assert isinstance(made, BasePasswordHasher)
    return made


def test_a_password_is_hashed_in_earnest_outside_of_the_suite() -> None:
    hasher = _in_earnest()
    assert isinstance(hasher, PBKDF2PasswordHasher)
    assert not isinstance(hasher, QuickHasher)
    assert hasher.iterations >= _LEAST


def test_the_suite_hashes_in_the_same_form() -> None:
    assert isinstance(get_hasher(), QuickHasher)
    quick = make_password("a long pass phrase")
    assert _in_earnest().verify("a long pass phrase", quick)
    assert check_password("a long pass phrase", _in_earnest().encode("a long pass phrase", "salt"))
    assert not check_password("another phrase", quick)
