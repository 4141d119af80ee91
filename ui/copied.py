"""An answer as plain text, to be pasted elsewhere: its sentences, markers and list of sources."""

from __future__ import annotations

import json

from rag.models import Answer, Citation
from ui.words import ENGLISH, Words


def copied(question: str, answer: Answer, words: Words = ENGLISH) -> str:
    """JSON for the page, which alone knows its own address: `text`, and `sources`, each with a
    `line` and the permalink of its `place`."""
    cited = answer.nearest if answer.abstained else answer.citations
    heading = words("ask.nearest" if answer.abstained else "ask.copied_sources")
    return json.dumps(
        {
            "text": f"{question}\n\n{_said(answer, words)}",
            "heading": heading,
            "sources": [
                {"line": f"[{n}] {_line(citation, words)}", "place": citation.permalink}
                for n, citation in enumerate(cited, start=1)
            ],
        },
        ensure_ascii=False,
    )


def _said(answer: Answer, words: Words) -> str:
    if answer.abstained:
        return answer.reason or words("ask.not_said")
    return "\n\n".join(filter(None, (answer.text, answer.reason)))


def _line(citation: Citation, words: Words) -> str:
    facts = [citation.title, words.day(citation.published)]
    if citation.page:
        facts.append(words("ask.page", n=citation.page))
    if citation.also:
        facts.append(words("ask.also_in", sources=", ".join(citation.also)))
    return ", ".join(facts)
