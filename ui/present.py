"""Answer -> HTML for the staff page. Pure: no I/O, and everything that is not markup is escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape

from rag.models import Answer, Citation, Claim, Document, Verdict
from ui.reader import long_date

QUESTION_CHARS = 300
SNIPPET_CHARS = 240
NOT_SAID = "The documents do not say"
_COMMONEST = re.compile(rf"^{NOT_SAID}[^.]*\.\s*")
_CHECKED = (
    '<span class="checked" title="The figures and words stand in the cited passage">checked</span>'
)
_COMPUTED = (
    '<span class="checked" title="Computed from the cited figures, and checked">computed</span>'
)
_TRANSLATED = (
    '<span class="translated" title="The sentence was checked in the language of the documents, '
    'and the translation by translating it back; compare the cited words">'
    "translated by the model</span>"
)
_UNCHECKED = '<span class="unchecked">not confirmed</span>'


def exchange(
    question: str,
    *,
    claims: Sequence[Claim] = (),
    answer: Answer | None = None,
    status: str | None = None,
    error: str | None = None,
) -> str:
    """One question with what is known of its answer so far.

    While an answer is on its way there are `claims` and a `status`; in the end there is either
    the whole `answer` or an `error`, one sentence.
    """
    places: Sequence[Citation] = ()
    if error is not None:
        body = f'<p class="error" role="alert">{escape(error)}</p>'
    elif answer is not None and answer.abstained:
        body, places = _abstention(answer), answer.nearest
    else:
        shown = answer.claims if answer is not None else claims
        places = tuple(dict.fromkeys(c for claim in shown for c in claim.citations))
        ending = _rest(answer) + _footer(answer) if answer else _status(status)
        body = _claims(shown, places) + ending
    links = escape(json.dumps([place.permalink for place in places]))
    return f'<article class="exchange" data-places="{links}">{_question(question)}{body}</article>'


def notice(message: str) -> str:
    """One sentence in the place of a source that cannot be shown."""
    return f'<p class="notice" role="alert">{escape(message)}</p>'


def introduction(documents: Sequence[Document]) -> str:
    """What the page is and what it knows of, in two lines."""
    years = sorted({d.published.year for d in documents if d.published})
    when = f", {years[0]} to {years[-1]}" if len(years) > 1 else ""
    count = f"{len(documents)} document{'' if len(documents) == 1 else 's'}"
    return (
        '<header class="intro"><h1>Ask the documents</h1>'
        f"<p>Answers come from {count}{when}. Every sentence names its source; "
        "a number opens the cited words.</p>"
        f'<button type="button" class="to-shelf" data-shelf>Documents ({len(documents)})</button>'
        "</header>"
    )


def examples(questions: Sequence[str]) -> str:
    """Questions to start from, as buttons."""
    if not questions:
        return ""
    items = "".join(
        f'<li><button type="button" data-ask="{escape(q)}">{escape(q)}</button></li>'
        for q in questions
    )
    return f'<section aria-label="Examples"><h2>For example</h2><ul>{items}</ul></section>'


def shelf(documents: Sequence[Document]) -> str:
    """All documents as a list to open from."""
    items = "".join(
        f'<li><button type="button" data-document="{escape(d.id)}">'
        f'<span class="doc-title">{escape(d.title)}</span>'
        f'<span class="doc-facts">{escape(_facts(d))}</span></button></li>'
        for d in documents
    )
    return f'<h2 class="shelf-name">Documents</h2><ul class="shelf">{items}</ul>'


def shorten(text: str, most: int) -> str:
    """Text on one line, cut at a blank if it is longer than `most` characters."""
    line = " ".join(text[: 4 * most].split())
    if len(line) <= most:
        return line
    return line[:most].rsplit(" ", 1)[0] + " …"


def _question(question: str) -> str:
    text = shorten(question, QUESTION_CHARS)
    return f'<h2 class="question">{escape(text)}</h2>' if text else ""


def _facts(document: Document) -> str:
    known = [document.publisher, long_date(document.published)]
    return " · ".join(fact for fact in known if fact)


def _claims(claims: Sequence[Claim], places: Sequence[Citation]) -> str:
    number = {place: i for i, place in enumerate(places, start=1)}
    told = "".join(f'<p class="claim">{_claim(claim, number)}</p>' for claim in claims)
    listed = "".join(f"<li>{_source(place, i)}</li>" for place, i in number.items())
    sources = f'<ol class="sources" aria-label="Sources">{listed}</ol>' if listed else ""
    return f'<div class="claims">{told}</div>{sources}'


def _claim(claim: Claim, number: dict[Citation, int]) -> str:
    buttons = "".join(_cite(place, number[place]) for place in claim.citations)
    return f'{escape(claim.text)} <span class="proof">{buttons}{_seal(claim)}</span>'


def _seal(claim: Claim) -> str:
    """What was done to confirm a claim, in a word or two."""
    if claim.verdict is not Verdict.SUPPORTED:
        return _UNCHECKED
    if claim.translated:
        return _TRANSLATED
    return _COMPUTED if claim.computed else _CHECKED


def _cite(place: Citation, number: int) -> str:
    label = escape(f"Source {number}: {place.title}. Show the cited words.")
    return (
        f'<button type="button" class="cite" data-cite="{number}" aria-label="{label}">'
        f"[{number}]</button>"
    )


def _source(place: Citation, number: int) -> str:
    return (
        f'<button type="button" class="source" data-cite="{number}">'
        f'<span class="number">{number}</span>{_where(place)}</button>'
    )


def _where(place: Citation) -> str:
    facts = [long_date(place.published)]
    facts += [f"page {place.page}"] if place.page else []
    facts += [place.heading[-1]] if place.heading and place.heading[-1] != place.title else []
    return (
        f'<span class="where"><span class="title">{escape(place.title)}</span>'
        f'<span class="facts">{escape(" · ".join(facts))}</span></span>'
    )


def _rest(answer: Answer) -> str:
    """What a partly answered question leaves open."""
    return f'<p class="rest">{escape(answer.reason)}</p>' if answer.reason else ""


def _abstention(answer: Answer) -> str:
    if not answer.nearest:  # small talk, or nothing at all was found: the sentence says it all
        return f'<p class="reply">{escape(answer.reason or NOT_SAID)}</p>'
    # The commonest reason says no more than the headline does; a note may follow it.
    new = _COMMONEST.sub("", answer.reason or "")
    reason = f'<p class="reason">{escape(new)}</p>' if new else ""
    items = "".join(f"<li>{_nearest(p, i)}</li>" for i, p in enumerate(answer.nearest, start=1))
    nearest = (
        f'<h3>The nearest passages, which may help</h3><ul class="nearest">{items}</ul>'
        if items
        else ""
    )
    return (
        '<div class="abstention"><p class="verdict"><span class="icon" aria-hidden="true">?</span>'
        f"{NOT_SAID}</p>{reason}{nearest}</div>"
    )


def _nearest(place: Citation, number: int) -> str:
    quote = escape(shorten(place.quote, SNIPPET_CHARS))
    return (
        f'<button type="button" class="passage" data-cite="{number}">'
        f'<span class="quote">{quote}</span>{_where(place)}</button>'
    )


def _status(status: str | None) -> str:
    return (
        f'<p class="status"><span class="dots" aria-hidden="true"></span>{escape(status or "")}</p>'
    )


def _footer(answer: Answer) -> str:
    how = "Quoted word for word" if answer.model is None else f"Written by {answer.model}, checked"
    if any(claim.translated for claim in answer.claims):
        how += ", then translated by it"
    return f'<p class="made">{escape(how)} · confidence {answer.confidence:.0%}</p>'
