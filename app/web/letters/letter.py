"""A letter: the visitor's words in the order they answered, a few of ours between, room for the address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from app.web.letters.asks import Prompt
from app.web.letters.words import paragraphs

ENDING = Prompt("How would you like to end?", "Ask for a reply. Say by when.")
ADDRESS = "[Your full address and postcode]"
NAME = "[Your name]"
GREETED_ALREADY = {"councillor", "cllr", "cllr."}
# Browsers and mail programs lose longer links: Outlook takes 2,046 characters, some take less (tests that
# people published; RFC 6068 sets no limit).
LONGEST_MAILTO = 1900


@dataclass(frozen=True, slots=True)
class Written:
    """What the visitor gave us, made fit to show (`tidy`). `words` has one entry a prompt, "" for none."""

    to: str
    words: tuple[str, ...]
    end: str
    name: str

    @property
    def nothing(self) -> bool:
        """Whether there is not a word of the visitor's own."""
        return not (any(self.words) or self.end)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as every form of it shows it: paragraphs, of which some have several lines."""

    subject: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)

    @property
    def mailto(self) -> str:
        """A link that opens it in a mail program, or "" if it is too long for one. It names no recipient."""
        body = quote(self.text.replace("\n", "\r\n"), safe="")
        link = f"mailto:?subject={quote(self.subject, safe='')}&body={body}"
        return link if len(link) <= LONGEST_MAILTO else ""


def compose(
    greet: Callable[[str], str],
    subject: str,
    prompts: Sequence[Prompt],
    written: Written,
    ours: Sequence[str],
) -> Letter:
    """Put a letter together. `ours` are the paragraphs between the visitor's words and the end.

    Without any words the prompts stand in brackets, so that the sheet can be filled in by hand.
    """
    words, end = written.words, written.end
    if written.nothing:
        words = tuple(f"[{prompt.question} {prompt.hint}]" for prompt in prompts)
        end = f"[{ENDING.question} {ENDING.hint}]"
    body = [paragraph for text in (*words, *ours, end) for paragraph in paragraphs(text)]
    signature = f"{written.name or NAME}\n{ADDRESS}"
    return Letter(subject, (greet(written.to), *body, "Yours sincerely,", signature))


def greet_councillor(to: str) -> str:
    """ "Dear Councillor Smith,"; without a name "Dear Councillor,"."""
    name = _without_dear(to)
    if name.split(" ")[0].casefold() in GREETED_ALREADY:
        return f"Dear {name},"
    return f"Dear Councillor {name}".rstrip() + ","


def greet_mp(to: str) -> str:
    """ "Dear Ann Smith,"; without a name a gap to fill."""
    return f"Dear {_without_dear(to) or '[name of your MP]'},"


def _without_dear(to: str) -> str:
    name = to[5:] if to.casefold().startswith("dear ") else to
    return name.strip(" ,")
