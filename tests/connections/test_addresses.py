"""Which addresses a customer may have us call."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from integrations.canonical.errors import FixConfiguration, TryLater
from integrations.connections import addresses, forms
from tenants.errors import NotPossible

LOCAL_HOSTS = [
    "localhost",
    "LOCALHOST.",
    "db",
    "printer.local",
    "vault.internal",
    "nas.home.arpa",
    "x.localhost",
    "127.0.0.1",
    "127.1",
    "127.0.0.53",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "0.0.0.0",
    "0",
    "10.0.0.1",
    "10.1",
    "172.16.5.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:a00:1]",
    "[fe80::1%25eth0]",
    "[fd00::1]",
    "[2002:7f00:1::]",
    "[64:ff9b::a9fe:a9fe]",
    "[ff02::1]",
]


@pytest.fixture
def hosted(settings: Settings) -> None:
    """A portal for many companies, which calls public addresses only."""
    settings.ALLOW_LOOPBACK_CONNECTIONS = False


@pytest.mark.usefixtures("hosted")
@pytest.mark.parametrize("host", LOCAL_HOSTS)
def test_a_local_gateway_address_is_refused(host: str) -> None:
    with pytest.raises(FixConfiguration) as refused:
        addresses.check_web_address(f"https://{host}/")
    assert (refused.value.code, refused.value.field) == (
        "connection.address_refused",
        "base_url",
    )


@pytest.mark.usefixtures("hosted")
@pytest.mark.parametrize("host", LOCAL_HOSTS)
def test_a_local_database_address_is_refused(host: str) -> None:
    with pytest.raises(NotPossible) as refused:
        forms.sage_address(f"postgresql://sage:secret-word@{host}/books")
    assert "secret-word" not in refused.value.sentence


@pytest.mark.usefixtures("hosted")
@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql:///books",
        "postgresql:///books?host=/var/run/postgresql",
        "postgresql://sage:x@db.example.com/books?host=127.0.0.1",
        "postgresql://sage:x@db.example.com/books?hostaddr=127.0.0.1",
        "postgresql://sage:x@db.example.com/books?service=other",
        "postgresql://sage:x@db.example.com/books?passfile=/etc/passwd",
        "postgresql://sage:x@db.example.com/books?sslkey=/etc/ssl/key",
    ],
)
def test_a_database_address_takes_no_way_around(dsn: str) -> None:
    with pytest.raises(NotPossible):
        forms.sage_address(dsn)


@pytest.mark.parametrize(
    "dsn",
    ["", "books", "mysql://u:p@db.example.com/x", "postgresql://db.example.com", "http://x/y"],
)
def test_only_a_postgresql_address_is_a_database_address(dsn: str) -> None:
    with pytest.raises(NotPossible, match="mssql://user:password@host:port/database"):
        forms.sage_address(dsn)


def test_a_sql_server_address_shows_server_and_database_and_nothing_secret() -> None:
    found = forms.sage_address("mssql://tieout:secret-word@books.acme.example:1433/PRO01")
    assert found.as_settings == {
        "product": "mssql", "server": "books.acme.example", "database": "PRO01",
    }  # fmt: skip
    assert "secret-word" not in repr(found)


@pytest.mark.parametrize(
    ("dsn", "words"),
    [
        ("mssql://u:p@books\\SAGE/PRO01", "named instance"),
        ("mssql://u:p@books,1433/PRO01", "named instance"),
        ("mssql://u:p@books/PRO01?encryption=off", "cannot be read"),
        ("mssql://books/PRO01", "cannot be read"),
        ("mssql://u:p@books", "cannot be read"),
    ],
)
def test_a_sql_server_address_has_one_form(dsn: str, words: str) -> None:
    with pytest.raises(NotPossible, match=words):
        forms.sage_address(dsn)


@pytest.mark.usefixtures("hosted")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.1.2.3", "sql.internal"])
def test_a_sql_server_on_a_private_network_is_refused_where_all_share_one_portal(host: str) -> None:
    with pytest.raises(NotPossible, match="local or private network"):
        forms.sage_address(f"mssql://u:p@{host}:1433/PRO01")


@pytest.mark.usefixtures("hosted")
@pytest.mark.parametrize(
    "url",
    [
        "https://api.paytrace.com",
        "https://api.sandbox.paytrace.com",
        "https://gateway.example.com:8443",
        "https://8.8.8.8",
        "https://[2606:4700::1111]",
    ],
)
def test_a_public_gateway_address_is_fine(url: str) -> None:
    addresses.check_web_address(url)


@pytest.mark.usefixtures("hosted")
@pytest.mark.parametrize(
    "url",
    [
        "http://api.paytrace.com",
        "ftp://api.paytrace.com",
        "api.paytrace.com",
        "",
        "https://",
        "https://user:word@api.paytrace.com",
        "https://api.paytrace.com?x=1",
        "https://api.paytrace.com#x",
        "https://api.paytrace.com:99999",
        "https://[::1",
    ],
)
def test_anything_but_a_plain_https_host_is_refused(url: str) -> None:
    with pytest.raises(FixConfiguration) as refused:
        addresses.check_web_address(url)
    assert "word" not in refused.value.sentence


def test_an_installation_of_its_own_may_call_its_network() -> None:
    addresses.check_web_address("http://127.0.0.1:8100")
    with pytest.raises(FixConfiguration, match="https"):
        addresses.check_web_address("http://api.sandbox.paytrace.com")
    found = forms.sage_address("postgresql://sage:secret-word@localhost/books")
    assert (found.server, found.database) == ("localhost", "books")
    assert repr(found) == "SageAddress(books on localhost)"


def test_a_name_that_points_home_is_refused_when_it_is_looked_up() -> None:
    with pytest.raises(FixConfiguration, match="local or private network"):
        addresses.resolve_public("localhost", field="dsn")
    with pytest.raises(TryLater, match="cannot be found"):
        addresses.resolve_public("no-such-name.invalid", field="dsn")
    assert addresses.resolve_public("8.8.8.8", field="dsn") == "8.8.8.8"
