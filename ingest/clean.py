"""Stretches of a document that are not content. The stored text itself is never edited."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ingest.headings import read_mark
from ingest.lines import Line, content_lines, is_closed
from ingest.metadata import HEAD_LINES, About, describe
from rag.models import Document, Span

_RIGHTS = re.compile(r"\ball rights? reserved\b|^(?:©|copyright (?:©|\(c\)|\d{4})|版权所有)", re.I)
_RIGHTS_WORDS = 30

_PREVIOUS = re.compile(r"^[«‹<←]*\s?(?:previous|prev|older|上一[篇页])\b", re.I)
_NEXT = re.compile(r"^(?:next|newer|下一[篇页])\b", re.I)

# Words of buttons and menus; a line that holds nothing else is one.
_BUTTONS = (
    r"share|print|e-?mail|tweet|subscribe|sign (?:up|in)|log ?in|register|follow us|read more|"
    r"see more|load more|back to top|advertisement|sponsored|skip to (?:main )?content|"
    r"download pdf|related (?:articles?|stories|news|posts)|facebook|twitter|linkedin|whatsapp|"
    r"telegram|instagram|youtube|wechat|weibo|分享|打印|收藏|返回顶部|关闭窗口|扫一扫"
)
_BUTTON_LINE = re.compile(
    rf"^(?:(?:{_BUTTONS})(?:\s*[|·•,/:»>+&-]\s*|\s+|$)(?:(?:to|on|and)\s)?)+$", re.I
)
_INVITATION = re.compile(
    r"^(?:share (?:this|on|to|via)\b|print this\b|email this\b|subscribe (?:to|now)\b|follow us\b|"
    r"sign up (?:for|to)\b|click here\b|read more\b|read also\b|you may also like\b|"
    r"scan the qr code\b)",
    re.I,
)
_INVITATION_WORDS = 12

_CREDIT = re.compile(
    r"^[(\[]?(?:photo(?:graph)?s?|images?|pictures?|video|illustration|graphics?|file photo)"
    r"\s?(?:(?:by|credits?|courtesy(?: of)?|from|via)\b\s?[:：/]?|[:：/])\s?\S",
    re.I,
)
_CREDIT_WORDS = 12
_BY = re.compile(
    r"^by(?: [A-Z][\w.'’-]*){1,4}(?:(?: and|,) [A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3})?$", re.I
)
_PAGE = re.compile(r"^(?:page \d{1,4}(?: of \d{1,4})?|[-–—] ?\d{1,4} ?[-–—])$", re.I)
_SALUTATION = re.compile(
    r"^(?:dear|fellow|honou?rable|distinguished|esteemed|respected|ladies|gentlemen|friends|"
    r"comrades|colleagues|mr|madam|your excellency)\b[^.;!?]{0,60}[,:]$"
    r"|^(?:各位|尊敬的)[^。；！？]{1,30}[：:，]$",
    re.I,
)
_SALUTATION_WORDS = 8
_COMMENT_OPEN, _COMMENT_CLOSE = "<!--", "-->"
_DEFINITION = re.compile(r"^ {0,3}\[[^\]^\n][^\]\n]*\]:[ \t]+\S+[^\n]*$", re.M)

_NAME = re.compile(r"^[^\W\d_]+(?:[.'’-][^\W\d_]+)*\.?$")
_LOWER = re.compile(r"\b[^\W\d_A-Z][^\W\d_]+\b")
_REPEAT_WORDS = 6
_TITLE_WORDS = 8
_LONE_TITLES = 2


def skip_spans(document: Document) -> tuple[Span, ...]:
    """Front matter, labels, site furniture, by-lines and repeated headlines, in order."""
    about = describe(document.text, document.media_type)
    marked = [*about.spans, *_markup(document)]
    lines = content_lines(document.text, merge(marked))
    furniture = [line.span for line in lines if _is_furniture(line.text)]
    spans = [
        *marked,
        *furniture,
        *_page_links(lines),
        *_by_lines(document.text, lines, furniture),
        *_repeats(document, about, lines),
    ]
    return merge(spans)


def merge(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans in order, those that overlap or touch made one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def plain(text: str) -> str:
    """Letters and digits only, small: how headlines are compared."""
    return " ".join(re.findall(r"\w+", text.casefold().replace("’", "").replace("'", "")))


def _markup(document: Document) -> Iterator[Span]:
    """Markdown's comments and link definitions."""
    if document.media_type != "text/markdown":
        return
    text = document.text
    start = text.find(_COMMENT_OPEN)
    while start >= 0:
        end = text.find(_COMMENT_CLOSE, start)
        if end < 0:
            break
        yield Span(start, end + len(_COMMENT_CLOSE))
        start = text.find(_COMMENT_OPEN, end)
    yield from (Span(*match.span()) for match in _DEFINITION.finditer(text))


def _is_furniture(line: str) -> bool:
    words = len(line.split())
    return (
        bool(_BUTTON_LINE.match(line) or _BY.match(line) or _PAGE.match(line))
        or (words <= _RIGHTS_WORDS and bool(_RIGHTS.search(line)))
        or (words <= _INVITATION_WORDS and bool(_INVITATION.match(line)) and not is_closed(line))
        or (words <= _CREDIT_WORDS and bool(_CREDIT.match(line)) and not is_closed(line))
        or is_salutation(line)
    )


def is_salutation(line: str) -> bool:
    """Whether a line addresses the audience, as at the beginning of a new part of a speech."""
    return len(line.split()) <= _SALUTATION_WORDS and bool(_SALUTATION.match(line))


def _page_links(lines: Sequence[Line]) -> Iterator[Span]:
    """ "Previous ..." with "Next ..." beside it: alone, either may begin a sentence."""
    for first, second in pairwise(lines):
        texts = first.text, second.text
        if _PREVIOUS.match(texts[0]) and _NEXT.match(texts[1]) and not any(map(is_closed, texts)):
            yield from (first.span, second.span)


def _by_lines(text: str, lines: Sequence[Line], furniture: Sequence[Span]) -> Iterator[Span]:
    """Names on a line of their own.

    A heading also stands alone without a verb, but its words are words of the text: they stand
    in lower case elsewhere, or the sentences below take the name up. A credit's name never recurs
    in a sentence. Where several short lines stand alone they are headings, unless they repeat.
    """
    passed = set(furniture)
    names = [x for x in lines[1:] if x.span not in passed and _looks_like_name(x.text)]
    if not names:
        return
    words = {word.casefold() for word in _LOWER.findall(text)}
    counts = Counter(line.text for line in names)
    alone = {name for name, count in counts.items() if text.count(name) == count}
    titled = _has_titles(x for x in lines[1:] if x.span not in passed)
    for line in names:
        once = counts[line.text] < 2
        if once and (titled or " " not in line.text or line is lines[-1]):
            continue  # a heading, perhaps of one word, or a signature
        known = any(word.casefold().strip(".") in words for word in line.text.split())
        if not known and line.text in alone:
            yield line.span


def _looks_like_name(text: str) -> bool:
    words = text.split()
    shouted = len(words) > 1 and text.isupper()
    named = all(word[0].isupper() and _NAME.match(word) for word in words)
    return len(words) <= 4 and named and not (shouted or is_closed(text) or read_mark(text))


def _has_titles(lines: Iterable[Line]) -> bool:
    short = {x.text for x in lines if len(x.text.split()) <= _TITLE_WORDS and not is_closed(x.text)}
    return len(short) > _LONE_TITLES


def _repeats(document: Document, about: About, lines: Sequence[Line]) -> Iterator[Span]:
    """Later lines that repeat the title or an opening line, or the beginning of one."""
    first = [line for line in lines if about.headline is None or line.span != about.headline]
    openings = [plain(document.title), *(plain(line.text) for line in lines[: HEAD_LINES // 2])]
    for line in first[1:]:
        if is_closed(line.text) or line.text.startswith("#"):
            continue
        own = plain(line.text)
        if not own:
            continue  # a rule, or a row of a table
        long = own.count(" ") + 1 >= _REPEAT_WORDS
        earlier = openings[:1] + [
            o for o, x in zip(openings[1:], lines, strict=False) if x.span.start < line.span.start
        ]
        if own in earlier[:2] or (long and any(o.startswith(own) for o in earlier)):
            yield line.span
