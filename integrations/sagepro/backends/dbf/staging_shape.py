"""Our own tables beside the books: what is handed over to the program inside Sage Pro.

None has an index or a memo file, amounts are decimal text, and nothing in them comes from a
site's customisation. `PTPOST` has one row per posting, `PTLINE` its lines, which are also the
program's checklist. `PTNAME` tells the program the site's names, `PTCTRL` holds the writer epoch
and the switch to read-only, `PTTEST` the result of the site's self-test.
"""

from __future__ import annotations

from enum import StrEnum

from integrations.sagepro.backends.dbf.encoding import Shape

POST, LINE, NAME, CONTROL, TEST = "ptpost", "ptline", "ptname", "ptctrl", "pttest"

SHAPES: dict[str, Shape] = {
    POST: Shape.of(
        "effkey C200, company C10, marker C20, payhash C64, kind C12, state C10, custno C20,"
        " amount C20, currency C3, acctdate D, revkey C200, revmark C20, cash C24, credno C20,"
        " back L, arsess C10, nreceipt I, nlines I, line1 I, lines I, epoch I, staged C19,"
        " taken C19, done C19, code C20, result C200"
    ),
    LINE: Shape.of(
        "post I, kind C1, state C1, docno C20, paid C20, disc C20, oldbal C20, newbal C20,"
        " oldpaid C20, newpaid C20, oldstat C4, account C24, amount C20, field C20, value C254"
    ),
    NAME: Shape.of(
        "tbl C20, col C20, file C64, field C10, type C10, right L, value C64, profile C64"
    ),
    CONTROL: Shape.of("name C20, value C64"),
    TEST: Shape.of("name C20, passed L, detail C200, profile C64, ran C19"),
}


class State(StrEnum):
    """Where a row of PTPOST stands. Each is set by the side named here, under the file's lock."""

    STAGED = "staged"
    """Ours: the program may take it."""
    TAKEN = "taken"
    """The program's, before it touches a live table; it goes on with it after a crash."""
    POSTED = "posted"
    """The program's: everything stands in the books."""
    VERIFIED = "verified"
    """Ours: we have read it back and told so."""
    RETURNED = "returned"
    """The program's: nothing was written; `code` and `result` say why."""
    PARTIAL = "partial"
    """The program's: it was interrupted and the books were changed meanwhile; a person looks."""
    WITHDRAWN = "withdrawn"
    """Ours: the key is forbidden for ever."""
    CLOSED = "closed"
    """Ours: a returned row whose answer was given, or that was staged anew."""


class Line(StrEnum):
    """What a line of PTLINE does, in the order the program does it."""

    NUMBER = "N"
    """Takes the next GL session number."""
    RECEIPT = "R"
    DOCUMENT = "D"
    """Moves balance and paid amount of a document, if they are still the old ones."""
    CREDIT = "O"
    """Adds an open credit document."""
    CUSTOMER = "C"
    JOURNAL = "J"
    """Adds a GL distribution row with the amount as the site has it: debits are positive, unless
    its profile says that credits are."""
    STATUS = "S"
    """Writes a payment status into a column of an invoice. Alone in its row."""
    FIELD = "F"
    """Names a mapped column of every receipt of the posting and its text. Not a step."""
    ADD = "A"
    """Adds a record to the table it names; the lines that follow say which."""
    CHANGE = "U"
    """Changes one record of the table it names; the lines that follow say which and how."""
    KEY = "K"
    """A column of the step before it, and the text that finds the record. Not a step."""
    GUARD = "G"
    """A column of the step before it, and what must stand there. Not a step."""
    VALUE = "V"
    """A column of the step before it, and what is written there. Not a step."""
    TOLD = "T"
    """A piece of what our own record keeps of a change. Not a step."""


SELF_TESTS = {
    "tables": "Every table opens",
    "columns": "Every column is there",
    "counter": "The session counter is there",
    "codepage": "The code page is the profile's",
    "append": "A row we add is read back",
    "lock": "Sage Pro waits for our lock",
    "lockback": "We wait for Sage Pro's lock",
}
"""What the program tests on the customer's machine, in words; all must have passed."""
