"""Small corpora with known sentences, and the sentences of the real sample index."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from eval.cases.sentences import Sentences
from eval.corpus import Corpus
from rag.models import Document, Passage, Sentence, Span
from rag.settings import Settings

MakeCorpus = Callable[..., Sentences]


def make_corpus(heading: str = "Results of 2019", **texts: list[str]) -> Sentences:
    """One document for each name, its sentences one a line, all in one passage."""
    documents, passages = {}, {}
    for name, lines in texts.items():
        text = "\n".join(lines)
        starts = [sum(len(line) + 1 for line in lines[:i]) for i in range(len(lines))]
        sentences = tuple(
            Sentence(Span(start, start + len(line)), line)
            for start, line in zip(starts, lines, strict=True)
        )
        documents[name] = Document(
            name, f"{name}.md", name.title(), text, "0" * 64, published=date(2020, 2, 1)
        )
        passages[name] = Passage(name, name, Span(0, len(text)), (heading,), text, sentences)
    return Sentences(Corpus(documents, passages), "v1")


@pytest.fixture(scope="session")
def corpus_of() -> MakeCorpus:
    return make_corpus


@pytest.fixture(scope="session")
def sample(sample_index: Settings) -> Sentences:
    return Sentences.read(sample_index.index_dir)
