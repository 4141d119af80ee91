"""What a document says about itself: title, publisher, date, language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ingest.dates import DATE, parse_date
from ingest.frontmatter import FrontMatter, read_front_matter
from ingest.headings import read_mark
from ingest.lines import Layout, Line, content_lines, is_closed
from ingest.mapped import Mapped
from ingest.normalise import Lexicon, normalise
from ingest.sentences import split_sentences
from rag.models import Span

HEAD_LINES = 8
TITLE_CHARS = 150
TITLE_WORDS = 30
_HEAD_CHARS = 4000

_CLOCK = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
_KIND = r"(?:release|publication|publishing|posting|issue)\s(?:time|date)"
_WHEN = rf"{_KIND}|(?:first |last )?(?:published|released|posted|updated|issued)(?: on| at)?|date"
_HAN_WHEN = "发布时间|发布日期|成文日期|日期|时间"
# With a colon anywhere in a line; without one only as the line's first word or its whole.
_LABELLED_DATE = re.compile(
    rf"(?<![A-Za-z])(?:{_WHEN}|{_HAN_WHEN})\s?[:：]\s*(?P<a>{DATE}){_CLOCK}"
    rf"|^\s*(?:{_KIND}|date)\s(?P<b>{DATE}){_CLOCK}"
    rf"|^\s*(?:(?:{_WHEN})\s)?(?P<c>{DATE}){_CLOCK}\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_LABELLED_SOURCE = re.compile(
    r"(?<![A-Za-z])(?:source|publisher|(?:issued|published) by|信息来源|来源|发布机构)\s?[:：]"
    r"[ \t]*([^\s.][^\n|]{0,120}?)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_RIGHTS = re.compile(
    r"^[ \t]*(?:(?P<a>[^\n,，]{2,60}?)[ \t]+reported[ \t]*[,，]?[ \t]*all rights? reserved"
    r"|(?:©|\(c\)|copyright)[ \t]*(?:©|\(c\))?[ \t]*(?:\d{4}(?:[-–]\d{4})?)[ \t]*(?:by )?"
    r"(?P<b>[^\n\d.,，]{2,60}))",
    re.IGNORECASE | re.MULTILINE,
)
_ANY_ATX = re.compile(r"^#{1,6}[ \t]+")
_ATX = re.compile(r"^ {0,3}#[ \t]+(\S[^\n]*?)[ \t]*#*[ \t]*$", re.MULTILINE)
_SETEXT = re.compile(r"^ {0,3}(\S[^\n]*)\n=+[ \t]*$", re.MULTILINE)
_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class About:
    """What was found; `spans` hold front matter and labels, `headline` the title in the text."""

    title: str | None
    publisher: str | None
    published: date | None
    language: str
    spans: tuple[Span, ...]
    headline: Span | None
    tags: tuple[str, ...] = ()


def describe(text: str, media_type: str) -> About:
    """Front matter first, then what the text shows."""
    front = read_front_matter(text)
    body = front.span.end if front.span else 0
    head = _head(text, body)
    day, day_span = _find_date(text, head)
    source, source_span = _find_source(text, head)
    spans = tuple(s for s in (front.span, day_span, source_span) if s is not None)
    lines = _opening_lines(text, spans)
    markdown = media_type == "text/markdown"
    headline = _markdown_headline(text, body) if markdown else None
    headline = headline or _headline(lines)
    return About(
        title=front.text("title")
        or _title(text, headline or _first(lines), bool(headline), markdown),
        publisher=front.text("publisher") or source or _rights_holder(text),
        published=_front_day(front) or day,
        language=front.text("language", "lang") or _language(text[body:]),
        spans=tuple(sorted(spans, key=lambda span: span.start)),
        headline=headline,
        tags=front.words("tags", "tag", "keywords"),
    )


def _head(text: str, start: int) -> Span:
    """The first lines, where labels stand; later ones may be content that looks like them."""
    end = start
    for _ in range(HEAD_LINES):
        stop = text.find("\n", end)
        end = len(text) if stop < 0 else stop + 1
    return Span(start, min(end, start + _HEAD_CHARS))


def _front_day(front: FrontMatter) -> date | None:
    keys = ("published", "date")
    return front.day(*keys) or parse_date(front.text(*keys) or "")


def _find_date(text: str, head: Span) -> tuple[date | None, Span | None]:
    match = _LABELLED_DATE.search(text, head.start, head.end)
    if match is None:
        return None, None
    day = parse_date(next(value for value in match.groups() if value))
    return day, Span(*match.span()) if day else None


def _find_source(text: str, head: Span) -> tuple[str | None, Span | None]:
    match = _LABELLED_SOURCE.search(text, head.start, head.end)
    if match is None or is_closed(match[1]):
        return None, None
    return " ".join(match[1].split()), Span(*match.span())


def _rights_holder(text: str) -> str | None:
    matches = list(_RIGHTS.finditer(text))
    if not matches:
        return None
    return str(matches[-1]["a"] or matches[-1]["b"]).strip()


def _opening_lines(text: str, spans: Sequence[Span]) -> list[Line]:
    ordered = sorted(spans, key=lambda span: span.start)
    start = ordered[-1].end if ordered else 0
    return content_lines(text[: start + 4 * _HEAD_CHARS], ordered)


def _markdown_headline(text: str, body: int) -> Span | None:
    match = _ATX.search(text, body) or _SETEXT.search(text, body)
    return Span(*match.span(1)) if match else None


def _headline(lines: Sequence[Line]) -> Span | None:
    """The first paragraph, if it is short, has no stop and something follows it."""
    layout = Layout.of(lines)
    last = 0
    while last + 1 < len(lines) and layout.continues(lines[last], lines[last + 1]):
        last += 1
    part = lines[: last + 1]
    if not part or read_mark(part[0].text):
        return None
    words = sum(len(line.text.split()) for line in part)
    if last + 1 == len(lines) or words > TITLE_WORDS or is_closed(part[-1].text):
        return None
    return Span(part[0].span.start, part[-1].span.end)


def _first(lines: Sequence[Line]) -> Span | None:
    return lines[0].span if lines else None


def _title(text: str, span: Span | None, whole: bool, markdown: bool) -> str | None:
    """The text of a headline, or what of a first line may serve as one."""
    if span is None:
        return None
    twin = normalise(Mapped.of(text, [span]), Lexicon(markdown=markdown))
    if whole:
        return twin.text.lstrip("# ") or None
    sentences = split_sentences(twin)
    first = _ANY_ATX.sub("", sentences[0].text) if sentences and markdown else None
    return _shortened(first or sentences[0].text) if sentences else None


def _shortened(sentence: str) -> str:
    """A first sentence that serves as title: whole if short, else up to a comma or a word."""
    sentence = sentence.rstrip(". ")
    if len(sentence) <= TITLE_CHARS // 2:
        return sentence
    comma = sentence.rfind(", ", 0, TITLE_CHARS)
    if comma > TITLE_CHARS // 4:
        return f"{sentence[:comma]} …"
    if len(sentence) <= TITLE_CHARS:
        return sentence
    return f"{sentence[: sentence.rfind(' ', 0, TITLE_CHARS)]} …"


def _language(text: str) -> str:
    letters = len(_LETTER.findall(text, 0, 50_000))
    return "zh" if len(_HAN.findall(text, 0, 50_000)) > 0.3 * letters else "en"
