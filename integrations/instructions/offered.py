"""What is not asked for because the account's version of PayTrace's API does not offer it, or tells
nothing of what becomes of it. Inside the open company's transaction."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from integrations.canonical.transactions import PaymentMethod
from integrations.connections.models import Connection
from integrations.instructions.kinds import Kind
from integrations.instructions.wishes import Wish
from tenants.errors import NotPossible


def check(wish: Wish, connection: Connection) -> None:
    """Raise NotPossible naming the field and what to do instead."""
    version = connection.settings.get("api_version")
    if wish.method is PaymentMethod.ACH and version == "v1":
        _refuse_bank_account(wish, connection)
    if wish.kind is Kind.ADD_LEVEL_THREE and version == "v3":
        raise NotPossible(
            f"{connection.name} uses PayTrace’s API v3, whose fields for level 3 detail are not "
            "published. Connect the account by API v1 to send it.",
            field="transaction_id",
        )
    if wish.kind is Kind.ADJUST and not changes_holds(connection):
        raise NotPossible(
            f"{connection.name} uses PayTrace’s API v1, whose call that changes a hold is not "
            "published. Let the hold go and make another, or connect the account by API v3.",
            field="transaction_id",
        )
    if wish.kind is Kind.MAKE_PAGE and version != "v3":
        raise NotPossible(
            f"{connection.name} uses PayTrace’s API v1, which makes no page of PayTrace’s own. "
            "Connect the account by API v3, or let the customer pay on Tieout’s page.",
            field="page",
        )
    if wish.kind is Kind.SEND_RECEIPT:
        _check_receipt(wish, connection)


def changes_holds(connection: Connection) -> bool:
    """Whether the amount of a hold can be changed in this account."""
    return bool(connection.settings.get("api_version") == "v3")


def _refuse_bank_account(wish: Wish, connection: Connection) -> None:
    if wish.kind is Kind.FORGET_CUSTOMER:
        return
    if wish.kind is Kind.STORE_CUSTOMER:
        raise NotPossible(
            f"{connection.name} uses PayTrace’s API v1, which stores a bank account by its clear "
            "number only, and those never enter Tieout. Store it in PayTrace itself, or connect "
            "the account by API v3.",
            field="method",
        )
    # It lists none: nobody would learn that a bank took it back.
    raise NotPossible(
        f"{connection.name} uses PayTrace’s API v1, which tells nothing of a bank payment "
        "once it was taken: it would never reach Sage. Connect the account by API v3 to "
        "charge bank accounts.",
        field="method",
    )


def _check_receipt(wish: Wish, connection: Connection) -> None:
    if connection.settings.get("api_version") == "v3":
        raise NotPossible(
            f"{connection.name} uses PayTrace’s API v3, which mails no receipt of an earlier "
            "payment. Send it from PayTrace’s own terminal.",
            field="transaction_id",
        )
    try:
        validate_email(wish.email)
    except ValidationError:
        sentence = f"‘{wish.email}’ is no e-mail address. Enter one such as ap@acme.example."
        raise NotPossible(sentence, field="email") from None
