from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from eval.sweep.vectors import CachedEmbedder, open_cache
from rag.embedding import ModelIdentity, Vectors
from rag.errors import CaseError


class Counting:
    """Vectors that tell the text's length and the model, and a list of what was embedded."""

    def __init__(self, model: str = "m", fail_after: int | None = None) -> None:
        self.identity = ModelIdentity(model, model * 4, 2)
        self.embedded: list[str] = []
        self._fail_after = fail_after

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        if self._fail_after is not None and len(self.embedded) >= self._fail_after:
            raise KeyboardInterrupt
        self.embedded += texts
        if progress:
            progress(len(texts))
        rows = [(len(text), sum(map(ord, self.identity.name))) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(texts), 2)


def embed(path: Path, model: Counting, texts: Sequence[str]) -> Vectors:
    with open_cache(path) as cache:
        return CachedEmbedder(model, cache).embed(texts)


def test_what_was_embedded_once_comes_from_the_file_bit_for_bit(tmp_path: Path) -> None:
    path, model = tmp_path / "vectors", Counting()
    first = embed(path, model, ["one", "three", "one"])
    assert model.embedded == ["one", "three"]
    assert first[:, 0].tolist() == [3, 5, 3]
    again = embed(path, model, ["three", "seven", "one"])
    assert model.embedded == ["one", "three", "seven"]
    assert again.dtype == np.float32
    assert np.array_equal(again[[2, 0]], first[:2])


def test_nothing_to_embed_is_no_row(tmp_path: Path) -> None:
    assert embed(tmp_path / "vectors", Counting(), []).shape == (0, 2)


def test_another_model_never_gets_these_vectors(tmp_path: Path) -> None:
    path = tmp_path / "vectors"
    embed(path, Counting("m"), ["one"])
    other = Counting("n")
    assert embed(path, other, ["one"])[0].tolist() == [3, ord("n")]
    assert other.embedded == ["one"]


def test_many_texts_are_looked_up_and_told(tmp_path: Path) -> None:
    texts = [f"{n}" for n in range(1300)]
    embed(tmp_path / "vectors", Counting(), texts[:300])
    told: list[int] = []
    model = Counting()
    with open_cache(tmp_path / "vectors") as cache:
        vectors = CachedEmbedder(model, cache).embed(texts, told.append)
    assert len(model.embedded) == 1000
    assert vectors[:, 0].tolist() == [len(text) for text in texts]
    assert told == [812, 1300]


def test_what_was_embedded_before_an_interruption_is_kept(tmp_path: Path) -> None:
    texts = [f"{n}" for n in range(1300)]
    broken = Counting(fail_after=512)
    with pytest.raises(KeyboardInterrupt):
        embed(tmp_path / "vectors", broken, texts)
    model = Counting()
    embed(tmp_path / "vectors", model, texts)
    assert len(model.embedded) == 1300 - 512


def test_another_file_in_its_place_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "vectors").write_text("not a database, but long enough to look like one" * 50)
    with pytest.raises(CaseError, match=r"cannot be used \(file is not a database\); remove"):
        embed(tmp_path / "vectors", Counting(), ["one"])
