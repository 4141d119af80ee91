"""Answer -> HTML for the staff page. Pure: no I/O, and everything that is not markup is escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape

from rag.models import Answer, Citation, Claim, Document, Verdict
from ui.copied import copied
from ui.keeping.kept import Kept
from ui.words import ENGLISH, Words

QUESTION_CHARS = 300
SNIPPET_CHARS = 240
# The commonest reason of the engine, which says no more than the headline does.
_COMMONEST = re.compile(r"^The documents do not say[^.]*\.\s*")


def exchange(
    question: str,
    *,
    claims: Sequence[Claim] = (),
    answer: Answer | None = None,
    status: str | None = None,
    error: str | None = None,
    stopped: bool = False,
    number: int | None = None,
    run: str = "",
    words: Words = ENGLISH,
) -> str:
    """One question with what is known of its answer so far.

    While an answer is on its way there are `claims` and a `status`, and `run` tells it from one
    that was stopped, of which something may still arrive; in the end there is either
    the whole `answer`, or an `error` of one sentence, or it was `stopped`. An answer that is kept
    as the `number`-th of its conversation can be copied, judged and asked otherwise.
    """
    places: Sequence[Citation] = ()
    if error is not None:
        body = f'<p class="error" role="alert">{escape(error)}</p>{_again(question, words)}'
    elif stopped:
        body = f'<p class="stopped">{escape(words("ask.stopped"))}</p>{_again(question, words)}'
    elif answer is not None and answer.abstained:
        body, places = _abstention(answer, words), answer.nearest
    else:
        shown = answer.claims if answer is not None else claims
        places = tuple(dict.fromkeys(c for claim in shown for c in claim.citations))
        ending = _rest(answer) + _footer(answer, words) if answer else _status(status)
        body = _claims(shown, places, words) + ending
    if answer is not None:
        body += _afterwards(question, answer, number, words)
    kept = f' data-answer="{escape(answer.id)}" data-number="{number}"' if answer and number else ""
    kept += f' data-run="{escape(run)}"' if run else ""
    links = escape(json.dumps([place.permalink for place in places]))
    return (
        f'<article class="exchange"{kept} data-places="{links}">{_question(question)}{body}'
        "</article>"
    )


def conversation(kept: Sequence[Kept], *, most: int, words: Words = ENGLISH) -> str:
    """The exchanges of a conversation, the newest `most` of them."""
    told = "".join(
        exchange(k.question, answer=k.answer, number=k.number, words=words) for k in kept[-most:]
    )
    if len(kept) > most:
        return f'<p class="earlier">{escape(words("ask.earlier", n=most))}</p>{told}'
    return told


def editing(words: Words = ENGLISH) -> str:
    """What tells that the next question takes the place of the last one."""
    leave = _action("data-leave", words("ask.edit_cancel"))
    return f'<p class="editing" role="status">{escape(words("ask.editing"))} {leave}</p>'


def notice(message: str) -> str:
    """One sentence in the place of a source that cannot be shown."""
    return f'<p class="notice" role="alert">{escape(message)}</p>'


def shelf(documents: Sequence[Document], words: Words = ENGLISH) -> str:
    """All documents as a list to open from."""
    items = "".join(
        f'<li><button type="button" data-document="{escape(d.id)}">'
        f'<span class="doc-title">{escape(d.title)}</span>'
        f'<span class="doc-facts">{escape(_facts(d, words))}</span></button></li>'
        for d in documents
    )
    name = escape(words("ask.shelf"))
    return f'<h2 class="shelf-name">{name}</h2><ul class="shelf">{items}</ul>'


def shorten(text: str, most: int) -> str:
    """Text on one line, cut at a blank if it is longer than `most` characters."""
    line = " ".join(text[: 4 * most].split())
    if len(line) <= most:
        return line
    return line[:most].rsplit(" ", 1)[0] + " …"


def _question(question: str) -> str:
    text = shorten(question, QUESTION_CHARS)
    return f'<h2 class="question">{escape(text)}</h2>' if text else ""


def _facts(document: Document, words: Words) -> str:
    return " · ".join(filter(None, (document.publisher, words.day(document.published))))


def _claims(claims: Sequence[Claim], places: Sequence[Citation], words: Words) -> str:
    number = {place: i for i, place in enumerate(places, start=1)}
    told = "".join(f'<p class="claim">{_claim(claim, number, words)}</p>' for claim in claims)
    listed = "".join(f"<li>{_source(place, i, words)}</li>" for place, i in number.items())
    label = escape(words("ask.sources"))
    sources = f'<ol class="sources" aria-label="{label}">{listed}</ol>' if listed else ""
    return f'<div class="claims">{told}</div>{sources}'


def _claim(claim: Claim, number: dict[Citation, int], words: Words) -> str:
    buttons = "".join(_cite(place, number[place], words) for place in claim.citations)
    return f'{escape(claim.text)} <span class="proof">{buttons}{_seal(claim, words)}</span>'


def _seal(claim: Claim, words: Words) -> str:
    """What was done to confirm a claim, in a word or two."""
    if claim.verdict is not Verdict.SUPPORTED:
        return f'<span class="unchecked">{escape(words("ask.unchecked"))}</span>'
    kind, how = "checked", "checked"
    if claim.translated:
        kind = how = "translated"
    elif claim.computed:
        how = "computed"
    title, text = escape(words(f"ask.{how}_how")), escape(words(f"ask.{how}"))
    return f'<span class="{kind}" title="{title}">{text}</span>'


def _cite(place: Citation, number: int, words: Words) -> str:
    label = escape(words("ask.cite", n=number, title=place.title))
    return (
        f'<button type="button" class="cite" data-cite="{number}" aria-label="{label}">'
        f"[{number}]</button>"
    )


def _source(place: Citation, number: int, words: Words) -> str:
    return (
        f'<button type="button" class="source" data-cite="{number}">'
        f'<span class="number">{number}</span>{_where(place, words)}</button>'
    )


def _where(place: Citation, words: Words) -> str:
    facts = [words.day(place.published)]
    facts += [words("ask.page", n=place.page)] if place.page else []
    facts += [place.heading[-1]] if place.heading and place.heading[-1] != place.title else []
    also = ""
    if place.also:
        named = escape(words("ask.also_in", sources=", ".join(place.also)))
        also = f'<span class="facts also">{named}</span>'
    return (
        f'<span class="where"><span class="title">{escape(place.title)}</span>'
        f'<span class="facts">{escape(" · ".join(facts))}</span>'
        f"{also}</span>"
    )


def _rest(answer: Answer) -> str:
    """What a partly answered question leaves open."""
    return f'<p class="rest">{escape(answer.reason)}</p>' if answer.reason else ""


def _abstention(answer: Answer, words: Words) -> str:
    if not answer.nearest:  # small talk, or nothing at all was found: the sentence says it all
        return f'<p class="reply">{escape(answer.reason or words("ask.not_said"))}</p>'
    new = _COMMONEST.sub("", answer.reason or "")  # a note may follow it
    reason = f'<p class="reason">{escape(new)}</p>' if new else ""
    items = "".join(
        f"<li>{_nearest(place, i, words)}</li>" for i, place in enumerate(answer.nearest, start=1)
    )
    return (
        '<div class="abstention"><p class="verdict"><span class="icon" aria-hidden="true">?</span>'
        f"{escape(words('ask.not_said'))}</p>{reason}"
        f'<h3>{escape(words("ask.nearest"))}</h3><ul class="nearest">{items}</ul></div>'
    )


def _nearest(place: Citation, number: int, words: Words) -> str:
    quote = escape(shorten(place.quote, SNIPPET_CHARS))
    return (
        f'<button type="button" class="passage" data-cite="{number}">'
        f'<span class="quote">{quote}</span>{_where(place, words)}</button>'
    )


def _status(status: str | None) -> str:
    return (
        f'<p class="status"><span class="dots" aria-hidden="true"></span>{escape(status or "")}</p>'
    )


def _footer(answer: Answer, words: Words) -> str:
    if answer.model is None:
        how = words("ask.made_quoted")
    elif any(claim.translated for claim in answer.claims):
        how = words("ask.made_translated", model=answer.model)
    else:
        how = words("ask.made_written", model=answer.model)
    made = words("ask.confidence", how=how, share=f"{answer.confidence:.0%}")
    return f'<p class="made">{escape(made)}</p>'


def _again(question: str, words: Words) -> str:
    """What can be done with a question that was not answered."""
    if not question.strip():
        return ""
    return f'<div class="actions">{_action("data-again", words("ask.again"))}</div>'


def _afterwards(question: str, answer: Answer, number: int | None, words: Words) -> str:
    """What can be done with an answer; the page lets only the last one be asked otherwise."""
    said = {"copy_label": "aria-label", "copied": "data-done", "not_copied": "data-fail"}
    texts = " ".join(f'{name}="{escape(words(f"ask.{key}"))}"' for key, name in said.items())
    text = escape(copied(question, answer, words))
    actions = _action(f'data-copy="{text}" {texts}', words("ask.copy"))
    if number is None:
        return f'<div class="actions">{actions}</div>'
    actions += _action("data-again", words("ask.again")) + _action("data-edit", words("ask.edit"))
    return (
        f'<div class="actions">{actions}</div>'
        f'<div class="judging" data-judge="{escape(answer.id)}"></div>'
    )


def _action(attributes: str, text: str) -> str:
    return f'<button type="button" class="action" {attributes}>{escape(text)}</button>'
