"""The list of calls that client and simulator share: written out once more, so that one wrong
path cannot agree with itself."""

from __future__ import annotations

from types import ModuleType

import pytest

from integrations.paytrace import endpoints_v1, endpoints_v3
from integrations.paytrace.endpoint import Basis, Endpoint
from integrations.paytrace.simulator.v1.door import ROUTES as ROUTES_V1
from integrations.paytrace.simulator.v3.door import ROUTES as ROUTES_V3

V1 = """
/oauth/token /v1/transactions/sale/by_customer /v1/transactions/sale/by_transaction
/v1/transactions/sale/pt_protect /v1/transactions/sale/pt_protect_customer
/v1/transactions/authorization/by_customer /v1/transactions/authorization/pt_protect
/v1/transactions/authorization/capture /v1/transactions/refund/for_transaction
/v1/transactions/refund/to_customer
/v1/transactions/void /v1/transactions/settle /v1/transactions/email_receipt
/v1/level_three/visa /v1/level_three/mastercard /v1/transactions/export/by_date_range
/v1/transactions/export/by_id /v1/batches/export /v1/batches/export_one
/v1/batches/transaction_list /v1/checks/sale/by_account /v1/checks/sale/by_customer
/v1/checks/hold/by_account /v1/checks/hold/by_customer /v1/checks/refund/by_transaction
/v1/checks/manage/fund /v1/checks/manage/void /v1/customer/create_from_transaction
/v1/customer/pt_protect_create /v1/customer/update /v1/customer/delete /v1/customer/export
/v1/recurrence/create /v1/recurrence/update /v1/recurrence/delete
/v1/recurrence/export_scheduled /v1/recurrence/export_approved /v1/payment_fields/token/create
"""
V3 = """
POST:/v3/token POST:/v3/card/sale/customer/{id} POST:/v3/card/sale/pt-protect
POST:/v3/card/sale/pt-protect/customer/ POST:/v3/card/authorize/customer/{id}
POST:/v3/card/authorize/pt-protect POST:/v3/card/batch/capture POST:/v3/card/batch/refund
POST:/v3/card/batch/void POST:/v3/card/transaction/adjust/{id} GET:/v3/card/transaction/{id}
POST:/v3/card/batch/transactions
GET:/v3/card/transactions/capturable/{id}
GET:/v3/card/transactions/voidable/{id} GET:/v3/card/transactions/refundable/{id}
POST:/v3/transaction/export/{id} POST:/v3/transactions/export/by-date POST:/v3/batch/export
POST:/v3/batch/export/by-date POST:/v3/batch/export/transactions POST:/v3/checks/payment
GET:/v3/checks/transactions GET:/v3/checks/transactions/idempotency-keys/{id}
GET:/v3/checks/transactions/{id} POST:/v3/checks/deposit/search
POST:/v3/checks/deposit/transactions GET:/v3/customer POST:/v3/customer/create/by-transaction
POST:/v3/customer/create/pt-protect GET:/v3/customer/{id} DELETE:/v3/customer/{id}
POST:/v3/customer/ach/create/by-transaction GET:/v3/customer/ach/{id}
POST:/v3/recurrence/create DELETE:/v3/recurrence POST:/v3/invoice POST:/v3/payment-fields/token
GET:/v3/user/self POST:/v3/password/change
"""


def _all(module: ModuleType) -> list[Endpoint]:
    return [value for value in vars(module).values() if isinstance(value, Endpoint)]


def test_every_path_is_the_one_its_source_names() -> None:
    assert {(one.method, one.path) for one in _all(endpoints_v1)} == {
        ("POST", path) for path in V1.split()
    }
    assert {f"{one.method}:{one.path}" for one in _all(endpoints_v3)} == set(V3.split())


@pytest.mark.parametrize("module", [endpoints_v1, endpoints_v3])
def test_every_call_says_how_it_is_known(module: ModuleType) -> None:
    found = _all(module)
    assert len({(one.method, one.path) for one in found}) == len(found)
    assert all(one.source for one in found)


def test_what_is_only_inferred_is_listed_here() -> None:
    found = [*_all(endpoints_v1), *_all(endpoints_v3)]
    assert {one.path for one in found if one.basis is Basis.INFERRED} == {
        "/v1/transactions/sale/by_transaction",
        "/v1/recurrence/create",
        "/v1/recurrence/update",
        "/v1/recurrence/export_scheduled",
    }


def test_the_simulator_answers_every_call_and_no_other() -> None:
    assert len(ROUTES_V1) == len(_all(endpoints_v1)) - 1  # the token has its own door
    assert len(ROUTES_V3) == len(_all(endpoints_v3)) - 1


def test_a_part_of_a_path_is_quoted() -> None:
    assert endpoints_v3.RECORD.at("a/b c") == "/v3/card/transaction/a%2Fb%20c"
