"""Which disputes APIs there are, and what each needs, in its own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import requests

from integrations.disputes import cases_api
from integrations.disputes.provider import DisputesProvider

ADDRESS = "base_url"
"""The one need with a fixed name: an address, which is checked before it is ever called."""


@dataclass(frozen=True)
class Need:
    """One thing a person enters to connect a provider."""

    name: str
    label: str
    help: str
    is_secret: bool = False


@dataclass(frozen=True)
class Access:
    """What a provider is connected with: what its needs name, and a guarded session."""

    account: str
    """The merchant id of the PayTrace account whose payments are disputed."""
    values: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)
    session: requests.Session


@dataclass(frozen=True)
class Kind:
    """One provider we can speak to."""

    code: str
    label: str
    description: str
    needs: tuple[Need, ...]
    connect: Callable[[Access], DisputesProvider]


def _cases_api(access: Access) -> DisputesProvider:
    return cases_api.CasesApi(
        access.values[ADDRESS],
        key=access.secrets["api_key"],
        account=access.account,
        session=access.session,
    )


_KINDS = (
    Kind(
        "cases_api",
        "Tieout cases API",
        "A small list of cases over HTTPS, which your acquirer, a chargeback service or your own "
        "program serves. PayTrace itself has no disputes API.",
        (
            Need(ADDRESS, "Address", "Where its list of cases is, such as https://host/disputes."),
            Need(
                "api_key",
                "API key",
                "A key that may read the cases of this merchant account. Stored encrypted and "
                "never shown.",
                is_secret=True,
            ),
        ),
        _cases_api,
    ),
)
KINDS: Mapping[str, Kind] = {kind.code: kind for kind in _KINDS}
"""By code, in the order they are offered."""
