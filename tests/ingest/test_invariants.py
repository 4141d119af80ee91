"""What must hold of every document whatever it looks like."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.clean import skip_spans
from ingest.load import find_sources, read_document
from ingest.metadata import describe
from ingest.split import split_document
from rag.models import Document, Passage, Sentence
from rag.settings import SplitSettings

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# What is structure rather than text: enumerators of Markdown lists, table headers and fences.
_MARKDOWN_STRUCTURE = re.compile(
    r"^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)+|^.*\|.*\n(?=[ \t>]*\|?[ \t]*:?-+)|^\s*(?:```|~~~).*$",
    re.M,
)

LINES = st.sampled_from(
    [
        "Report of the town",
        "I. Review of 2023",
        "II. Tasks",
        "1. We have built 12 schools. They cost $3. 5 million.",
        "1. Building the port.",
        "2. Driving trade. We will do so, and more than 2,000 jobs follow.",
        "We have",
        "1 (Note): “one rule” means much",
        "2 (Note): the lists. million, at most.",
        "further empowered “towns”1 and the lists2 of the town, and they grew to 1.288",
        "million by the end.Then it rained.wantContinue to go",
        ". GDP growth of around 5%",
        "- an item: with text",
        "* * *",
        "Targets for the year:",
        "Ann Lee",
        "Share | Print",
        "Previous one",
        "Next one",
        "Fellow members:",
        "# Title",
        "## Part *two*",
        "| a | b |",
        "|---|---|",
        "> quoted **text** with [a link](http://x.org/1).",
        "```",
        "一、工作回顾",
        "增长5%。我们说：“好！”",
        "PART I",
        "Accelerating the growth of the harbour in the north.",
        "It is a long paragraph about the port, which grew by 28. 1% in the year. " * 3,
        "",
        "",
    ]
)
TEXTS = st.one_of(
    st.lists(LINES, min_size=1, max_size=14).map("\n".join),
    st.text(st.sampled_from("aZ1 b.,\n#-*|>`“”()[]:。我\t"), min_size=1, max_size=120),
)


def document(text: str, media_type: str) -> Document:
    about = describe(text, media_type)
    return Document("id", "a", about.title or "a", text, "0", media_type=media_type)


def sentences(passages: tuple[Passage, ...]) -> list[Sentence]:
    return [sentence for passage in passages for sentence in passage.sentences]


def require_sound(doc: Document, passages: tuple[Passage, ...]) -> None:
    """Spans lie in the text; sentences are whole, in order, and in one passage each."""
    for passage in passages:
        assert passage.sentences
        spans = [sentence.span for sentence in passage.sentences]
        assert (passage.span.start, passage.span.end) == (spans[0].start, spans[-1].end)
        assert passage.span.end <= len(doc.text)
        assert all(a.end <= b.start for a, b in pairwise(spans))
        assert passage.text == " ".join(sentence.text for sentence in passage.sentences)
        for sentence in passage.sentences:
            quote = doc.text[sentence.span.start : sentence.span.end]
            assert quote
            assert quote == quote.strip()
            assert any(map(str.isalnum, sentence.text))
    every = [sentence.span for sentence in sentences(passages)]
    assert len(set(every)) == len(every)
    assert len({passage.id for passage in passages}) == len(passages)


def require_covered(doc: Document, passages: tuple[Passage, ...]) -> None:
    """Every letter and digit is skipped, or in a sentence, or in a heading's text."""
    loose = [True] * len(doc.text)
    spans = [*skip_spans(doc), *(sentence.span for sentence in sentences(passages))]
    if doc.media_type == "text/markdown":
        structure = _MARKDOWN_STRUCTURE.finditer(doc.text)
        for match in structure:
            loose[match.start() : match.end()] = [False] * len(match[0])
    for span in spans:
        loose[span.start : span.end] = [False] * len(span)
    left = "".join(c if keep else "\n" for c, keep in zip(doc.text, loose, strict=True))
    known = " ".join([doc.title, *(label for p in passages for label in p.heading)])
    # Without digits, as a heading's path leaves out footnote markers.
    squeezed = re.sub(r"[\W\d]", "", known)
    for part in re.findall(r"[^\n]+", left):
        bare = re.sub(r"[\W\d]", "", re.sub(r"^\s*[IVX]+\.\s*$", "", part))
        assert bare in squeezed, part


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(TEXTS, st.sampled_from([20, 120]))
def test_any_plain_text_is_cut_soundly_and_completely(text: str, words: int) -> None:
    doc = document(text, "text/plain")
    passages = split_document(doc, SplitSettings(passage_words=words))
    require_sound(doc, passages)
    require_covered(doc, passages)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(TEXTS)
def test_any_markdown_is_cut_soundly(text: str) -> None:
    doc = document(text, "text/markdown")
    require_sound(doc, split_document(doc, SplitSettings()))


def require_numbers(doc: Document, passages: tuple[Passage, ...]) -> None:
    """Each number of a quote stands in the sentence's twin, or is a footnote's marker."""
    for sentence in sentences(passages):
        quote = doc.text[sentence.span.start : sentence.span.end]
        digits = "".join(re.findall(r"\d", quote))
        if "\n" not in quote:
            kept = "".join(re.findall(r"\d", sentence.text))
            assert len(digits) - len(kept) in (0, 1), quote
        for number in _NUMBER.findall(sentence.text):
            assert all(part in quote for part in re.split(r"[.,]", number))


def require_all(folder: Path) -> None:
    sources = find_sources([folder]).sources
    assert sources
    for source in sources:
        doc = read_document(source)
        passages = split_document(doc, SplitSettings())
        require_sound(doc, passages)
        require_covered(doc, passages)
        require_numbers(doc, passages)


def test_the_sample_documents_are_cut_soundly_and_completely(sample_documents: Path) -> None:
    require_all(sample_documents)


@pytest.mark.corpus
def test_the_originals_are_cut_soundly_and_completely(original_documents: Path) -> None:
    require_all(original_documents)


@pytest.mark.corpus
def test_the_originals_say_who_they_are(original_documents: Path) -> None:
    found = {s.name[:3]: read_document(s) for s in find_sources([original_documents]).sources}
    assert [str(found[key].published) for key in sorted(found)] == [
        "2023-12-18",
        "2023-07-04",
        "2024-02-07",
        "None",
        "None",
    ]
    assert found["002"].title == "Report on the Work of the Government"
    assert found["004"].publisher == "Charity In China"


@pytest.mark.corpus
def test_the_oddities_of_the_originals_are_mended(original_documents: Path) -> None:
    docs = [read_document(source) for source in find_sources([original_documents]).sources]
    passages = [p for doc in docs for p in split_document(doc, SplitSettings())]
    texts = [sentence.text for p in passages for sentence in p.sentences]
    joined = "\n".join(texts)
    for expected in (
        "reduced by 15.1 square kilometers.",
        "up by 28.1%.",
        "in Covid-19 response",
        "such policy measures as the “15 measures” to".capitalize(),
        "grew to 1.288 million, the highest among all the cities in the world.",
        "We have further empowered governments",
        "“one rule, two lists” in neighborhood",
        "want Continue to deepen reform",
        "urban and rural areas, as well as",
        "\nA target CPI of about 3%\n",
    ):
        assert expected in joined
    for unwanted in ("Ti Gong", "Stamp Guy", "all right reserved", "Release time", "date 2023"):
        assert unwanted not in joined
    targets = next(p for p in passages if "A target CPI of about 3%" in p.text)
    assert targets.heading[0] == "II. Major Tasks in 2024"
    assert targets.heading[1].startswith("Taking all factors into consideration")
