"""The one forward pass: whatever is fast about it must not change what it gives."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from rag import bert
from rag.bert import Batch, Encoder, PackedEncoder, SharedEncoder
from rag.bert_model import Base, load_base
from rag.embedding import packaged_folder
from rag.errors import ModelError

IDS = [
    [101, 3007, 2003, 1037, 3231, 102],
    [101, 102],
    [101, *range(2000, 2120), 102],
    [101, *range(3000, 3014), 102],
]
FIRSTS = [3, 1, 122, 4]


@pytest.fixture(scope="module")
def base() -> Base:
    return load_base(packaged_folder())


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bert, "fast_dtype", lambda: torch.float32)


@pytest.mark.slow
@pytest.mark.usefixtures("exact")
def test_the_states_are_those_of_the_reference_implementation(base: Base) -> None:
    transformers = pytest.importorskip("transformers")
    reference = transformers.BertModel.from_pretrained(packaged_folder()).eval()
    batch = Batch.of(IDS, FIRSTS)
    longest = batch.mask.shape[1]
    ids, types = torch.zeros(2, len(IDS), longest, dtype=torch.long)
    for row, (text, first) in enumerate(zip(IDS, FIRSTS, strict=True)):
        ids[row, : len(text)] = torch.tensor(text)
        types[row, first : len(text)] = 1
    with torch.inference_mode():
        expected = reference(ids, batch.mask.long(), types).last_hidden_state
    assert torch.allclose(
        PackedEncoder(base, base.tensors)(batch)[batch.mask], expected[batch.mask], atol=1e-4
    )


@pytest.mark.usefixtures("exact")
def test_company_changes_nothing(base: Base) -> None:
    encoder = PackedEncoder(base, base.tensors)
    together = encoder(Batch.of(IDS, FIRSTS))
    for row, (ids, first) in enumerate(zip(IDS, FIRSTS, strict=True)):
        alone = encoder(Batch.of([ids], [first]))[0, : len(ids)]
        assert torch.allclose(together[row, : len(ids)], alone, atol=1e-4)


def test_packed_matrices_give_what_plain_ones_give(base: Base) -> None:
    batch = Batch.of(IDS, FIRSTS)
    with torch.inference_mode():
        plain = Encoder(base, base.tensors)(batch)[batch.mask]
    packed = PackedEncoder(base, base.tensors)(batch)[batch.mask]
    assert torch.nn.functional.cosine_similarity(plain, packed).min() > 0.9995


def test_rows_and_padded_layout_are_each_others_way_back() -> None:
    batch = Batch.of(IDS)
    rows = torch.arange(float(len(batch.ids)))[:, None]
    pieces = sum(map(len, IDS))
    assert torch.equal(batch.rows(batch.padded(rows))[:pieces], rows[:pieces])
    assert batch.ids[:pieces].tolist() == [piece for text in IDS for piece in text]


def test_a_folder_is_read_once() -> None:
    assert load_base(packaged_folder()) is load_base(packaged_folder())


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="reinstall"):
        load_base(tmp_path)


@pytest.mark.parametrize("kind", [torch.float32, bert.fast_dtype()], ids=["float32", "fast"])
def test_batches_that_run_as_one_give_what_each_gives_alone(
    kind: torch.dtype, base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bert, "fast_dtype", lambda: kind)
    encoder = PackedEncoder(base, base.tensors)
    batches = [Batch.of(IDS, FIRSTS), Batch.of(IDS[:1]), Batch.of(IDS[2:]), Batch.of(IDS[3:])]
    for batch, together in zip(batches, encoder.each(batches), strict=True):
        alone = encoder(batch)
        assert torch.allclose(together[batch.mask], alone[batch.mask], atol=1e-5)


def test_an_encoder_that_is_shared_gives_every_thread_its_own_states(base: Base) -> None:
    encoder = PackedEncoder(base, base.tensors)
    shared = SharedEncoder(encoder, rows=256)
    batches = [Batch.of([ids], [first]) for ids, first in zip(IDS, FIRSTS, strict=True)] * 6
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(shared, batches))
    for batch, states in zip(batches, found, strict=True):
        assert torch.allclose(states[batch.mask], encoder(batch)[batch.mask], atol=1e-5)
