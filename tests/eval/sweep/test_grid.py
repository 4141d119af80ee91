from __future__ import annotations

from pathlib import Path

import pytest

from eval.sweep.grid import Point, read_grid
from rag.errors import CaseError
from rag.settings import Settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No policyqa.toml of the developer's own."""
    monkeypatch.chdir(tmp_path)


def grid(tmp_path: Path, text: str, base: Settings | None = None) -> list[Point]:
    path = tmp_path / "grid.toml"
    path.write_text(text, encoding="utf-8")
    return read_grid(path, base or Settings())


def values(points: list[Point], *keys: str) -> list[tuple[object, ...]]:
    return [tuple(point.values[key] for key in keys) for point in points]


def test_every_combination_follows_the_reference(tmp_path: Path) -> None:
    points = grid(
        tmp_path,
        '[grid]\n"split.passage_words" = [80, 100]\n"retrieval.weights.lexical" = [0.0, 2.0]\n',
    )
    assert [point.reference for point in points] == [True, False, False, False, False]
    assert values(points, "split.passage_words", "retrieval.weights.lexical") == [
        (120, 1.0),
        (80, 0.0),
        (80, 2.0),
        (100, 0.0),
        (100, 2.0),
    ]
    assert points[0].settings == Settings()


@pytest.mark.parametrize(
    "text",
    [
        '[grid]\n"rank.reader" = [false]\n"answer.threshold" = [0.5]\n',
        "[grid]\nrank.reader = [false]\nanswer.threshold = [0.5]\n",
        "[grid.rank]\nreader = [false]\n[grid.answer]\nthreshold = [0.5]\n",
    ],
)
def test_names_may_be_quoted_dotted_or_tables(tmp_path: Path, text: str) -> None:
    varied = grid(tmp_path, text)[1]
    assert values([varied], "rank.reader", "answer.threshold") == [(False, 0.5)]


def test_a_combination_that_is_the_reference_runs_once(tmp_path: Path) -> None:
    points = grid(tmp_path, "[grid]\nsplit.passage_words = [120, 80, 80]\n")
    assert values(points, "split.passage_words") == [(120,), (80,)]
    assert points[0].reference


def test_fixed_settings_hold_for_all_but_the_reference(tmp_path: Path) -> None:
    points = grid(
        tmp_path, "[settings]\nanswer.sentences = 1\n[grid]\nretrieval.passages = [8, 12]\n"
    )
    assert values(points, "answer.sentences", "retrieval.passages") == [(3, 12), (1, 8), (1, 12)]


def test_the_settings_in_use_are_the_ground_of_every_point(tmp_path: Path) -> None:
    (tmp_path / "policyqa.toml").write_text("[answer]\nthreshold = 0.9\n", encoding="utf-8")
    points = grid(tmp_path, "[grid]\nanswer.nearest = [1]\n")
    assert values(points, "answer.threshold", "answer.nearest") == [(0.9, 3), (0.9, 1)]


def test_where_things_lie_makes_no_other_point(tmp_path: Path) -> None:
    here, there = Point(Settings()), Point(Settings(index_dir=tmp_path / "there"))
    assert here.swept == there.swept
    assert not any(key.startswith(("index_dir", "server")) for key in here.values)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "needs a table [grid]"),
        ("[grid]\n", "needs a table [grid]"),
        ("grid = 3", "needs a table [grid]"),
        ("[grid]\nx = [1]\n[extra]\n", "has 'extra'"),
        ("[grid\n", "is not TOML"),
        ("[grid]\nsplit.passage_words = 80\n", "'split.passage_words' needs a list"),
        ("[grid]\nsplit.passage_words = []\n", "'split.passage_words' needs a list"),
        ("[grid]\nsplit.passage_words = [80, 5]\n", "split.passage_words = 5 is not usable"),
        ("[grid]\nsplit.passage_words = ['many']\n", "split.passage_words = 'many' is not usable"),
        ("[grid]\nsplit.words = [80]\n", "there is no setting 'split.words'"),
        ("[grid]\nbogus.words = [80]\n", "there is no setting 'bogus'"),
        ("[grid]\nanswer = [80]\n", "answer = 80 is not usable"),
        ("[grid]\nanswer.threshold.low = [0.1]\n", "answer.threshold is not usable"),
        ("[grid]\nindex_dir = ['a', 'b']\n", "cannot set 'index_dir'"),
        ("[grid]\nserver.port = [1, 2]\n", "cannot set 'server.port'"),
        ("[settings]\nanswer.nearest = 1\n[grid]\nanswer.nearest = [1]\n", "both fixed and varied"),
        ('[grid]\n"rank.reader" = [true]\nrank.reader = [false]\n', "stands there twice"),
        (
            "[grid]\nretrieval.weights.dense = [0]\nretrieval.weights.sentence = [0]\n"
            "retrieval.weights.lexical = [1, 0]\n",
            "one of dense, sentence and lexical must be above 0",
        ),
    ],
)
def test_a_bad_grid_is_refused_in_one_sentence(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(CaseError) as caught:
        grid(tmp_path, text)
    message = str(caught.value)
    assert told in message
    assert str(tmp_path / "grid.toml") in message
    assert message.endswith(".")
    assert "\n" not in message


def test_a_grid_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="cannot be read"):
        read_grid(tmp_path / "none.toml", Settings())
