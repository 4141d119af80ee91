"""What the reader computes: word pieces in, scores out.

torch is imported inside the functions, so that importing this module costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor

QUESTION_PIECES = 48
CONTEXT_PIECES = 32
TOTAL_PIECES = 160
SPAN_PIECES = 40
CLS, SEP, PAD = 101, 102, 0
MASKED = -1e4
# The matrix kernels are compiled anew for every shape they meet, which takes longer than running
# them: lengths are rounded up to these, so that the same few shapes come back.
ROUND_LENGTH, ROUND_ROWS = 16, 64


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
    """Encoded candidates padded to the longest: tensors of shape (candidates, pieces).

    `shared` (candidates, 2) says how much of the question recurs in the sentence and in the
    context, from 0 to 1.
    """

    pieces: Tensor
    types: Tensor
    real: Tensor
    question: Tensor
    sentence: Tensor
    shared: Tensor


@dataclass(frozen=True)
class Scores:
    """Raw scores: `answers` (candidates,), `starts` and `ends` (candidates, pieces); log-odds."""

    answers: Tensor
    starts: Tensor
    ends: Tensor


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

    def _cut(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        cut = self._tokenizer.encode(text, add_special_tokens=False)
        return cut.ids, cut.offsets


def make_batch(encoded: Sequence[Encoded]) -> Batch:
    """Pad to the longest, rounded up; masks are boolean, and `question` includes `[CLS]`."""
    import torch

    longest = _round_up(max(len(one.pieces) for one in encoded), ROUND_LENGTH)
    pieces = torch.tensor([one.pieces + [PAD] * (longest - len(one.pieces)) for one in encoded])
    at = torch.arange(longest)[None, :]
    lengths, questions, starts = (
        torch.tensor(column)[:, None]
        for column in zip(
            *((len(one.pieces), one.question_end, one.sentence_at) for one in encoded), strict=True
        )
    )
    sentence = (at >= starts) & (at < lengths - 1)
    shared = torch.tensor([_shared(one) for one in encoded])
    return Batch(pieces, (at >= starts).long(), at < lengths, at < questions, sentence, shared)


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
    """The forward pass, over a flat mapping of named tensors.

    States are kept with hardly any padding, as rows (pieces of all candidates, width), since one
    long sentence would otherwise make every other cost as much; only attention sees them padded.
    """

    def __init__(self, tensors: Mapping[str, Tensor], layers: int, heads: int) -> None:
        self.tensors = dict(tensors)
        self._layers = layers
        self._heads = heads

    def score(self, batch: Batch) -> Scores:
        """Read a batch and judge every candidate in it."""
        real = batch.real.flatten()
        rows = _round_up(int(real.sum()), ROUND_ROWS)
        places = real.logical_not().argsort(stable=True)[:rows]
        states = self._embed(batch, places)
        for layer in range(self._layers):
            states = self._layer(f"layer.{layer}", states, places, batch.real)
        return self._judge(_padded(states, places, batch.real).float(), batch)

    def _embed(self, batch: Batch, places: Tensor) -> Tensor:
        indices = {
            "word": batch.pieces.flatten()[places],
            "position": places % batch.pieces.shape[1],
            "token_type": batch.types.flatten()[places],
        }
        parts = [self.tensors[f"embeddings.{k}_embeddings.weight"][at] for k, at in indices.items()]
        return self._norm("embeddings.LayerNorm", parts[0] + parts[1] + parts[2])

    def _layer(self, name: str, states: Tensor, places: Tensor, real: Tensor) -> Tensor:
        from torch.nn.functional import gelu

        stacked = _padded(self._linear(f"{name}.qkv", states), places, real)
        split = stacked.view(*real.shape, 3, self._heads, -1).permute(2, 0, 3, 1, 4)
        mixed = self._attend(split[0], split[1], split[2], real[:, None, None, :])
        mixed = mixed.transpose(1, 2).flatten(0, 1).flatten(1)[places]
        states = self._norm(f"{name}.after", states + self._linear(f"{name}.attended", mixed))
        wide = gelu(self._linear(f"{name}.wide", states))
        return self._norm(f"{name}.final", states + self._linear(f"{name}.narrow", wide))

    def _attend(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
        """Mix values (candidates, heads, pieces, width); training puts another in its place."""
        from torch.nn.functional import scaled_dot_product_attention

        return scaled_dot_product_attention(query, key, value, attn_mask=mask)

    def _linear(self, name: str, states: Tensor) -> Tensor:
        from torch.nn.functional import linear

        return linear(states, self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"])

    def _norm(self, name: str, states: Tensor) -> Tensor:
        from torch.nn.functional import layer_norm

        weight, bias = self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"]
        return layer_norm(states, weight.shape, weight, bias, 1e-12)

    def _judge(self, states: Tensor, batch: Batch) -> Scores:
        """Turn final states (candidates, pieces, width) into scores, in single precision."""
        import torch
        from torch.nn.functional import gelu

        spans = self._linear("heads.span", states)
        spans = spans.masked_fill(~batch.sentence[..., None], MASKED)
        chosen = spans.softmax(dim=1).mean(dim=2)
        asked, said = _mean(states, batch.question), _mean(states, batch.sentence)
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
        hidden = gelu(self._linear("heads.hidden", torch.cat(parts, dim=1)))
        answers = self._linear("heads.answer", hidden)[:, 0]
        return Scores(answers, spans[..., 0], spans[..., 1])


def _round_up(number: int, step: int) -> int:
    return -(-number // step) * step


def _padded(states: Tensor, places: Tensor, real: Tensor) -> Tensor:
    """Lay rows (pieces, width) out as (candidates, pieces, width), zero where there is none."""
    empty = states.new_zeros(real.numel(), states.shape[1])
    return empty.index_copy(0, places, states).view(*real.shape, -1)


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    """Average the masked pieces: (candidates, pieces, width) to (candidates, width)."""
    weights = mask.to(states.dtype)[..., None]
    return (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)


def best_spans(scores: Scores) -> tuple[Tensor, Tensor]:
    """Give the first and last piece of the best span of each candidate, each (candidates,)."""
    import torch

    length = scores.starts.shape[1]
    allowed = torch.ones(length, length, dtype=torch.bool).triu().tril(SPAN_PIECES - 1)
    both = scores.starts[:, :, None] + scores.ends[:, None, :]
    best = both.masked_fill(~allowed, 4 * MASKED).flatten(1).argmax(dim=1)
    return best // length, best % length
