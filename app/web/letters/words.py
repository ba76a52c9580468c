"""What somebody typed, made fit for a page, a text file and a Word document alike.

It is made fit once, before anything is shown, so that all of them hold exactly the same.
"""

import re
import unicodedata

LINE_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Embeddings, overrides and isolates (UAX #9) could turn round the words we add. Arabic, Hebrew or Urdu need
# none of them: the letters carry their direction. The harmless marks U+200E, U+200F and U+061C stay.
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
NEVER = f"{TURNING}\ufeff\ufffe\uffff"  # the last two cannot stand in XML 1.0 (section 2.2)
BLANK_LINES = re.compile(r"\n\s*\n")


def tidy(typed: str | None) -> str:
    """The text without characters that XML forbids or nobody can see, its lines ended by LF alone."""
    text = LINE_BREAKS.sub("\n", typed or "")
    return "".join(c for c in text if c in "\n\t" or not _unfit(c)).strip()


def tidy_line(typed: str | None) -> str:
    """The same on one line, for a name."""
    return " ".join(tidy(typed).split())


def paragraphs(text: str) -> list[str]:
    """Its paragraphs: what stands between blank lines. Empty for an empty text."""
    return [part.strip() for part in BLANK_LINES.split(text) if part.strip()]


def _unfit(character: str) -> bool:
    return character in NEVER or unicodedata.category(character) in ("Cc", "Cs")
