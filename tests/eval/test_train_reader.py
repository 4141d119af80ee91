"""Training reads as answering does, and every weight it trains learns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from eval.training.train_reader import (
    Options,
    new_adapters,
    save,
    starting_tensors,
    training_network,
)
from rag import bert
from rag.bert_model import load_base
from rag.embedding import packaged_folder
from rag.reader import Candidate, Reader, read_weights
from rag.reader_network import Pieces, make_batch

OPTIONS = Options(minutes=1, rate=0, groups=1, rank=4, frozen=4, traps=0, seed=7, save_every=1)
QUESTION = "How many nurses does the clinic employ?"
SENTENCES = ("The clinic employs 41 nurses and six doctors.", "It treats people of all ages.")


def test_saved_weights_answer_as_they_did_in_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bert, "fast_dtype", lambda: torch.float32)
    base = load_base(packaged_folder())
    trained = new_adapters(base, OPTIONS)
    for name, tensor in trained.items():
        if name.endswith(".up"):
            torch.nn.init.normal_(tensor, std=0.05)
    save(trained, base, tmp_path / "reader.safetensors")
    shipped = Reader.load(packaged_folder(), tmp_path / "reader.safetensors")
    readings = shipped.read(QUESTION, [Candidate("Staff", sentence) for sentence in SENTENCES])
    saved, _ = read_weights(tmp_path / "reader.safetensors")
    pieces = Pieces(base.tokenizer)
    batch = make_batch([pieces.encode(QUESTION, "Staff", sentence) for sentence in SENTENCES])
    scores = training_network(base, saved).score(batch)
    assert scores.answers.tolist() == pytest.approx([r.logit for r in readings], abs=1e-3)


def test_gradients_reach_every_adapter_and_head() -> None:
    base = load_base(packaged_folder())
    trained = new_adapters(base, OPTIONS)
    pieces = Pieces(base.tokenizer)
    scores = training_network(base, trained).score(
        make_batch([pieces.encode(QUESTION, "Staff", sentence) for sentence in SENTENCES])
    )
    torch.autograd.backward(scores.answers.sum() + scores.starts.sum() + scores.ends.sum())
    learning = {name for name, tensor in trained.items() if tensor.grad is not None}
    assert learning == set(trained)
    ups = [tensor.grad for name, tensor in trained.items() if name.endswith(".up")]
    assert all(gradient is not None and gradient.abs().max() > 0 for gradient in ups)


def test_training_may_go_on_from_weights_that_are_given(tmp_path: Path) -> None:
    base = load_base(packaged_folder())
    fresh = starting_tensors(base, OPTIONS)
    path = tmp_path / "first.safetensors"
    save(fresh, base, path)
    again = starting_tensors(base, replace(OPTIONS, start=path))
    assert again.keys() == fresh.keys()
    for name, tensor in again.items():
        assert tensor.requires_grad
        assert torch.allclose(tensor, fresh[name], atol=1e-2)
