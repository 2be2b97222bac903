"""Card numbers to plant: published test numbers, and made-up ones of every brand."""

from __future__ import annotations

from random import Random

# PayTrace sandbox page and the brands' published test numbers; no real account has them.
PUBLISHED = (
    "4111111111111111",
    "4012000098765439",
    "4222222222222",
    "5499740000000057",
    "5555555555554444",
    "2223003122003222",
    "371449635392376",
    "378282246310005",
    "6011000993026909",
    "30569309025904",
    "36148900647913",
    "3566002020360505",
    "6200000000000005",
    "6759649826438453",
    "5018000000007",
)

_BRANDS = (
    ("4", 13), ("4", 16), ("4", 19), ("51", 16), ("55", 16), ("2221", 16), ("2720", 16),
    ("34", 15), ("37", 15), ("6011", 16), ("645", 16), ("65", 19), ("300", 14), ("36", 14),
    ("3528", 16), ("3589", 16), ("62", 16), ("62", 19), ("5018", 13), ("6304", 19), ("6759", 16),
)  # fmt: skip


def check_digit(body: str) -> str:
    """ISO/IEC 7812, written out the long way: an independent reading of the rule."""
    total = 0
    for place, character in enumerate(reversed(body)):
        value = int(character) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return str(-total % 10)


def make_card(random: Random) -> str:
    """A number of a random brand that passes Luhn."""
    prefix, length = random.choice(_BRANDS)
    body = prefix + "".join(random.choices("0123456789", k=length - len(prefix) - 1))
    return body + check_digit(body)


def grouped(card: str, separator: str) -> str:
    """`4111 1111 1111 1111`, as cards are printed."""
    return separator.join(card[place : place + 4] for place in range(0, len(card), 4))
