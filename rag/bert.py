"""A BERT encoder in plain torch, for the packaged MiniLM weights: the embedder's and the reader's.

sentence-transformers stays the way to every other model. It is not used for the packaged one
because importing it takes longer than everything else that a cold `policyqa ask` does together
(see docs/decisions.md); tests hold the two to the same vectors.

Architecture: Devlin et al. 2019, post-layer-norm, GELU, learned positions.
Importing this module imports torch; import it inside the function that needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.functional import pad

from rag.batching import Together
from rag.bert_model import Base, Tensors

# The kernels are compiled anew for every shape they meet, which takes longer than running them:
# lengths and rows are rounded up to this, so that the same few shapes come back.
_ROUND = 16


def fast_dtype() -> torch.dtype:
    """bfloat16 where the processor multiplies such matrices in hardware (AMX), else float32."""
    fast = torch.cpu.get_capabilities().get("amx_bf16", False)
    return torch.bfloat16 if fast else torch.float32


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts as word pieces, one after another: padded only at the very end, to a round number.

    `ids`, `types` and `positions` have one entry a piece. The padded layout has a row a text:
    `mask` (texts, longest) says where it holds a piece, `held` (pieces,) where each piece lies in
    it, and `places` (texts * longest,) which piece lies there; in padding, any.
    """

    ids: Tensor
    types: Tensor
    positions: Tensor
    mask: Tensor
    held: Tensor
    places: Tensor

    @classmethod
    def of(cls, ids: Sequence[Sequence[int]], firsts: Sequence[int] | None = None) -> Batch:
        """Lay out the piece ids of texts, none of them empty.

        `firsts` says how many pieces of each are of type 0, the rest of type 1; without it, all.
        """
        lengths = torch.tensor([len(row) for row in ids])
        at = torch.arange(_round_up(int(lengths.max()))).expand(len(ids), -1)
        mask = at < lengths[:, None]
        held = mask.flatten().nonzero()[:, 0]
        types = at >= (lengths if firsts is None else torch.tensor(firsts))[:, None]
        rest = (0, _round_up(len(held)) - len(held))
        held, flat = pad(held, rest), pad(torch.tensor([*chain.from_iterable(ids)]), rest)
        return cls(
            flat,
            types.flatten()[held].long(),
            at.flatten()[held],
            mask,
            held,
            mask.flatten().cumsum(0) - 1,
        )

    def padded(self, rows: Tensor) -> Tensor:
        """One row a piece (pieces, width) to (texts, longest, width)."""
        if len(self.mask) == 1:  # of one text, every row is in its place
            return rows[None]
        return rows.index_select(0, self.places).view(*self.mask.shape, -1)

    def rows(self, padded: Tensor) -> Tensor:
        """The way back: (texts, longest, width) to one row a piece (pieces, width)."""
        if len(self.mask) == 1:
            return padded[0]
        return padded.flatten(0, 1).index_select(0, self.held)


def _round_up(number: int) -> int:
    return -(-number // _ROUND) * _ROUND


class Encoder:
    """The forward pass over tensors under the names of `STACKS`.

    States are kept as one row a piece, since one long text would otherwise make every other cost
    as much; only attention sees them padded.
    """

    def __init__(self, base: Base, tensors: Tensors) -> None:
        kind = fast_dtype()
        self._base = base
        self._tensors = {name: tensor.to(kind) for name, tensor in tensors.items()}

    def __call__(self, batch: Batch) -> Tensor:
        """Hidden states of the last layer, float32, of shape (texts, longest, width)."""
        return self.each([batch])[0]

    def each(self, batches: Sequence[Batch]) -> list[Tensor]:
        """Hidden states of each batch, the same as of the batch alone.

        What treats every row by itself is done for all of them together. Attention and the last
        product of a layer, whose sums depend on the rows beside, are done batch by batch.
        """
        states = self._embed(batches)
        for layer in range(self._base.layers):
            states = self._layer(f"layer.{layer}", states, batches)
        parts = zip(batches, _split(states, batches), strict=True)
        return [batch.padded(rows).float() for batch, rows in parts]

    def _embed(self, batches: Sequence[Batch]) -> Tensor:
        whole = {
            "word": _joined([batch.ids for batch in batches]),
            "token_type": _joined([batch.types for batch in batches]),
            "position": _joined([batch.positions for batch in batches]),
        }
        word, kind, position = (
            functional.embedding(at, self._tensors[f"embeddings.{part}_embeddings.weight"])
            for part, at in whole.items()
        )
        return self._norm("embeddings.LayerNorm", word + kind + position)

    def _layer(self, name: str, states: Tensor, batches: Sequence[Batch]) -> Tensor:
        mixed = _by_batch(self._mix, self._linear(f"{name}.qkv", states), batches)
        states = self._norm(f"{name}.after", states + self._linear(f"{name}.attended", mixed))
        wide = functional.gelu(self._linear(f"{name}.wide", states))
        narrow = _by_batch(lambda own, _: self._linear(f"{name}.narrow", own), wide, batches)
        return self._norm(f"{name}.final", states + narrow)

    def _mix(self, stacked: Tensor, batch: Batch) -> Tensor:
        """Queries, keys and values, stacked, to the values that every piece attends to."""
        split = batch.padded(stacked).view(*batch.mask.shape, 3, self._base.heads, -1)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        mixed = self._attend(query, key, value, batch.mask[:, None, None, :])
        return batch.rows(mixed.transpose(1, 2).flatten(2))

    def _attend(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
        """Mix values (texts, heads, pieces, width); training puts another in its place."""
        return functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)

    def _linear(self, name: str, states: Tensor) -> Tensor:
        weight, bias = self._tensors[f"{name}.weight"], self._tensors[f"{name}.bias"]
        return functional.linear(states, weight, bias)

    def _norm(self, name: str, states: Tensor) -> Tensor:
        weight, bias = self._tensors[f"{name}.weight"], self._tensors[f"{name}.bias"]
        return functional.layer_norm(states, weight.shape, weight, bias, self._base.epsilon)


class PackedEncoder(Encoder):
    """The forward pass without gradients, over matrices laid out once as the processor likes them.

    `functional.linear` lays a bfloat16 matrix out at every call, which for a short text takes as
    long as the product. In float32 there is nothing to gain.
    """

    def __init__(self, base: Base, tensors: Tensors) -> None:
        super().__init__(base, tensors)
        matrices = [
            name
            for name, tensor in self._tensors.items()
            if name.startswith("layer.") and tensor.dim() == 2 and tensor.dtype == torch.bfloat16
        ]
        reorder = torch.ops.mkldnn._reorder_linear_weight
        self._packed = {name: reorder(self._tensors.pop(name)) for name in matrices}

    @torch.inference_mode()
    def each(self, batches: Sequence[Batch]) -> list[Tensor]:
        """Hidden states as `Encoder` gives them."""
        return super().each(batches)

    def _linear(self, name: str, states: Tensor) -> Tensor:
        packed = self._packed.get(f"{name}.weight")
        if packed is None:
            return super()._linear(name, states)
        bias = self._tensors[f"{name}.bias"]
        product: Tensor = torch.ops.mkldnn._linear_pointwise(states, packed, bias, "none", [], "")
        return product


class SharedEncoder:
    """An encoder for many threads: batches that are there at the same moment run as one.

    `rows` bounds what runs as one: more than fits into the caches of a core is no faster.
    """

    def __init__(self, encoder: Encoder, rows: int, places: int = 1) -> None:
        self._together = Together(encoder.each, rows, lambda batch: len(batch.ids), places)

    def __call__(self, batch: Batch) -> Tensor:
        """Hidden states as the encoder gives them."""
        return self._together(batch)


def _joined(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(list(parts))


def _split(rows: Tensor, batches: Sequence[Batch]) -> Sequence[Tensor]:
    return torch.split(rows, [len(batch.ids) for batch in batches])


def _by_batch(
    work: Callable[[Tensor, Batch], Tensor], rows: Tensor, batches: Sequence[Batch]
) -> Tensor:
    parts = zip(_split(rows, batches), batches, strict=True)
    return _joined([work(own, batch) for own, batch in parts])


def masked_mean(states: Tensor, mask: Tensor) -> Tensor:
    """The mean over the masked pieces: (texts, longest, width) to (texts, width)."""
    weights = mask.to(states.dtype)[..., None]
    return (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)
