"""Runs for the tests of the report: real scores over two made documents and made answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from eval.corpus import Corpus
from eval.dataset import Case
from eval.run import Asker, Run, evaluate
from rag.errors import QuestionError
from rag.models import Answer, Citation, Claim, Document, Passage, Span, Trace, Verdict, Weighed

NASTY = (
    "Will it </script><script>window.hacked = 1</script><img src=x onerror='hacked=2'> {{ 7 * 7 }} "
    '{% raw %} \u2028 \u202e rain & "snow" | `fall`?'
)
TEXT = (
    "This report tells of last year. In 2023 the port handled 49.158 million TEUs. "
    "Research spending was 4.4% of GDP. For 2024 the target is 4.5% of GDP. "
    "Gong Zheng chaired the meeting. <b>Idle</b> land fell by 15.1 square kilometers."
)
NOTES = "Notes of a meeting. The plan covers 2023-2026. Nothing else was said."
DOCUMENTS = {
    "d1": Document("d1", "report.txt", "Work <i>report</i>", TEXT, "0" * 64),
    "d2": Document("d2", "notes.txt", "Notes", NOTES, "1" * 64),
}
PASSAGES = {
    "p1": Passage("p1", "d1", Span(0, len(TEXT)), (), TEXT, ()),
    "p2": Passage("p2", "d2", Span(0, len(NOTES)), (), NOTES, ()),
}
CORPUS = Corpus(DOCUMENTS, PASSAGES)
MANIFEST: Mapping[str, Any] = {
    "cases": [{"file": "cases.jsonl", "sha256": "2" * 64}],
    "target": {"kind": "pipeline", "settings": {"answer": {"threshold": 0.37}}},
    "git_commit": "3" * 40 + "-dirty",
    "machine": {"platform": "Linux", "cpus": 2},
}
PORT = "In 2023 the port handled 49.158 million TEUs."
TARGET = "For 2024 the target is 4.5% of GDP."
CASES = (
    Case("port", "How many TEUs?", "figure", (("49.158 million",),), evidence=("49.158 million",)),
    Case(
        "rd",
        "Research spending?",
        "figure",
        (("4.4%",),),
        reject=("4.5%",),
        evidence=("4.4%",),
        split="held-out",
    ),
    Case("plan", "Which years?", "date", (("2023-2026",),), evidence=("2023-2026",)),
    Case("who", "Who chaired?", "name", (("Gong Zheng",),), evidence=("The plan covers",)),
    Case("jobs", "How many jobs?", "absent", absent=True),
    Case("nasty", NASTY, "absent", absent=True, split="held-out"),
    Case("long", "Too long a question", "name", (("x",),)),
)
RIGHT, FAILED = ("port", "plan", "jobs"), ("rd", "who", "nasty", "long")


def citation(words: str, document: str = "d1") -> Citation:
    """The place of some words in a document."""
    found = DOCUMENTS[document]
    start = found.text.index(words)
    span = Span(start, start + len(words))
    link = f"{document}.{span.start}.{span.end}.00000000"
    name = found.name
    return Citation(document, name, found.title, name, None, span, words, None, (), link)


def answer(case: Case, *claims: Claim, confidence: float = 0.9, **changes: object) -> Answer:
    """An answer of these claims, or an abstention, with a trace of both documents."""
    ranked = [c for claim in claims for c in claim.citations] or [citation(PORT)]
    trace = Trace(
        question={"wants": "amount"},
        passages=tuple(
            Weighed(p.id, p.document_id, p.span, 0.04, {"dense": 0.5}) for p in PASSAGES.values()
        ),
        sentences=tuple(Weighed("p1", c.document_id, c.span, 1.5, {"cosine": 0.7}) for c in ranked),
        evidence={"margin": 2.0},
        removed=(
            Claim("A claim that did not hold.", (citation(TARGET),), Verdict.TEXT_NOT_IN_SPAN),
        ),
        usage={"read": 1200},
    )
    values: dict[str, Any] = {
        "claims": claims,
        "abstained": not claims,
        "reason": None if claims else "The documents do not say this.",
        "confidence": confidence if claims else 0.1,
        "nearest": () if claims else (citation(PORT),),
    }
    return Answer(
        id=case.id,
        question=case.question,
        engine="extractive",
        model=None,
        index_version="v1",
        timings_ms={"retrieve": 2.0, "rank": 5.0, "total": 7.0},
        trace=trace,
        **{**values, **changes},
    )


def quoting(case: Case, words: str, document: str = "d1", confidence: float = 0.9) -> Answer:
    """The answer that says these words and cites them."""
    return answer(case, Claim(words, (citation(words, document),)), confidence=confidence)


def ask(case: Case) -> Answer:
    """Right, but for a target told as the result, a wrong citation, and an invented answer."""
    if case.id.startswith("long"):
        raise QuestionError("The question is too long; shorten it.")
    said = {
        "port": lambda: quoting(case, PORT),
        "rd": lambda: quoting(case, TARGET, confidence=0.5),
        "plan": lambda: quoting(case, "The plan covers 2023-2026.", "d2", confidence=0.7),
        "who": lambda: quoting(case, "Gong Zheng chaired the meeting.", confidence=0.6),
        "nasty": lambda: quoting(case, "<b>Idle</b> land fell by 15.1 square kilometers."),
    }
    return said.get(case.id.split("-")[0], lambda: answer(case))()


def made_run(
    times: int = 1,
    asked: Any = ask,
    cases: tuple[Case, ...] = CASES,
    corpus: Corpus = CORPUS,
) -> Run:
    """All cases `times` over, answered by `asked` and scored as always."""
    copies = [
        replace(case, id=f"{case.id}-{i}" if i else case.id) for i in range(times) for case in cases
    ]
    return evaluate(Asker(asked, corpus, lambda: "v1"), copies)
