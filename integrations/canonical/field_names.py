"""Which field names hold secrets and card data, and which hold ids that somebody gave out.

Names are compared without case and punctuation: `Card-Number`, `cardNumber` and
`card[number]` are one name. The lists follow PayTrace's own field names (its JSON, Secure
Checkout and NAME~VALUE pages) and the words other gateways use.
"""

from __future__ import annotations

from functools import lru_cache

_LETTERS = b"abcdefghijklmnopqrstuvwxyz"
_DIGITS = b"0123456789"
_LOWER = bytes.maketrans(_LETTERS.upper(), _LETTERS)
_PUNCTUATION = bytes(set(range(256)) - set(_LETTERS + _LETTERS.upper() + _DIGITS))


def _words(text: str) -> tuple[bytes, ...]:
    return tuple(text.encode().split())


# A name that *ends* in one of these, give or take a small tail: `x_card_cvv2`, `newPassword`.
_SECRET_ENDS = _words("""
    csc cvv cvc cvn cav track trackdata swipe magstripe magdata pinblock
    securitycode cardcode cardverification verificationvalue
    password passwd passphrase passcode pswd pwd secret token apikey privatekey enckey
    encryptionkey sessionid cookie bearer authorization authorizationheader
    cardnumber cardno cardnum ccnumber ccno ccnum encryptednumber creditcardnumber
    accountnumber accountno accountnum acctnumber acctno acctnum bankaccount
    directdepositaccount routing iban ssn
""")
_SECRET_TAILS = _words("code value number num no data hash key text enc confirm s")

# Too short or too common to be looked for at the end of other words (shippin…, company).
_SECRET_WORDS = frozenset(
    _words("""
    pin pinnumber pincode pindata cardpin debitpin encryptedpin newpin oldpin atmpin
    pan cc ccn dda aba ksn emv tlv
""")
)
# PayTrace's list names TR (routing) and CC mean something else in HTML and mail headers.
_SECRET_IN_LISTS_ONLY = frozenset({b"tr"})

# What a gateway shows instead of the number, and account numbers that are no bank account.
_HARMLESS_PARTS = _words("masked lastfour last4 truncated")
_HARMLESS_WORDS = frozenset(
    _words("glaccountnumber ledgeraccountnumber merchantaccountnumber authorizationcode")
)

# Ids the gateway or we ourselves gave out. Customer-typed references (invoice, order, customer
# id) are left out on purpose: people do type card numbers there.
_ID_NAMES = frozenset(
    _words("""
    transactionid transactionids tranxid originaltransactionid parenttransactionid
    checktransactionid checkidentifier batchid eventid noticeid deliveryid effectid effectkey
    requestid traceid spanid correlationid webhookid
""")
)

# Objects whose plain `number` or `code` is the card's or the bank account's.
CARD_OBJECTS = frozenset({b"creditcard", b"card", b"debitcard", b"bankaccount"})
_SECRET_IN_CARD_OBJECTS = frozenset({b"number", b"account", b"code"})


def compact(name: bytes) -> bytes:
    """The name without case and punctuation, cut to what the rules look at."""
    return name[-160:].translate(_LOWER, _PUNCTUATION)[-64:]


@lru_cache(maxsize=4096)
def is_secret(name: bytes, *, parent: bytes = b"", in_list: bool = False) -> bool:
    """Whether a field of this name is dropped whole.

    `parent` is the `compact` name of the object around it; `in_list` says that it stands in
    a NAME~VALUE list.
    """
    word = compact(name)
    if word in _HARMLESS_WORDS or any(part in word for part in _HARMLESS_PARTS):
        return False
    if parent in CARD_OBJECTS and word in _SECRET_IN_CARD_OBJECTS:
        return True
    if in_list and word in _SECRET_IN_LISTS_ONLY:
        return True
    return word in _SECRET_WORDS or b"routing" in word or _ends_secret(word)


def _ends_secret(word: bytes) -> bool:
    for _ in range(3):
        if word.endswith(_SECRET_ENDS):
            return True
        shorter = _without_tail(word)
        if shorter == word:
            return False
        word = shorter
    return False


def _without_tail(word: bytes) -> bytes:
    shorter = word.rstrip(_DIGITS)
    if shorter != word:
        return shorter
    return next((word[: -len(tail)] for tail in _SECRET_TAILS if word.endswith(tail)), word)


@lru_cache(maxsize=4096)
def is_id(name: bytes) -> bool:
    """Whether a field of this name holds an id; `identifiers.py` says which values are spared."""
    return compact(name) in _ID_NAMES
