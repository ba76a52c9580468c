"""The form of a letter: a box for each prompt, ticks for the gaps, one thing to ask for."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length

from app.records.record import Finding
from app.web.letters.asks import MOST_PROMPTS, Prompt
from app.web.letters.finding import Request
from app.web.letters.letter import Written
from app.web.letters.words import tidy, tidy_line

LONGEST_ANSWER = 10_000  # characters; all boxes full of emoji are 720,000 bytes of a request
TOO_LONG = f"This answer is very long. Keep it under {LONGEST_ANSWER:,} letters. Shorter is better."


def _box() -> TextAreaField:
    return TextAreaField(filters=[tidy], validators=[Length(max=LONGEST_ANSWER, message=TOO_LONG)])


def _line() -> StringField:
    return StringField(filters=[tidy_line], validators=[Length(max=LONGEST_ANSWER, message=TOO_LONG)])


class LetterForm(FlaskForm):
    """What the visitor writes. No token: it changes nothing, and nothing is kept.

    A tick or a choice that is not offered (the record changed meanwhile) is passed over, not an error.
    """

    class Meta:
        csrf = False

    to = _line()
    words1 = _box()
    words2 = _box()
    words3 = _box()
    words4 = _box()
    gap = SelectMultipleField(validate_choice=False)
    one = RadioField(validate_choice=False)
    end = _box()
    name = _line()

    def boxes(self, prompts: Sequence[Prompt]) -> list[tuple[Prompt, Field]]:
        """Each prompt with its box."""
        fields = (self.words1, self.words2, self.words3, self.words4)
        assert len(fields) == MOST_PROMPTS  # noqa: S101 - a prompt without a box would be lost in silence
        return list(zip(prompts, fields, strict=False))

    def written(self, prompts: Sequence[Prompt]) -> Written:
        words = tuple(field.data or "" for _, field in self.boxes(prompts))
        return Written(self.to.data or "", words, self.end.data or "", self.name.data or "")

    def raised(self, gaps: Sequence[Finding]) -> list[Finding]:
        """Those gaps that were ticked, in checklist order."""
        return [each for each in gaps if each.criterion.key in (self.gap.data or ())]

    def asked(self, requests: Sequence[Request]) -> str:
        """The sentence of what was chosen; "" for nothing."""
        return next((each.sentence for each in requests if each.key == self.one.data), "")
