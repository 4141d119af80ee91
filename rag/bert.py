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
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Encoding, Tokenizer
from torch import Tensor
from torch.nn import functional

from rag.errors import ModelError

Weights = Mapping[str, Tensor]

_ROUND = 16


@dataclass(frozen=True, slots=True)
class BertConfig:
    """The sizes that the forward pass needs, read from the model's `config.json`."""

    layers: int
    heads: int
    width: int
    epsilon: float

    @classmethod
    def read(cls, folder: Path) -> BertConfig:
        """Read `config.json` of a BERT model folder."""
        raw = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return cls(
            raw["num_hidden_layers"],
            raw["num_attention_heads"],
            raw["hidden_size"],
            raw["layer_norm_eps"],
        )


def fast_dtype() -> torch.dtype:
    """bfloat16 where the CPU multiplies it in hardware (AMX), else float32."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return torch.float32
    return torch.bfloat16 if "amx_bf16" in flags else torch.float32


def load_weights(folder: Path) -> dict[str, Tensor]:
    """The tensors of `model.safetensors`, by name, in float32.

    Raises:
        ModelError: the file is missing or is no safetensors file.
    """
    path = folder / "model.safetensors"
    try:
        return {name: tensor.float() for name, tensor in load_file(path).items()}
    except Exception as error:  # safetensors raises its own, untyped error
        raise ModelError(
            f"The model file {path.name} does not load ({error}); reinstall the model package."
        ) from error


def load_tokenizer(folder: Path, longest: int) -> Tokenizer:
    """The word-piece tokenizer of the folder; texts are cut at `longest` pieces, not padded."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=longest)
    return tokenizer


@dataclass(frozen=True, slots=True)
class Batch:
    """Token ids, type ids and the attention mask, each of shape (texts, longest)."""

    ids: Tensor
    types: Tensor
    mask: Tensor

    @classmethod
    def of(cls, encodings: Sequence[Encoding]) -> Batch:
        """Pad the encodings with zeros to the longest of them."""
        ids = [e.ids for e in encodings]
        types = [e.type_ids for e in encodings]
        return cls.padded(ids, types)

    @classmethod
    def padded(cls, ids: Sequence[Sequence[int]], types: Sequence[Sequence[int]]) -> Batch:
        """Pad rows of ids and of type ids with zeros to the longest row, rounded up.

        The matrix kernels are compiled anew for every shape; few shapes come back often.
        """
        longest = -(-max(map(len, ids)) // _ROUND) * _ROUND

        def pad(row: Sequence[int]) -> list[int]:
            return [*row, *([0] * (longest - len(row)))]

        mask = [[1] * len(row) + [0] * (longest - len(row)) for row in ids]
        return cls(
            torch.tensor([pad(row) for row in ids]),
            torch.tensor([pad(row) for row in types]),
            torch.tensor(mask, dtype=torch.bool),
        )


class BertEncoder:
    """The forward pass over a set of weights."""

    def __init__(self, weights: Weights, config: BertConfig, dtype: torch.dtype) -> None:
        self._config = config
        self._weights = {name: tensor.to(dtype) for name, tensor in weights.items()}

    @torch.inference_mode()
    def __call__(self, batch: Batch) -> Tensor:
        """Hidden states of the last layer, of shape (texts, longest, width)."""
        hidden = self._embed(batch)
        bias = torch.zeros(batch.mask.shape, dtype=hidden.dtype)
        bias = bias.masked_fill(~batch.mask, torch.finfo(hidden.dtype).min)[:, None, None, :]
        for layer in range(self._config.layers):
            hidden = self._layer(f"encoder.layer.{layer}.", hidden, bias)
        return hidden

    def _embed(self, batch: Batch) -> Tensor:
        w = self._weights
        positions = w["embeddings.position_embeddings.weight"][: batch.ids.shape[1]]
        summed = (
            functional.embedding(batch.ids, w["embeddings.word_embeddings.weight"])
            + functional.embedding(batch.types, w["embeddings.token_type_embeddings.weight"])
            + positions
        )
        return self._norm("embeddings.LayerNorm.", summed)

    def _layer(self, prefix: str, hidden: Tensor, bias: Tensor) -> Tensor:
        attended = self._linear(
            prefix + "attention.output.dense.", self._attend(prefix, hidden, bias)
        )
        hidden = self._norm(prefix + "attention.output.LayerNorm.", hidden + attended)
        inner = functional.gelu(self._linear(prefix + "intermediate.dense.", hidden))
        outer = self._linear(prefix + "output.dense.", inner)
        return self._norm(prefix + "output.LayerNorm.", hidden + outer)

    def _attend(self, prefix: str, hidden: Tensor, bias: Tensor) -> Tensor:
        texts, length, width = hidden.shape
        shape = (texts, length, self._config.heads, width // self._config.heads)
        query, key, value = (
            self._linear(f"{prefix}attention.self.{name}.", hidden).view(shape).transpose(1, 2)
            for name in ("query", "key", "value")
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        return mixed.transpose(1, 2).reshape(texts, length, width)

    def _linear(self, prefix: str, value: Tensor) -> Tensor:
        return functional.linear(
            value, self._weights[prefix + "weight"], self._weights[prefix + "bias"]
        )

    def _norm(self, prefix: str, value: Tensor) -> Tensor:
        return functional.layer_norm(
            value,
            (self._config.width,),
            self._weights[prefix + "weight"],
            self._weights[prefix + "bias"],
            self._config.epsilon,
        )


def mean_pooled(hidden: Tensor, mask: Tensor) -> Tensor:
    """Unit vectors of shape (texts, width): the mean over each text's own tokens, in float32."""
    weight = mask.unsqueeze(-1).float()
    summed = (hidden.float() * weight).sum(dim=1)
    return functional.normalize(summed / weight.sum(dim=1).clamp(min=1), dim=-1)
