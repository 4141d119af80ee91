"""What is kept is there again, belongs to one person, and is never lost or mixed up."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from rag.models import Claim, Verdict
from tests.ui.fake_pipeline import FakePipeline
from tests.ui.keeping.kept_talks import (
    ANN,
    BEN,
    BUDGET,
    CONTAINERS,
    FERRIES,
    Clock,
    conversation,
    store,
)
from ui.keeping import conversations, rows, storage
from ui.keeping.conversations import Conversations
from ui.keeping.kept import TITLE_CHARS, NotKept, TitleError, UnknownConversation


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "office" / "conversations.sqlite3"


@pytest.fixture
def kept(path: Path, clock: Clock) -> Conversations:
    return Conversations(path, clock=clock)


def titles(kept: Conversations, search: str = "") -> list[str]:
    return [heading.title for heading in kept.listed(ANN, search)]


def test_answers_come_back_as_they_were_in_the_order_asked(
    kept: Conversations, path: Path, clock: Clock
) -> None:
    pipeline = FakePipeline()
    asked = [CONTAINERS, BUDGET, FERRIES]
    answers = [pipeline.ask(question) for question in asked]
    id_ = kept.begin(ANN)
    times = []
    for question, answer in zip(asked, answers, strict=True):
        clock.move(minutes=1)
        times.append(clock.now)
        kept.add(id_, ANN, question, answer)
    back = Conversations(path).exchanges(id_, ANN)
    assert [(k.number, k.question) for k in back] == list(enumerate(asked, start=1))
    assert [k.answer for k in back] == answers
    assert [k.asked for k in back] == times
    assert all(k.asked.tzinfo is UTC for k in back)


def test_marks_of_claims_come_back_too(kept: Conversations) -> None:
    answer = FakePipeline().ask(CONTAINERS)
    first = answer.claims[0]
    odd = (
        replace(first, computed=True),
        replace(first, translated=True),
        Claim("Nothing cites this.", (), Verdict.UNCITED),
    )
    answer = replace(answer, claims=odd, reason="The rest is not said.", model="a/model")
    id_ = kept.begin(ANN)
    kept.add(id_, ANN, CONTAINERS, answer)
    assert kept.exchanges(id_, ANN)[0].answer == answer


def test_ids_are_not_to_be_guessed(kept: Conversations) -> None:
    ids = {kept.begin(ANN) for _ in range(20)}
    assert len(ids) == 20
    assert {len(id_) for id_ in ids} == {22}


def test_the_first_question_is_the_title_until_there_is_a_name(kept: Conversations) -> None:
    id_ = conversation(kept, CONTAINERS, FERRIES)
    assert titles(kept) == [CONTAINERS]
    assert kept.rename(id_, ANN, "  Freight \n for the board ") == "Freight for the board"
    assert titles(kept) == ["Freight for the board"]
    assert kept.rename(id_, ANN, " ") == CONTAINERS


def test_a_question_asked_otherwise_gives_the_title(kept: Conversations) -> None:
    id_ = conversation(kept, CONTAINERS)
    assert kept.drop_last(id_, ANN) == CONTAINERS
    assert kept.listed(ANN) == []
    kept.add(id_, ANN, FERRIES, FakePipeline().ask(FERRIES))
    assert titles(kept) == [FERRIES]
    assert [k.number for k in kept.exchanges(id_, ANN)] == [1]


def test_only_the_last_exchange_is_dropped_and_only_the_one_that_was_meant(
    kept: Conversations,
) -> None:
    id_ = conversation(kept, CONTAINERS, FERRIES)
    assert kept.drop_last(id_, ANN, number=1) is None  # another tab has gone on
    assert len(kept.exchanges(id_, ANN)) == 2
    assert kept.drop_last(id_, ANN, number=2) == FERRIES
    assert kept.drop_last(id_, ANN) == CONTAINERS
    assert kept.drop_last(id_, ANN) is None


def test_an_exchange_takes_the_place_of_the_last_one_or_none_does(
    kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_, answer = conversation(kept, CONTAINERS, FERRIES), FakePipeline().ask(BUDGET)
    assert kept.add(id_, ANN, BUDGET, answer, replaces=2) == 2
    assert [k.question for k in kept.exchanges(id_, ANN)] == [CONTAINERS, BUDGET]
    assert kept.add(id_, ANN, FERRIES, answer, replaces=1) == 3  # another tab has gone on
    monkeypatch.setattr(rows, "MOST_EXCHANGES", 2)
    with pytest.raises(NotKept):
        kept.add(id_, ANN, CONTAINERS, answer, replaces=3)
    assert [k.question for k in kept.exchanges(id_, ANN)] == [CONTAINERS, BUDGET, FERRIES]


def test_titles_have_bounds(kept: Conversations) -> None:
    id_ = conversation(kept, "container " * 40)
    (title,) = titles(kept)
    assert len(title) == TITLE_CHARS
    assert title.endswith("…")
    kept.rename(id_, ANN, "x" * TITLE_CHARS)
    with pytest.raises(TitleError, match="120 characters; shorten"):
        kept.rename(id_, ANN, "x" * (TITLE_CHARS + 1))


def test_nobody_else_learns_of_a_conversation(kept: Conversations) -> None:
    id_ = conversation(kept, CONTAINERS)
    answer = FakePipeline().ask(FERRIES)
    tries = [
        lambda id_, who: kept.add(id_, who, FERRIES, answer),
        lambda id_, who: kept.drop_last(id_, who),
        lambda id_, who: kept.exchanges(id_, who),
        lambda id_, who: kept.conversation(id_, who),
        lambda id_, who: kept.rename(id_, who, "mine"),
        lambda id_, who: kept.share(id_, who),
        lambda id_, who: kept.unshare(id_, who),
        lambda id_, who: kept.delete(id_, who),
        lambda id_, who: kept.restore(id_, who),
    ]
    for attempt in tries:
        with pytest.raises(UnknownConversation) as theirs:
            attempt(id_, BEN)
        with pytest.raises(UnknownConversation) as unknown:
            attempt("A" * 22, ANN)
        assert str(theirs.value) == str(unknown.value)
    assert kept.listed(BEN) == []
    kept.forget(id_, BEN)
    assert [k.question for k in kept.exchanges(id_, ANN)] == [CONTAINERS]


def test_the_last_used_comes_first(kept: Conversations, clock: Clock) -> None:
    first = conversation(kept, CONTAINERS)
    clock.move(hours=1)
    conversation(kept, FERRIES)
    assert titles(kept) == [FERRIES, CONTAINERS]
    clock.move(hours=1)
    kept.add(first, ANN, BUDGET, FakePipeline().ask(BUDGET))
    assert titles(kept) == [CONTAINERS, FERRIES]
    heading = kept.listed(ANN)[0]
    assert (heading.count, heading.changed - heading.began) == (2, timedelta(hours=2))
    kept.rename(kept.listed(ANN)[1].id, ANN, "Later")
    assert titles(kept) == [CONTAINERS, "Later"]  # a name is no use


def test_a_conversation_without_an_answer_is_not_listed_and_goes_after_a_day(
    kept: Conversations, clock: Clock
) -> None:
    empty = kept.begin(ANN)
    assert kept.listed(ANN) == []
    clock.move(hours=25)
    kept.begin(ANN)
    with pytest.raises(UnknownConversation):
        kept.exchanges(empty, ANN)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", True),
        ("   ", True),
        ("CONTAINERS many", True),  # of the question, in any order
        ("5.2 million", True),  # of the answer
        ("BOARD", True),  # of the name
        ("board million containers", True),
        ("board zeppelin", False),
        ("100%", True),
        ("0%", True),
        ("%", True),
        ("1%0", False),
        ("c_ntainers", False),
        ("_", True),
        ("a_b", True),
        ('"q1"', True),
        ("“q1”", True),  # however the marks are curved
        ("board's", True),
        ("board’s", True),
        ("'", True),
        ("board OR zeppelin", False),  # words, no operators
        ("boar*", False),
        ("\\", False),
        ("集装箱", True),
        ("集装 季度", True),
        ("飞机", False),
        ("Ａ_B", True),  # of full width
    ],
)
def test_every_word_of_a_search_must_occur_as_it_is_written(
    kept: Conversations, search: str, found: bool
) -> None:
    id_ = conversation(kept, CONTAINERS, "第二季度的集装箱数量是多少？")
    kept.rename(id_, ANN, 'Board\'s 100% view of a_b, "Q1"')
    conversation(kept, CONTAINERS, person=BEN)
    assert [heading.id for heading in kept.listed(ANN, search)] == ([id_] if found else [])


def test_a_search_of_any_length_is_answered(kept: Conversations) -> None:
    id_ = conversation(kept, CONTAINERS)
    assert [h.id for h in kept.listed(ANN, "many " * 100_000)] == [id_]
    assert kept.listed(ANN, " ".join(f"w{i}" for i in range(10_000))) == []


def test_a_shared_conversation_is_read_until_it_is_no_longer_shared(kept: Conversations) -> None:
    id_ = conversation(kept, CONTAINERS)
    token = kept.share(id_, ANN)
    assert kept.share(id_, ANN) == token != id_
    shared = kept.shared(token)
    assert (shared.owner, shared.heading.title, len(shared.exchanges)) == ("ann", CONTAINERS, 1)
    assert kept.listed(ANN)[0].shared
    kept.unshare(id_, ANN)
    assert not kept.listed(ANN)[0].shared
    with pytest.raises(UnknownConversation):
        kept.shared(token)
    assert kept.share(id_, ANN) != token


@pytest.mark.parametrize("token", ["", "None", "A" * 22, "' OR 1=1 --"])
def test_what_is_not_shared_has_no_link(kept: Conversations, token: str) -> None:
    conversation(kept, CONTAINERS)
    with pytest.raises(UnknownConversation):
        kept.shared(token)


def test_a_deleted_conversation_is_gone_and_can_come_back_for_a_while(
    kept: Conversations, clock: Clock
) -> None:
    id_ = conversation(kept, CONTAINERS)
    token = kept.share(id_, ANN)
    kept.delete(id_, ANN)
    assert kept.listed(ANN) == []
    for attempt in (lambda: kept.exchanges(id_, ANN), lambda: kept.shared(token)):
        with pytest.raises(UnknownConversation):
            attempt()
    clock.move(seconds=conversations.UNDO_S - 1)
    kept.restore(id_, ANN)
    assert [k.question for k in kept.exchanges(id_, ANN)] == [CONTAINERS]
    kept.delete(id_, ANN)
    clock.move(seconds=conversations.UNDO_S + 1)
    with pytest.raises(UnknownConversation):
        kept.restore(id_, ANN)


def test_a_forgotten_conversation_leaves_nothing_in_the_file(
    kept: Conversations, path: Path
) -> None:
    id_ = conversation(kept, "A container called Zebrafinch?")
    assert any(b"Zebrafinch" in file.read_bytes() for file in path.parent.iterdir())
    kept.forget(id_, ANN)  # it was not deleted
    assert len(kept.exchanges(id_, ANN)) == 1
    kept.delete(id_, ANN)
    kept.forget(id_, ANN)
    with pytest.raises(UnknownConversation):
        kept.restore(id_, ANN)
    assert all(b"Zebrafinch" not in file.read_bytes() for file in path.parent.iterdir())


def test_what_stayed_deleted_leaves_nothing_in_the_file_once_another_begins(
    kept: Conversations, path: Path, clock: Clock
) -> None:
    kept.delete(conversation(kept, "A container called Zebrafinch?"), ANN)
    clock.move(seconds=conversations.UNDO_S + 1)
    kept.begin(ANN)
    assert all(b"Zebrafinch" not in file.read_bytes() for file in path.parent.iterdir())


def test_old_conversations_go_after_the_days_that_are_set(path: Path, clock: Clock) -> None:
    kept = Conversations(path, keep_days=30, clock=clock)
    old = conversation(kept, CONTAINERS)
    token = kept.share(old, ANN)
    clock.move(days=20)
    new = conversation(kept, FERRIES)
    clock.move(days=11)
    assert [heading.id for heading in kept.listed(ANN)] == [new]
    with pytest.raises(UnknownConversation):
        kept.shared(token)
    kept.begin(ANN)
    assert [h.id for h in Conversations(path, clock=clock).listed(ANN)] == [new]  # not only hidden


def test_a_conversation_takes_no_more_than_it_holds(
    kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MOST_EXCHANGES", 2)
    id_ = conversation(kept, CONTAINERS, FERRIES)
    with pytest.raises(NotKept, match=r"full, with 2 questions.*begin a new"):
        kept.add(id_, ANN, BUDGET, FakePipeline().ask(BUDGET))
    assert len(kept.exchanges(id_, ANN)) == 2


def test_an_answer_without_measure_is_not_kept(kept: Conversations) -> None:
    answer = replace(FakePipeline().ask(BUDGET), reason="x" * conversations.MOST_ANSWER_CHARS)
    id_ = kept.begin(ANN)
    with pytest.raises(NotKept, match="too long"):
        kept.add(id_, ANN, BUDGET, answer)


def test_threads_lose_nothing_and_number_nothing_twice(kept: Conversations) -> None:
    id_, answer = kept.begin(ANN), FakePipeline().ask(FERRIES)
    with ThreadPoolExecutor(8) as threads:
        numbers = list(
            threads.map(lambda n: kept.add(id_, ANN, f"Question {n}", answer), range(40))
        )
    assert sorted(numbers) == list(range(1, 41))
    assert {k.question for k in kept.exchanges(id_, ANN)} == {f"Question {n}" for n in range(40)}


_PROCESS = """
import sys
from pathlib import Path
from tests.ui.fake_pipeline import FakePipeline
from tests.ui.keeping.kept_talks import ANN
from ui.keeping.conversations import Conversations
kept, answer = Conversations(Path(sys.argv[1])), FakePipeline().ask("ferries")
for n in range(20):
    kept.add(sys.argv[2] or kept.begin(ANN), ANN, f"{sys.argv[3]} {n}", answer)
"""


@pytest.mark.parametrize("together", [True, False])
def test_processes_share_a_file_also_while_it_is_made(path: Path, together: bool) -> None:
    id_ = Conversations(path).begin(ANN) if together else ""
    workers = [
        subprocess.Popen([sys.executable, "-c", _PROCESS, str(path), id_, name])
        for name in ("one", "two")
    ]
    assert [worker.wait(timeout=60) for worker in workers] == [0, 0]
    wanted = {f"{name} {n}" for name in ("one", "two") for n in range(20)}
    if together:
        assert {k.question for k in Conversations(path).exchanges(id_, ANN)} == wanted
    else:
        assert {h.title for h in Conversations(path).listed(ANN)} == wanted


def test_nobody_else_of_the_machine_reads_the_file(tmp_path: Path) -> None:
    conversation(store(tmp_path), CONTAINERS)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "office").iterdir()}
    assert modes == {0o600}


def test_whoever_writes_keeps_no_reader_waiting(
    kept: Conversations, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = conversation(kept, CONTAINERS)
    monkeypatch.setattr(storage, "_PATIENCE_S", 0.05)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert len(kept.exchanges(id_, ANN)) == 1
    with pytest.raises(NotKept, match=r"locked.*still answered"):
        kept.begin(ANN)
    writer.execute("ROLLBACK")
    writer.close()
    assert kept.begin(ANN)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no database" * 400, "not a database"),
        (b"SQLite format 3\0" + b"\xff" * 4000, "not a database|malformed|disk image"),
    ],
)
def test_a_damaged_file_is_told_in_a_sentence_and_left_as_it_is(
    path: Path, content: bytes, said: str
) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    for attempt in (
        lambda kept: kept.begin(ANN),
        lambda kept: kept.listed(ANN),
        lambda kept: kept.shared("x"),
    ):
        with pytest.raises(NotKept, match=said) as error:
            attempt(Conversations(path))
        assert str(path) not in str(error.value)
    assert path.read_bytes() == content


def test_a_file_of_another_program_or_version_is_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE theirs (a)")
    base.close()
    with pytest.raises(NotKept, match="something else"):
        Conversations(path).begin(ANN)
    path.unlink()
    conversation(Conversations(path), CONTAINERS)
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA user_version = 99")
    base.close()
    with pytest.raises(NotKept, match="another version"):
        Conversations(path).listed(ANN)


def test_a_damaged_answer_is_told_in_a_sentence(kept: Conversations, path: Path) -> None:
    id_ = conversation(kept, CONTAINERS)
    with sqlite3.connect(path) as base:
        base.execute("UPDATE exchanges SET answer_json = '{\"id\": 1}'")
    base.close()
    with pytest.raises(NotKept, match="damaged"):
        kept.exchanges(id_, ANN)
    assert titles(kept) == [CONTAINERS]


def test_a_full_disk_is_told_in_a_sentence_and_half_an_exchange_is_none(
    kept: Conversations, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = conversation(kept, CONTAINERS)
    ready = storage._ready

    def full(base: sqlite3.Connection) -> None:
        ready(base)
        pages = base.execute("PRAGMA page_count").fetchone()[0]
        base.execute(f"PRAGMA max_page_count = {pages}")

    answer = replace(FakePipeline().ask(BUDGET), reason="x" * 100_000)
    with monkeypatch.context() as patch:
        patch.setattr(storage, "_ready", full)
        with pytest.raises(NotKept, match="full"):
            Conversations(path).add(id_, ANN, BUDGET, answer)
    assert len(kept.exchanges(id_, ANN)) == 1
    assert kept.add(id_, ANN, BUDGET, answer) == 2


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "office").write_text("a file")
    with pytest.raises(NotKept, match=r"file exists|not a directory"):
        store(tmp_path).begin(ANN)


def test_text_that_no_file_can_hold_is_told_in_a_sentence(kept: Conversations) -> None:
    id_ = kept.begin(ANN)
    with pytest.raises(NotKept, match="cannot be stored"):
        kept.add(id_, ANN, "a lone \ud800 surrogate", FakePipeline().ask(BUDGET))
    assert kept.exchanges(id_, ANN) == []
