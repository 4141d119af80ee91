"""The JSON of figures, conversations, judgements and uploads, as the API's schema describes it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from ui.forms import Form

Moment: TypeAlias = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""As it was written, for another spelling of the same moment would be no better."""


class FigureForm(Form):
    """A quantity in the documents, with the sentence that states it."""

    value: str = Field(description="The exact number, as text.")
    high: str | None = Field(description="The upper end of a range.")
    unit: str | None
    kind: str
    bound: str | None
    measure: str
    change: bool
    direction: str | None
    years: list[int]
    months: list[str]
    status: Literal["achieved", "planned"] | None
    text: str = Field(description="The words of the figure itself.")
    quote: str = Field(description="The sentence that states it.")
    document: str
    title: str
    published: date | None
    heading: list[str]
    start: int
    end: int
    sentence_start: int
    sentence_end: int
    passage: str
    permalink: str


class FiguresForm(Form):
    """A page of figures."""

    figures: list[FigureForm]
    total: int = Field(ge=0)
    next: str | None = Field(description="The cursor of the page that follows.")
    index_version: str


class ConversationForm(Form):
    """A kept conversation, without what was said."""

    id: str
    title: str
    began: Moment
    changed: Moment
    questions: int
    shared: bool


class JudgedForm(Form):
    """What the person thinks of an answer now."""

    answer_id: str
    verdict: str | None
    reason: str
    comment: str
    case: bool = Field(description="Whether it is up for review as a test case.")


class StateForm(Form):
    """How far an ingest is, and how the last one ended, in the reader's language."""

    version: str = Field(description="Changes with the list of documents.")
    busy: bool
    stage: str
    done: int
    total: int
    number: int = Field(description="Grows with every ingest that ended.")
    failed: bool
    said: str
    skipped: list[str]


class NameForm(Form):
    """What a file of some name would be called."""

    name: str
    taken: bool
    replaceable: bool
    free: str


class UploadedForm(Form):
    """A file that was taken in."""

    name: str
    title: str
    pages: int
    members: int = Field(description="Readable files of an archive.")
    warnings: list[str]
    same_as: str | None


class TokenForm(Form):
    """What puts a removed document back, for a day."""

    token: str


class RestoredForm(Form):
    """The document that was put back."""

    name: str


class AcceptedForm(Form):
    """The documents will be read again."""

    status: Literal["accepted"]
