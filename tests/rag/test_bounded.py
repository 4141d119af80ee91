"""Within a bound everything is as if nothing else had been ingested."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from rag.answering import NOTHING_HELD
from rag.bounded import BoundedIndex, Parts
from rag.embedding import Embedder
from rag.index import Index
from rag.models import Answer, Filters, Turn
from rag.pipeline import Pipeline, build_pipeline
from rag.settings import Settings
from rag.wire import answer_to_json
from tests.rag.two_towns import FOREIGN, OWN, QUESTIONS, UNIQUE, made

BOUND = Filters(sources=("public/",))


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory, embedder: Embedder
) -> Iterator[tuple[Pipeline, Pipeline]]:
    """A pipeline over all documents, and one over those within the bound."""
    all_of_them = made(tmp_path_factory.mktemp("all"), OWN | FOREIGN, embedder)
    own = made(tmp_path_factory.mktemp("own"), OWN, embedder)
    with build_pipeline(all_of_them) as whole, build_pipeline(own) as alone:
        yield whole, alone


def gist(answer: Answer) -> dict[str, Any]:
    shown = answer_to_json(answer, trace=True)
    trace = {key: shown["trace"][key] for key in ("question", "removed", "passages", "sentences")}
    varying = {"id", "latency_ms", "index_version", "trace"}
    return rounded({**{k: v for k, v in shown.items() if k not in varying}, "trace": trace})


def rounded(value: Any) -> Any:
    """Cosines of a graph and of plain products differ in the last digits."""
    if isinstance(value, float):
        return round(value, 2)
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_the_one_of_an_index_that_holds_nothing_else(
    both: tuple[Pipeline, Pipeline], question: str
) -> None:
    whole, alone = both
    answer = whole.ask(question, filters=BOUND)
    assert gist(answer) == gist(alone.ask(question))
    assert answer.index_version == whole.index_version


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_of_the_other_documents_is_told_that_was_not_asked(
    both: tuple[Pipeline, Pipeline], question: str
) -> None:
    whole, _ = both
    events = list(whole.stream(question, filters=BOUND))
    told = json.dumps([str(event) for event in events], ensure_ascii=False).casefold()
    assert [word for word in UNIQUE if word in told and word not in question.casefold()] == []


def test_the_words_would_have_been_told_without_the_bound(
    both: tuple[Pipeline, Pipeline],
) -> None:
    whole, _ = both
    told = " ".join(str(whole.ask(question)) for question in QUESTIONS).casefold()
    assert [word for word in UNIQUE if word not in told] == []


def test_a_follow_up_stays_within_the_bound(both: tuple[Pipeline, Pipeline]) -> None:
    whole, alone = both
    history = [Turn("What is the Zyxomma dossier?", "I do not know.")]
    question = "How much was paid there in 2021?"
    answer = whole.ask(question, history=history, filters=BOUND)
    assert gist(answer) == gist(alone.ask(question, history=history))


def test_passages_and_quotes_stay_within_the_bound(both: tuple[Pipeline, Pipeline]) -> None:
    whole, alone = both
    for question in QUESTIONS:
        found = [one.item for one in whole.look_up(question, 10, BOUND)]
        assert found == [one.item for one in alone.look_up(question, 10)]
        assert gist(whole.quoted(question, BOUND)) == gist(alone.quoted(question))


def test_other_filters_hold_within_the_bound_and_tell_of_nothing_beyond(
    both: tuple[Pipeline, Pipeline],
) -> None:
    whole, alone = both
    for filters in (
        Filters(documents=("Ferry timetable",)),
        Filters(documents=("Zyxomma dossier",)),
        Filters(publishers=("Quillback Office",)),
        Filters(folders=("secret",)),
        Filters(languages=("de",)),
    ):
        bound = Filters(**{**_fields(filters), "sources": BOUND.sources})
        for question in ("When do ferries leave?", "What is the Zyxomma dossier?"):
            answer = whole.ask(question, filters=bound)
            assert gist(answer) == gist(alone.ask(question, filters=filters))


def _fields(filters: Filters) -> dict[str, Any]:
    return {name: getattr(filters, name) for name in filters.__slots__}


def test_a_bound_that_admits_nothing_answers_nothing(both: tuple[Pipeline, Pipeline]) -> None:
    whole, _ = both
    for sources in ((), ("nowhere/",), ("public",), ("PUBLIC/",)):
        filters = Filters(sources=sources)
        for question in ("Hello", "When do ferries leave?"):
            answer = whole.ask(question, filters=filters)
            assert (answer.abstained, answer.reason, answer.nearest) == (True, NOTHING_HELD, ())
        assert whole.look_up("ferries", 5, filters) == []


def test_a_bound_that_admits_everything_changes_nothing(both: tuple[Pipeline, Pipeline]) -> None:
    whole, _ = both
    filters = Filters(sources=("public/", "secret/"))
    for question in QUESTIONS[:6]:
        assert gist(whole.ask(question, filters=filters)) == gist(whole.ask(question))


def test_a_file_and_a_folder_are_each_matched_whole(both: tuple[Pipeline, Pipeline]) -> None:
    whole, _ = both
    for sources, admitted in (
        (("public/ferries.md",), {"public/ferries.md"}),
        (("public/ferries.m",), set()),
        (("public/ferries.md/",), set()),
        (("public/", "secret/copy.txt"), {*OWN, "secret/copy.txt"}),
    ):
        filters = Filters(sources=sources)
        assert {d.source for d in whole.documents if filters.admits(d)} == admitted


def test_the_figures_and_words_are_those_of_the_part(both: tuple[Pipeline, Pipeline]) -> None:
    whole, alone = both
    ids = frozenset(d.id for d in whole.documents if BOUND.admits(d))
    part = BoundedIndex(whole.index, ids)
    assert part.vocabulary == alone.index.vocabulary
    assert list(part.figures) == list(alone.index.figures)
    assert part.documents == alone.index.documents
    assert {d.id: d.twins for d in part.documents.values()} == dict.fromkeys(ids, ())
    assert list(part.passages) == list(alone.index.passages)
    assert not part.knows("zyxomma")
    assert whole.index.knows("zyxomma")


def test_a_part_is_made_once_however_many_ask_at_once(both: tuple[Pipeline, Pipeline]) -> None:
    whole, _ = both
    made_of: list[Index] = []

    def make(index: Index) -> list[str]:
        made_of.append(index)
        return sorted(document.source for document in index.documents.values())

    parts = Parts(whole.index, make)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(parts.within, [("public/",)] * 16))
    assert len(made_of) == 2, "of the whole, and of the part"
    assert all(one is found[0] for one in found)
    assert found[0] == sorted(OWN)
    assert parts.within(("nowhere/",)) is None
    assert parts.within(("public/", "secret/")) is parts.whole


def test_only_the_parts_used_last_are_kept(both: tuple[Pipeline, Pipeline]) -> None:
    whole, _ = both
    made_of: list[Index] = []
    parts = Parts(whole.index, lambda index: made_of.append(index))
    for number in (*range(30), 29):
        parts.within(("public/", f"{number}/"))
    assert len(made_of) == 1 + 30
    parts.within(("public/", "0/"))
    assert len(made_of) == 1 + 31


def test_kept_answers_are_apart_by_bound(both: tuple[Pipeline, Pipeline]) -> None:
    from rag.kept_answers import answer_key

    keys = {
        answer_key("When?", (), filters, "1", Settings())
        for filters in (None, Filters(sources=()), BOUND, Filters(sources=("secret/",)))
    }
    assert len(keys) == 4
    assert answer_key("When?", (), Filters(sources=("b", "a")), "1", Settings()) == answer_key(
        "When?", (), Filters(sources=("a", "b")), "1", Settings()
    )
