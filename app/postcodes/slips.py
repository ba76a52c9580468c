"""What somebody may have meant who slipped once while typing a postcode."""

from collections.abc import Iterator
from itertools import pairwise

from app.postcodes.postcode import DIGIT_FOR_LETTER, LETTERS_FOR_DIGIT, Postcode

# The rows of a UK QWERTY keyboard. A key touches the two beside it and, since each row is shifted to the
# right of the one above by part of a key, the key straight above and the next one along.
ROWS = ("1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")


def _beside() -> dict[str, str]:
    return {
        key: row[max(place - 1, 0) : place] + row[place + 1 : place + 2]
        for row in ROWS
        for place, key in enumerate(row)
    }


def _above_or_below() -> dict[str, str]:
    touching = dict.fromkeys("".join(ROWS), "")
    for upper, lower in pairwise(ROWS):
        for place, key in enumerate(lower):
            for above in upper[place : place + 2]:
                touching[key] += above
                touching[above] += key
    return touching


# One character for another, likeliest first: what looks alike survives a second glance at the letter being
# copied, and a finger strays sideways more easily than to another row.
LOOKS_LIKE = DIGIT_FOR_LETTER | LETTERS_FOR_DIGIT
BESIDE = _beside()
ABOVE_OR_BELOW = _above_or_below()


def one_slip_away(postcode: Postcode) -> Iterator[Postcode]:
    """Every text one slip from `postcode`, cut like a postcode, likeliest first; some come more than once.

    Look-alikes come first, then swapped neighbours, then keys side by side, then keys of the next row.
    Within each kind the last character comes first: people seldom get the start of a word wrong
    (Kukich, “Techniques for automatically correcting words in text”, ACM Computing Surveys 24, 1992).
    Most of the texts are no postcode at all; which of them exist is for the index to say.
    """
    typed = postcode.compact
    yield from _one_replaced(typed, LOOKS_LIKE)
    for place in range(len(typed) - 2, -1, -1):
        if typed[place] != typed[place + 1]:
            yield _cut(typed[:place] + typed[place + 1] + typed[place] + typed[place + 2 :])
    yield from _one_replaced(typed, BESIDE)
    yield from _one_replaced(typed, ABOVE_OR_BELOW)


def _one_replaced(typed: str, replacements: dict[str, str]) -> Iterator[Postcode]:
    for place in range(len(typed) - 1, -1, -1):
        for meant in replacements.get(typed[place], ""):
            yield _cut(typed[:place] + meant + typed[place + 1 :])


def _cut(compact: str) -> Postcode:
    return Postcode(compact[:-3], compact[-3:])
