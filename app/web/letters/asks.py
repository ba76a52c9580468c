"""The campaign's asks, from data/asks/*.md: what to ask for, why, of whom, and prompts for a letter."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import frontmatter
from markdown_it import MarkdownIt
from markupsafe import Markup

from app.settings import DATA

FOLDER = DATA / "asks"
MOST_PROMPTS = 4  # with "How would you like to end?" that makes five
READERS = ("council", "mp")
# Markup in the text stays text: the files are ours, but nothing here has to trust them.
markdown = MarkdownIt("commonmark", {"html": False})


class AskUnusable(ValueError):
    """A file in data/asks/ lacks something. The message names the file and says what."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question to the visitor, with a hint that helps to answer it."""

    question: str
    hint: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing to ask for. `to` is "council" or "mp"; `request` is the sentence that asks an MP for it."""

    slug: str
    title: str
    order: int
    to: str
    summary: str
    request: str
    why: Markup
    prompts: tuple[Prompt, ...]


@cache
def asks() -> tuple[Ask, ...]:
    """All of them, in their order."""
    return tuple(sorted((read_ask(path) for path in FOLDER.glob("*.md")), key=lambda ask: ask.order))


def ask_of(slug: str) -> Ask | None:
    return next((ask for ask in asks() if ask.slug == slug), None)


def read_ask(path: Path) -> Ask:
    """One file: front matter, then the sections "Why" and "Prompts". Raises `AskUnusable`."""
    post = frontmatter.loads(path.read_text(encoding="utf-8"))
    parts = re.split(r"^## +(.+)$", post.content, flags=re.MULTILINE)
    sections = {
        title.strip().lower(): text.strip() for title, text in zip(parts[1::2], parts[2::2], strict=True)
    }
    try:
        prompts = tuple(_prompt(line) for line in sections["prompts"].splitlines() if line.strip())
        ask = Ask(
            slug=path.stem,
            title=str(post["title"]),
            order=int(str(post["order"])),
            to=str(post["to"]),
            summary=str(post["summary"]),
            request=str(post.get("request", "")),
            why=Markup(markdown.render(sections["why"])),  # noqa: S704 - rendered with markup switched off
            prompts=prompts,
        )
    except KeyError as missing:
        raise AskUnusable(f"{path.name}: {missing} is missing") from None
    if (
        ask.to not in READERS
        or not 1 <= len(prompts) <= MOST_PROMPTS
        or (ask.to == "mp") is not bool(ask.request)
    ):
        raise AskUnusable(
            f"{path.name}: give one to {MOST_PROMPTS} prompts, to council or mp, and a request for an mp"
        )
    return ask


def _prompt(line: str) -> Prompt:
    """The prompt of a line like "- What happened? Say it briefly.": the hint follows the question mark."""
    question, mark, hint = line.removeprefix("- ").partition("?")
    return Prompt(question.strip() + mark, hint.strip())
