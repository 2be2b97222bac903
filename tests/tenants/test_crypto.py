"""Sealed secrets open in their own place only, and show themselves nowhere."""

from __future__ import annotations

import base64
import copy
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from tenants.crypto import (
    CannotOpen,
    DataKey,
    Secret,
    SecretContext,
    new_data_key,
    open_sealed,
    seal,
)
from tenants.keyring import KeyRing, MasterKeyMissing, MasterKeysUnreadable, WrappedKey

ALICE, CHARLIE = UUID(int=1), UUID(int=2)
HERE = SecretContext(ALICE, UUID(int=10), "password", 1)
OLD = base64.b64encode(bytes(range(32))).decode()
NEW = base64.b64encode(bytes(range(100, 132))).decode()
PASSWORD = "correct horse battery"


def ring(text: str = f"v1:{OLD}") -> KeyRing:
    return KeyRing.parse(text)


@given(text=st.text(st.characters()))
def test_what_is_sealed_opens(text: str) -> None:
    key = new_data_key()
    assert open_sealed(seal(text, data_key=key, context=HERE), data_key=key, context=HERE) == (
        Secret(text)
    )


def test_sealing_twice_gives_different_bytes_that_do_not_hold_the_text() -> None:
    key = new_data_key()
    sealed = {seal(PASSWORD, data_key=key, context=HERE) for _ in range(200)}
    assert len(sealed) == 200
    assert len({one[1:13] for one in sealed}) == 200
    assert not any(PASSWORD.encode() in one for one in sealed)


ELSEWHERE = {
    "another tenant": replace(HERE, tenant_id=CHARLIE),
    "another connection": replace(HERE, connection_id=UUID(int=11)),
    "another field": replace(HERE, field="client_secret"),
    "another key version": replace(HERE, key_version=2),
    "parts shifted": replace(HERE, connection_id=f"{HERE.connection_id}|pass", field="word"),
}


@pytest.mark.parametrize("place", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_ciphertext_copied_to_another_place_does_not_open(place: SecretContext) -> None:
    key = new_data_key()
    sealed = seal(PASSWORD, data_key=key, context=HERE)
    with pytest.raises(CannotOpen, match="Enter it again"):
        open_sealed(sealed, data_key=key, context=place)


def test_another_tenants_data_key_does_not_open_it() -> None:
    sealed = seal(PASSWORD, data_key=new_data_key(), context=HERE)
    with pytest.raises(CannotOpen):
        open_sealed(sealed, data_key=new_data_key(), context=HERE)


def test_a_change_of_any_byte_and_any_cut_is_refused() -> None:
    key = new_data_key()
    sealed = seal(PASSWORD, data_key=key, context=HERE)
    flipped = [
        sealed[:place] + bytes([sealed[place] ^ 1 << bit]) + sealed[place + 1 :]
        for place in range(len(sealed))
        for bit in range(8)
    ]
    cut = [sealed[:length] for length in range(len(sealed))]
    refused = 0
    for changed in [*flipped, *cut, sealed + b"\x00", b""]:
        with pytest.raises(CannotOpen):
            open_sealed(changed, data_key=key, context=HERE)
        refused += 1
    assert refused == len(sealed) * 9 + 2


def test_a_wrapped_key_opens_for_its_tenant_only() -> None:
    key = new_data_key()
    wrapped = ring().wrap(key, tenant_id=ALICE)
    assert ring().unwrap(wrapped, tenant_id=str(ALICE)).raw() == key.raw()
    assert key.raw() not in wrapped.wrapped
    with pytest.raises(CannotOpen):
        ring().unwrap(wrapped, tenant_id=CHARLIE)
    for place in range(len(wrapped.wrapped)):
        changed = bytearray(wrapped.wrapped)
        changed[place] ^= 1
        with pytest.raises(CannotOpen):
            ring().unwrap(WrappedKey(bytes(changed), "v1"), tenant_id=ALICE)


def test_a_wrapped_key_is_no_sealed_secret_and_the_reverse() -> None:
    key = DataKey(bytes(range(32)))
    sealed = seal("x" * 32, data_key=key, context=HERE)
    with pytest.raises(CannotOpen):
        ring().unwrap(WrappedKey(sealed, "v1"), tenant_id=ALICE)
    with pytest.raises(CannotOpen):
        open_sealed(ring().wrap(key, tenant_id=ALICE).wrapped, data_key=key, context=HERE)


def test_rotation_keeps_every_secret_readable_and_then_lets_the_old_key_go() -> None:
    before, during, after = ring(), ring(f"v2:{NEW},v1:{OLD}"), ring(f"v2:{NEW}")
    key = new_data_key()
    sealed = seal(PASSWORD, data_key=key, context=HERE)
    stored = before.wrap(key, tenant_id=ALICE)
    assert (stored.master_version, during.needs_rewrap(stored)) == ("v1", True)
    assert during.unwrap(stored, tenant_id=ALICE).raw() == key.raw()
    with pytest.raises(MasterKeyMissing, match=r"'v1' is not in TIEOUT_MASTER_KEYS"):
        after.unwrap(stored, tenant_id=ALICE)

    rewrapped = during.rewrap(stored, tenant_id=ALICE)
    assert (rewrapped.master_version, during.needs_rewrap(rewrapped)) == ("v2", False)
    opened = open_sealed(sealed, data_key=after.unwrap(rewrapped, tenant_id=ALICE), context=HERE)
    assert opened.reveal() == PASSWORD


def test_rewrapping_another_tenants_key_is_refused() -> None:
    stored = ring().wrap(new_data_key(), tenant_id=ALICE)
    with pytest.raises(CannotOpen):
        ring(f"v2:{NEW},v1:{OLD}").rewrap(stored, tenant_id=CHARLIE)


def test_a_master_key_under_another_version_name_does_not_open() -> None:
    stored = ring().wrap(new_data_key(), tenant_id=ALICE)
    with pytest.raises(CannotOpen):
        ring(f"v9:{OLD}").unwrap(WrappedKey(stored.wrapped, "v9"), tenant_id=ALICE)


GOOD = {
    "one": (f"v1:{OLD}", ("v1",)),
    "newest first": (f"v2:{NEW},v1:{OLD}", ("v2", "v1")),
    "spaces and a comma too many": (f" v2:{NEW} , v1:{OLD},", ("v2", "v1")),
}


@pytest.mark.parametrize(("text", "versions"), GOOD.values(), ids=GOOD)
def test_the_setting_is_read(text: str, versions: tuple[str, ...]) -> None:
    assert KeyRing.from_environment({"TIEOUT_MASTER_KEYS": text}).versions == versions


BAD = {
    "nothing": ("", "TIEOUT_MASTER_KEYS is empty."),
    "commas": (" , ", "TIEOUT_MASTER_KEYS is empty."),
    "no version": (OLD, "Entry 1 of TIEOUT_MASTER_KEYS has no colon"),
    "an empty version": (f":{OLD}", "Entry 1 of TIEOUT_MASTER_KEYS has no short version"),
    "the key as version": (f"{OLD}:v1", "Entry 1 of TIEOUT_MASTER_KEYS has no short version"),
    "not base64": (f"v2:{NEW},v1:!{OLD}", "Entry 2 of TIEOUT_MASTER_KEYS is not base64"),
    "not ASCII": ("v1:ключ", "Entry 1 of TIEOUT_MASTER_KEYS is not base64"),
    "too short": ("v1:c2hvcnQ=", "Entry 1 of TIEOUT_MASTER_KEYS holds 5 bytes"),
    "no key": ("v1:", "Entry 1 of TIEOUT_MASTER_KEYS holds 0 bytes"),
    "a version twice": (f"v1:{NEW},v1:{OLD}", "Entry 2 of TIEOUT_MASTER_KEYS repeats"),
    "a key twice": (f"v2:{OLD},v1:{OLD}", "Entry 2 of TIEOUT_MASTER_KEYS repeats"),
    "zeros": (f"v1:{'A' * 43}=", "Entry 1 of TIEOUT_MASTER_KEYS is the same byte"),
}


@pytest.mark.parametrize(("text", "sentence"), BAD.values(), ids=BAD)
def test_a_wrong_setting_is_told_without_the_key(text: str, sentence: str) -> None:
    with pytest.raises(MasterKeysUnreadable) as caught:
        KeyRing.parse(text)
    assert str(caught.value).startswith(sentence)
    told = "".join(traceback.format_exception(caught.value))
    assert not any(key in told for key in (OLD, NEW, "c2hvcnQ", "ключ"))


def test_a_data_key_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="A key has 32 bytes"):
        DataKey(b"short")


SHOWN: dict[str, Callable[[Secret], str]] = {
    "str": str,
    "repr": repr,
    "format": "{:>3}".format,
    "f-string": lambda secret: f"{secret}",
    "percent": lambda secret: "%s" % secret,  # noqa: UP031  (people write it)
    "in a list": lambda secret: str([secret])[1:-1],
    "ascii": ascii,
}


@pytest.mark.parametrize("show", SHOWN.values(), ids=SHOWN)
def test_a_secret_shows_three_stars(show: Callable[[Secret], str]) -> None:
    assert show(Secret(PASSWORD)) == "***"


def test_nothing_with_a_key_in_it_shows_it() -> None:
    key = DataKey(bytes(range(32)))
    wrapped = ring().wrap(key, tenant_id=ALICE)
    assert (repr(key), repr(ring()), repr(wrapped)) == (
        "DataKey(***)",
        "KeyRing(v1)",
        "WrappedKey(master_version='v1')",
    )


@pytest.mark.parametrize("thing", [Secret(PASSWORD), DataKey(bytes(range(32)))], ids=str)
def test_secrets_cannot_be_written_down(thing: object) -> None:
    ways: list[Callable[[object], object]] = [pickle.dumps, json.dumps, copy.copy, copy.deepcopy]
    for way in ways:
        with pytest.raises(TypeError):
            way(thing)


def test_secrets_compare_by_value_and_with_secrets_only() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("é")}) == 2
    assert (bool(Secret("")), bool(Secret("0"))) == (False, True)


def test_a_log_and_a_traceback_do_not_hold_the_secret(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    secret, key = Secret(PASSWORD), new_data_key()
    logging.getLogger("tests").warning("opened %s %r", secret, {"s": secret})
    renderer = structlog.processors.JSONRenderer()
    log = structlog.wrap_logger(structlog.PrintLogger(), processors=[renderer])
    log.info("opened", secret=secret, key=key)
    try:
        open_sealed(b"broken", data_key=key, context=HERE)
    except CannotOpen as error:
        # With local variables, as error reporters send them.
        summary = traceback.TracebackException.from_exception(error, capture_locals=True)
        told = "".join(summary.format())
    everything = caplog.text + capsys.readouterr().out + told
    assert "DataKey(***)" in everything
    assert PASSWORD not in everything
    assert key.raw().hex() not in everything
    assert repr(key.raw()) not in everything


def test_a_failed_unwrap_says_nothing_about_keys() -> None:
    with pytest.raises(CannotOpen) as caught:
        ring().unwrap(WrappedKey(b"\x01" * 60, "v1"), tenant_id=ALICE)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
