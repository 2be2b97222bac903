"""What a connector may do beside payments. A back end overrides what it can do.

This is the one default of all of them: what is not offered raises NeverWorks with a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from integrations.canonical.errors import NeverWorks
from integrations.canonical.flagged import FlagAnswer, FlaggedRow
from integrations.canonical.keyed_changes import ChangeQuestion, ChangeSeen
from integrations.canonical.ledger_documents import Customer, Receipt
from integrations.canonical.orders import CustomerRequest, OrderRequest
from integrations.canonical.stock import Allocation, ChangeResult, Item, SalesOrder, Stock

NOT_OFFERED = "sage.not_offered"


def not_offered(what: str) -> NeverWorks:
    return NeverWorks(
        f"{what} not available for this Sage Pro company.",
        code=NOT_OFFERED,
        remedy="Add the tables to its posting profile, if this way into Sage Pro can use them.",
    )


class BeyondPayments:
    """Orders, items, stock and lists. Raises as `Connector` does, and NeverWorks
    (`sage.not_offered`) where the back end or the posting profile has no such thing."""

    def receipts_between(self, *, first: date, last: date) -> list[Receipt]:
        """Receipts dated from `first` to `last`, both included, history too; oldest first."""
        del first, last
        raise not_offered("Receipts by date are")

    def customers_after(self, *, number: str, limit: int) -> list[Customer]:
        """The next `limit` customers by number; begin with an empty one."""
        del number, limit
        raise not_offered("A list of customers is")

    def customers_changed_since(self, day: date) -> list[Customer]:
        """Customers that somebody edited on this day or later, by number."""
        del day
        raise not_offered("Changed customers are")

    def orders_by_number(self, numbers: Sequence[str]) -> list[SalesOrder]:
        """Sales orders with their lines, current first, then history. Any padding will do."""
        del numbers
        raise not_offered("Sales orders are")

    def open_orders(self, customer_number: str) -> list[SalesOrder]:
        """The customer's sales orders that are neither closed nor void, oldest first."""
        del customer_number
        raise not_offered("Sales orders are")

    def items(self, numbers: Sequence[str]) -> list[Item]:
        """The items with these numbers, by number; unknown ones are left out."""
        del numbers
        raise not_offered("Items are")

    def stock(self, items: Sequence[str]) -> list[Stock]:
        """Where these items lie and how many, in their own unit, by item and location."""
        del items
        raise not_offered("Quantities are")

    def allocate_stock(self, allocation: Allocation) -> ChangeResult:
        """Raise what is allocated of an item at one location, once for its key.

        Writes the allocated quantity (qsoaloc) under the writer lock, by an update that names
        the quantities it read, and our own record of the key; nothing else. In the item's own
        unit. REFUSED when less is available and the posting profile does not let stock go
        below zero, or when more is given back than is allocated. Asking again answers EXISTS.

        Raises OutcomeUnknown when the answer to the final commit was lost: ask again.
        """
        del allocation
        raise not_offered("Allocating stock is")

    def upsert_order(self, order: OrderRequest) -> ChangeResult:
        """Make the sales order stand as told, once for each version of it.

        The first version writes the order and its lines (somast, sotran) under the next number
        of the posting profile's counter. A later one changes the lines, the tax and the
        purchase order of an order that we wrote, as long as it is open, nobody edits it or has
        changed it since, and nothing of it is shipped; a line that is left out stays with
        quantity 0. With it move the customer's open orders, where mapped, and with
        `allocates` the promised stock. Amounts in the order's currency, a line's amount
        rounded half up. REFUSED names field and remedy, and nothing is written; asking again
        answers EXISTS; the same version with other contents is a CONFLICT.

        Raises OutcomeUnknown when the answer to the final commit was lost: ask again.
        """
        del order
        raise not_offered("Writing sales orders is")

    def create_or_match_customer(self, customer: CustomerRequest) -> ChangeResult:
        """The number of the customer that this is, a new one where Sage has none such.

        MATCHED writes only our own record of the key. Several that match equally are REFUSED
        with their numbers, for a person to choose. DONE wrote one customer (arcust) under the
        next number by the posting profile's rule, with its blanks and fixed texts.

        Raises OutcomeUnknown when the answer to the final commit was lost: ask again.
        """
        del customer
        raise not_offered("Creating customers is")

    def look_for_change(self, question: ChangeQuestion) -> ChangeSeen:
        """What a person has keyed of an order, a customer or an allocation, and otherwise what
        is to be keyed where Sage would take it, by the rules that write it.

        Our own record beside the books comes first. Writes nothing; at a FoxPro site it waits
        for whoever holds our staging table.
        """
        del question
        raise not_offered("Keying orders, customers and stock is")

    def flagged_rows(self, *, after: str, limit: int) -> list[FlaggedRow]:
        """The next `limit` rows whose flag asks for something, by number; begin with an empty
        one. Amounts in the row's currency; only the columns that the profile maps are read."""
        del after, limit
        raise not_offered("Rows flagged for PayTrace are")

    def answer_flagged(self, answer: FlagAnswer) -> ChangeResult:
        """Write what became of a flagged row into it: status, PayTrace's number, a message.

        Under the writer lock, by an update that names the flag and generation it read; nothing
        else of the row is touched. The last answer of a generation takes the flag away, raises
        the generation, and leaves our own record of its key: asked again it EXISTS, and other
        contents are a CONFLICT. REFUSED when the row is gone or at another generation.

        Raises OutcomeUnknown when the answer to the final commit was lost: ask again.
        """
        del answer
        raise not_offered("Rows flagged for PayTrace are")
