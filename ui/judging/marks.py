"""Judgements -> HTML for below an answer. Pure: no I/O, and everything is escaped."""

from __future__ import annotations

from html import escape

from ui.judging.opinion import COMMENT_CHARS, Judged, Opinion, reasons_for
from ui.words import Words

_THUMB = (
    "M7 10v10H4V10zM9 19V10l4-7c1.4 0 2 1 2 2.2L14.3 9H19"
    "c1.2 0 2 1 1.8 2.2l-1.3 7c-.2 1-1 1.8-2 1.8z"
)
_TURNED = {"right": "", "wrong": ' transform="rotate(180 12 12)"'}


def marks(judged: Judged, words: Words) -> str:
    """The thumbs below an answer, and what else can be said once one of them is chosen."""
    opinion = judged.opinion
    thumbs = "".join(_thumb(verdict, opinion, words) for verdict in _TURNED)
    more = _more(judged, opinion, words) if opinion else ""
    return (
        f'<div class="thumbs" role="group" aria-label="{escape(words("judge.group"))}"'
        f' data-failed="{escape(words("judge.failed"))}">'
        f'<span class="judge-ask">{escape(words("judge.ask"))}</span>{thumbs}</div>{more}'
    )


def _thumb(verdict: str, opinion: Opinion | None, words: Words) -> str:
    pressed = "true" if opinion and opinion.verdict == verdict else "false"
    return (
        f'<button type="button" class="thumb" data-say="{verdict}" aria-pressed="{pressed}">'
        f'<svg viewBox="0 0 24 24" aria-hidden="true"><path d="{_THUMB}"{_TURNED[verdict]}/></svg>'
        f"{escape(words(f'judge.{verdict}'))}</button>"
    )


def _more(judged: Judged, opinion: Opinion, words: Words) -> str:
    reasons = _reasons(judged, opinion, words) if opinion.verdict == "wrong" else ""
    return (
        f'<div class="judge-more">{reasons}<label class="judge-comment">'
        f"<span>{escape(words('judge.comment'))}</span>"
        f'<textarea rows="2" maxlength="{COMMENT_CHARS}">\n{escape(opinion.comment)}</textarea>'
        f'</label><div class="judge-acts">{_acts(judged, words)}</div></div>'
    )


def _reasons(judged: Judged, opinion: Opinion, words: Words) -> str:
    answer = judged.given.answer
    name = f"reason-{escape(answer.id)}"
    choices = "".join(
        f'<label><input type="radio" name="{name}" value="{reason}"'
        f"{' checked' if reason == opinion.reason else ''}>"
        f"<span>{escape(words(f'judge.reason_{reason}'))}</span></label>"
        for reason in reasons_for(answer)
    )
    legend = f"<legend>{escape(words('judge.reasons'))}</legend>"
    return f'<fieldset class="judge-reasons">{legend}{choices}</fieldset>'


def _acts(judged: Judged, words: Words) -> str:
    waiting = f'<span class="judge-waiting">{escape(words("judge.waiting"))}</span>'
    case = waiting if judged.is_case else _act("case", words)
    return _act("save", words) + case + _act("take_back", words)


def _act(name: str, words: Words) -> str:
    return (
        f'<button type="button" class="judge-act" data-act="{name}">'
        f"{escape(words(f'judge.{name}'))}</button>"
    )
