"""Reading a postcode: what a person types in, one `Postcode`, `Elsewhere` or `Malformed` out.

A postcode is an outward code (A9, A99, A9A, AA9, AA99 or AA9A) and an inward code (9AA) whose letters
are never C, I, K, M, O or V (Royal Mail's Programmer's Guide to the Postcode Address File).
Only the shape is judged here: whether a postcode exists is a question for the sources.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import product

LONGEST_INPUT = 100  # characters; nobody types more, and reading stays fast whatever arrives
CHARACTERS = {
    "9": "0123456789",
    "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "S": "ABCDEFGHJKMNPRSTUVWXY",  # a suffix: the last letter of W1A, EC1Y and their like
    "L": "ABDEFGHJLNPQRSTUWXYZ",  # inward letters
}
OUTWARD_SHAPES = {2: ("A9",), 3: ("A99", "AA9", "A9S"), 4: ("AA99", "AA9S")}

# A slip is a letter typed for a digit or the other way about: O for 0, I or L for 1, S for 5.
DIGIT_FOR_LETTER = {"O": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "G": "6", "B": "8"}
LETTERS_FOR_DIGIT = {"0": "O", "1": "IL", "2": "Z", "5": "S", "6": "G", "8": "B"}

# The postcode areas in use (Royal Mail), so that a slip is only mended towards an area that exists.
AREAS = frozenset(
    """
    AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY
    E EC EH EN EX FK FY G GL GU GX GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL
    LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO
    SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE
    """.split()
)
PLACE_OF_AREA = {
    "BT": "northern-ireland",
    "JE": "jersey",
    "GY": "guernsey",
    "IM": "isle-of-man",
    "BF": "bfpo",
    "GX": "overseas",
    "BX": "non-geographic",
    "XM": "non-geographic",
    "XX": "non-geographic",
}
# Codes of British Overseas Territories that do not have a postcode's shape.
OVERSEAS = re.compile(
    r"(ASCN|BBND|BIQQ|FIQQ|PCRN|SIQQ|STHL|TDCU|TKCA)1ZZ|AI2640|KY[1-3]\d{4}|MSR\d{4}|VG11\d\d"
)
FORCES = re.compile(r"BFPO\d{0,4}")
OUTWARD = re.compile(r"[A-Z]{1,2}(?:\d|[1-9]\d|\d[A-HJKMNPR-Y])")
INWARD = re.compile(r"\d[ABD-HJLNP-UW-Z]{2}")
CUT_SHORT = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?(?:\d[A-Z]?)?")
WRONG_LAST_LETTERS = re.compile(r"\d(?:[A-Z][CIKMOV]|[CIKMOV][A-Z])")
BANKS_OWN = "GIR0AA"  # Girobank's, outside every pattern and no longer anybody's address


@dataclass(frozen=True, slots=True, repr=False)
class Postcode:
    """A full postcode: `outward` "SW1A", `inward` "1AA". `str()` gives "SW1A 1AA"."""

    outward: str
    inward: str

    def __str__(self) -> str:
        return f"{self.outward} {self.inward}"

    def __repr__(self) -> str:
        """Keep the postcode out of tracebacks and logs: privacy rule of the project."""
        return "Postcode(hidden)"

    @property
    def compact(self) -> str:
        """The postcode without its space: "SW1A1AA"."""
        return self.outward + self.inward


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A code of a place that no council of Great Britain serves; `place` names its page."""

    place: str


class Malformed(ValueError):
    """What was typed cannot be a full postcode. `str()` is a sentence for the person who typed it."""


def read(text: str) -> Postcode | Elsewhere:
    """Read what somebody typed as a postcode.

    Case, spaces, punctuation, invisible and full-width characters do not matter. A letter typed for a
    digit (or the reverse) is mended only where one reading alone is possible. Raises `Malformed`.
    """
    text = text.strip()
    if len(text) > LONGEST_INPUT:
        raise Malformed("That is too long for a postcode. Type just the postcode, like SW1A 2AA.")
    compact = _letters_and_digits(text)
    if not compact:
        raise Malformed("Type your postcode, like SW1A 2AA.")
    postcode = _full_postcode(compact)
    if postcode is None:
        if FORCES.fullmatch(compact):
            return Elsewhere("bfpo")
        if OVERSEAS.fullmatch(compact):
            return Elsewhere("overseas")
        raise Malformed(_what_is_wrong(compact, text))
    place = PLACE_OF_AREA.get(_area(postcode.outward))
    return Elsewhere(place) if place else postcode


def _letters_and_digits(text: str) -> str:
    """The ASCII letters and digits of `text`, upper case; other alphabets' letters stay, to be refused."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    compact = plain.upper().replace(" ", "")
    return compact if compact.isalnum() else "".join(c for c in compact if c.isalnum())


def _full_postcode(compact: str) -> Postcode | None:
    """The one postcode `compact` can mean: each half as typed if that can be, else with slips mended."""
    if not 5 <= len(compact) <= 7 or compact == BANKS_OWN:
        return None
    outward, inward = compact[:-3], compact[-3:]
    outwards = {outward} if OUTWARD.fullmatch(outward) else _mended_outwards(outward)
    inwards = {inward} if INWARD.fullmatch(inward) else _fewest_slips(inward, _readings(inward, "9LL"))
    if len(outwards) == len(inwards) == 1:
        return Postcode(outwards.pop(), inwards.pop())
    return None


def _mended_outwards(outward: str) -> set[str]:
    """The outward codes of existing areas that `outward` becomes when the fewest slips are mended."""
    readings = (reading for shape in OUTWARD_SHAPES[len(outward)] for reading in _readings(outward, shape))
    real = {reading for reading in readings if OUTWARD.fullmatch(reading) and _area(reading) in AREAS}
    return _fewest_slips(outward, real)


def _fewest_slips(typed: str, readings: set[str]) -> set[str]:
    slips = {reading: sum(a != b for a, b in zip(typed, reading, strict=True)) for reading in readings}
    return {reading for reading, count in slips.items() if count == min(slips.values())}


def _area(outward: str) -> str:
    return outward[:2] if outward[1:2].isalpha() else outward[:1]


def _readings(text: str, shape: str) -> set[str]:
    """Every way to read `text` in `shape`: 9 a digit, A any letter, S a suffix letter, L an inward letter."""
    choices = []
    for character, kind in zip(text, shape, strict=True):
        candidates = character + DIGIT_FOR_LETTER.get(character, "") + LETTERS_FOR_DIGIT.get(character, "")
        choices.append([c for c in candidates if c in CHARACTERS[kind]])
    return {"".join(reading) for reading in product(*choices)}


def _what_is_wrong(compact: str, typed: str) -> str:
    """A sentence or two that say what is missing, in words a tired reader can act on."""
    if compact == BANKS_OWN:
        return "GIR 0AA was a bank’s own code. Type the postcode of where you live."
    if CUT_SHORT.fullmatch(compact):
        return f"Type the whole postcode. “{typed}” is only the start."
    if OUTWARD.fullmatch(compact[:-3]) and WRONG_LAST_LETTERS.fullmatch(compact[-3:]):
        return "Check the last two letters. They are never C, I, K, M, O or V."
    if len(compact) > 7:
        return "That is too long for a postcode. A postcode has 5 to 7 letters and numbers, like SW1A 2AA."
    if not any(c.isdigit() for c in compact):
        return "That is not a postcode. A postcode has letters and numbers, like SW1A 2AA."
    return "That does not look like a postcode. Check it and type it again, like SW1A 2AA."
