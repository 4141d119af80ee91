"""Files are added, edited, renamed, deleted, copied, and ingests killed: the index stays true."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import NoIndex
from rag.extractive import cite
from rag.generations import Generations
from rag.index import Index
from rag.models import Filters
from rag.text import terms
from tests.faults.warm import Warm, warm_process

SEED = 20_240_501
NOUNS = "harbour ferry school museum park library bridge market clinic theatre".split()
VERBS = "opened closed counted repaired received planned moved hired".split()


@pytest.fixture(scope="module")
def warm() -> Warm:
    return warm_process()


class Office:
    """A folder that people work in, and what must be found of it: texts by source name."""

    def __init__(self, folder: Path, draw: random.Random) -> None:
        self.folder = folder
        self.index = folder.parent / "index"
        self._draw = draw
        self._facts = 0
        folder.mkdir()

    @property
    def texts(self) -> dict[str, str]:
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {f.relative_to(self.folder).as_posix(): f.read_text("utf-8") for f in files}

    def change(self) -> str:
        """One operation, drawn at random; says which."""
        names = list(self.texts)
        operations = [self.add] if len(names) < 3 else [self.add, self.edit, self.rename]
        operations += [self.delete, self.duplicate] if len(names) >= 3 else []
        operation = self._draw.choice(operations)
        operation()
        return operation.__name__

    def add(self) -> None:
        facts = " ".join(self._fact() for _ in range(self._draw.randint(3, 8)))
        self._place().write_text(f"# {self._draw.choice(NOUNS).title()} notes\n\n{facts}\n")

    def edit(self) -> None:
        path = self._some()
        lines = path.read_text("utf-8").split(". ")  # the first holds the heading
        lines[self._draw.randrange(1, len(lines))] = self._fact().rstrip(".")
        path.write_text(". ".join(lines).rstrip(". \n") + ".\n")

    def rename(self) -> None:
        self._some().rename(self._place())

    def delete(self) -> None:
        self._some().unlink()

    def duplicate(self) -> None:
        shutil.copy(self._some(), self._place())

    def _some(self) -> Path:
        return self.folder / self._draw.choice(list(self.texts))

    def _place(self) -> Path:
        """A free name; now and then one that was used before comes back."""
        while True:
            name = f"{self._draw.choice(['', '', 'old/', 'new/'])}{self._draw.choice(NOUNS)}"
            path = self.folder / f"{name}-{self._draw.randint(1, 30)}.md"
            if not path.exists():
                path.parent.mkdir(exist_ok=True)
                return path

    def _fact(self) -> str:
        self._facts += 1
        noun, verb = self._draw.choice(NOUNS), self._draw.choice(VERBS)
        return f"The {noun} {verb} {self._facts}00{self._draw.randint(10, 99)} guests."


def assert_holds(folder: Path, texts: Mapping[str, str]) -> None:
    """The generation holds these texts and nothing else, each citable, none twice."""
    with closing(Index(folder)) as index:
        assert {d.source: d.text for d in index.documents.values()} == dict(texts)
        assert len(index.documents) == len(texts)
        for document in index.documents.values():
            assert_all_found(index, document.id)
        assert_told_once(index)


def assert_all_found(index: Index, document_id: str) -> None:
    document = index.documents[document_id]
    sentences = [s for p in index.passages_of(document_id) for s in p.sentences]
    said = [s.strip(" .\n") for s in document.text.split("\n\n", 1)[1].split(". ")]
    assert [s.text.strip(" .") for s in sentences] == said
    for passage in index.passages_of(document_id):
        for sentence in passage.sentences:
            citation = cite(document, sentence.span, passage)
            assert citation.quote == document.text[sentence.span.start : sentence.span.end]
            assert " ".join(citation.quote.split()) == sentence.text
            for source in citation.also:
                (other,) = (d for d in index.documents.values() if d.source == source)
                assert citation.quote in other.text


def assert_told_once(index: Index) -> None:
    """What equal documents say is found once, and its citation names the others."""
    equal: dict[str, set[str]] = {}
    for document in index.documents.values():
        equal.setdefault(document.text, set()).add(document.source)
    for text, sources in equal.items():
        words = next(w for w in text.split() if w[0].isdigit())
        found = [s.item for s in index.lexical(terms(words), 50, Filters())]
        holding = [p for p in found if words in p.text]
        cited = [index.documents[p.document_id] for p in holding]
        ours = [d for d in cited if d.text == text]
        assert len(ours) <= 1, f"{words} is found in {[d.source for d in ours]}"
        assert holding, f"{words} is not found"
        shown = {d.source for d in cited} | {t.source for d in cited for t in d.twins}
        assert sources <= shown


def run_operations(tmp_path: Path, warm: Warm, count: int, seed: int) -> None:
    draw = random.Random(seed)
    office = Office(tmp_path / "office", draw)
    generations = Generations(office.index)
    office.add()
    order = ("ingest", office.folder, "--index", office.index)
    assert warm.policyqa(*order, cwd=tmp_path).code == 0
    before, seconds, kills = office.texts, 0.5, 0
    for step in range(count):
        done = office.change()
        now = office.texts
        child = warm.start("policyqa", *order, cwd=tmp_path)
        if draw.random() < 0.25:
            time.sleep(seconds * draw.random())
            os.kill(child.pid, signal.SIGKILL)
            killed = child.wait().code == -signal.SIGKILL
            kills += killed
            version = generations.current_version()
            told = f"seed {seed}, step {step}: {done}, {killed=}, index {version}"
            print(told)
            with closing(Index(generations.current())) as index:
                held = {d.source: d.text for d in index.documents.values()}
            assert held in (before, now), told
            before = held
        else:
            ended = child.wait()
            seconds = time.time() - child.started
            assert (ended.code, ended.err) == (0, "")
            before = now
        assert_holds(generations.current(), before)
    assert warm.policyqa(*order, cwd=tmp_path).code == 0
    assert_holds(generations.current(), office.texts)
    assert kills >= count // 10 - 1
    assert len(list((office.index / "generations").iterdir())) == 2


def test_a_few_random_operations_and_kills_leave_exactly_what_must_be_there(
    tmp_path: Path, warm: Warm
) -> None:
    run_operations(tmp_path, warm, 8, SEED)


@pytest.mark.soak
@pytest.mark.timeout(2400)
def test_200_random_operations_and_kills_leave_exactly_what_must_be_there(
    tmp_path: Path, warm: Warm
) -> None:
    run_operations(tmp_path, warm, 200, SEED + 1)


def test_an_index_that_was_killed_before_its_first_switch_is_none(
    tmp_path: Path, warm: Warm
) -> None:
    office = Office(tmp_path / "office", random.Random(SEED))
    office.add()
    order = ("ingest", office.folder, "--index", office.index)
    child = warm.start("policyqa", *order, cwd=tmp_path, before=("die_at", "before the switch"))
    assert child.wait().code == -signal.SIGKILL
    with pytest.raises(NoIndex):
        Generations(office.index).current()
    assert warm.policyqa(*order, cwd=tmp_path).code == 0
    assert_holds(Generations(office.index).current(), office.texts)
