"""What the reader computes: word pieces in, scores out.

Importing this module imports torch; import it inside the function that needs it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import gelu, linear

from rag import bert
from rag.bert import masked_mean
from rag.bert_model import Tensors

QUESTION_PIECES = 48
CONTEXT_PIECES = 32
TOTAL_PIECES = 160
SPAN_PIECES = 40
CLS, SEP = 101, 102
_CUT_KEPT = 4096
"""Texts whose pieces are kept; some 20 MB at most."""
MASKED = -1e4


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
    """Encoded candidates for the network.

    `question`, which includes `[CLS]`, and `sentence` are masks of shape (candidates, longest).
    `shared` (candidates, 2) says how much of the question recurs in the sentence and in the
    context, from 0 to 1.
    """

    pieces: bert.Batch
    question: Tensor
    sentence: Tensor
    shared: Tensor


@dataclass(frozen=True)
class Scores:
    """Raw scores: `answers` (candidates,), `starts` and `ends` (candidates, longest); log-odds."""

    answers: Tensor
    starts: Tensor
    ends: Tensor


class Pieces:
    """Cuts questions and candidates into word pieces, in the layout the reader was trained on."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        # A question is cut for each of its candidates, and what answers one often answers others.
        self._cut = lru_cache(maxsize=_CUT_KEPT)(self._cut_anew)

    def encode(self, question: str, context: str, sentence: str) -> Encoded:
        """Lay out one pair; a long sentence pushes out context before it loses its own end."""
        asked = self._cut(question)[0][:QUESTION_PIECES]
        room = TOTAL_PIECES - 4 - len(asked)
        said, offsets = self._cut(sentence)
        said, offsets = said[:room], offsets[:room]
        spare = min(CONTEXT_PIECES, room - len(said))
        before = self._cut(context)[0]
        before = before[max(0, len(before) - spare) :]
        head = [CLS, *asked, SEP, *before, SEP]
        return Encoded([*head, *said, SEP], 1 + len(asked), len(head), offsets)

    def _cut_anew(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        cut = self._tokenizer.encode(text, add_special_tokens=False)
        return cut.ids, cut.offsets


def make_batch(encoded: Sequence[Encoded]) -> Batch:
    """Lay out candidates for the network, with the masks that its heads need."""
    pieces = bert.Batch.of([one.pieces for one in encoded], [one.sentence_at for one in encoded])
    at = torch.arange(pieces.mask.shape[1])
    lengths, questions, starts = (
        torch.tensor(column)[:, None]
        for column in zip(
            *((len(one.pieces), one.question_end, one.sentence_at) for one in encoded), strict=True
        )
    )
    shared = torch.tensor([_shared(one) for one in encoded])
    return Batch(pieces, at < questions, (at >= starts) & (at < lengths - 1), shared)


def _shared(one: Encoded) -> tuple[float, float]:
    asked = set(one.pieces[1 : one.question_end])
    weight = sum(map(_rarity, asked)) or 1.0
    sentence = asked.intersection(one.pieces[one.sentence_at : -1])
    context = asked.intersection(one.pieces[one.question_end + 1 : one.sentence_at - 1])
    return sum(map(_rarity, sentence)) / weight, sum(map(_rarity, context)) / weight


def _rarity(piece: int) -> float:
    """Weigh a word piece: the vocabulary lists words from "the" (1996) on, common ones first."""
    return max(0.3, math.log(max(1, piece - 1990)) - 4)


class Network:
    """An encoder with two heads over it; `heads` hold float32 tensors, named `heads.*`."""

    def __init__(self, encoder: Callable[[bert.Batch], Tensor], heads: Tensors) -> None:
        self._encoder = encoder
        self._heads = heads

    def score(self, batch: Batch) -> Scores:
        """Read a batch and judge every candidate in it."""
        states = self._encoder(batch.pieces)
        spans = self._head("span", states)
        spans = spans.masked_fill(~batch.sentence[..., None], MASKED)
        chosen = spans.softmax(dim=1).mean(dim=2)
        asked, said = masked_mean(states, batch.question), masked_mean(states, batch.sentence)
        answer = torch.einsum("bt,btw->bw", chosen, states)
        parts = [
            states[:, 0],
            asked,
            said,
            asked * said,
            answer,
            spans.amax(dim=1),
            4 * batch.shared,
        ]
        hidden = gelu(self._head("hidden", torch.cat(parts, dim=1)))
        return Scores(self._head("answer", hidden)[:, 0], spans[..., 0], spans[..., 1])

    def _head(self, name: str, states: Tensor) -> Tensor:
        weight, bias = self._heads[f"heads.{name}.weight"], self._heads[f"heads.{name}.bias"]
        return linear(states, weight, bias)


def best_spans(scores: Scores) -> tuple[Tensor, Tensor]:
    """Give the first and last piece of the best span of each candidate, each (candidates,)."""
    length = scores.starts.shape[1]
    allowed = torch.ones(length, length, dtype=torch.bool).triu().tril(SPAN_PIECES - 1)
    both = scores.starts[:, :, None] + scores.ends[:, None, :]
    best = both.masked_fill(~allowed, 4 * MASKED).flatten(1).argmax(dim=1)
    return best // length, best % length
