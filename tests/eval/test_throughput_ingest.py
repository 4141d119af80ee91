"""How fast ingest embeds beside LangChain: what is counted, and what is told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from eval import throughput_ingest
from eval.throughput_ingest import (
    DATA,
    FILE,
    LONGEST,
    HubEmbeddings,
    Meter,
    MeteredEmbedder,
    Pair,
    Speed,
    main,
    speed_table,
    split_plainly,
    to_markdown,
)
from rag.embedding import Embedder, packaged_folder
from tests.ingest.quick import QuickEmbedder

SPEED = Speed(
    fast=True,
    threads=1,
    files=4,
    files_again=20,
    chunks=(Pair(300, 100), Pair(200, 100), Pair(250, 100)),
    pieces=(Pair(3000, 2000),) * 3,
    whole=(Pair(10, 20),) * 3,
    again=(0.5, 0.25, 0.75),
)


def test_the_recipe_has_the_same_model_so_its_vectors_are_ours(embedder: Embedder) -> None:
    texts = ["The harbour handled 49.158 million containers.", "去年全港吞吐量增长。"]
    plain = np.array(HubEmbeddings(packaged_folder()).embed_documents(texts))
    plain /= np.linalg.norm(plain, axis=1, keepdims=True)
    assert np.sum(plain * embedder.embed(texts), axis=1).min() > 0.999


def test_chunks_of_the_recipe_hold_the_whole_text() -> None:
    texts = [" ".join(f"Sentence {i} of the report." for i in range(200)), "Short."]
    chunks = [chunk.page_content for chunk in split_plainly(texts)]
    assert len(chunks) > 4
    assert max(map(len, chunks)) <= 1000
    assert all(any(f"Sentence {i} of" in chunk for chunk in chunks) for i in range(200))


def test_a_meter_counts_what_is_embedded_and_only_while_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter((10.0, 12.0, 50.0, 53.0))
    monkeypatch.setattr(throughput_ingest.time, "perf_counter", lambda: next(clock))
    meter = Meter(lambda texts: sum(map(len, texts)))
    embedder = MeteredEmbedder(QuickEmbedder(), meter)
    embedder.embed(["four", "six..."])
    embedder.embed(["fifteen letters"])
    assert meter.rate == 25 / 5


def test_no_more_pieces_are_counted_than_the_model_reads() -> None:
    count = throughput_ingest._counter()
    assert count(["harbour " * 1000, "harbour"]) == LONGEST + 3


def test_the_table_gives_medians_and_the_ratio_of_every_round() -> None:
    lines = speed_table(SPEED).lines
    assert lines[0][1:] == ("250", "100", "2.50", "2.00 to 3.00")
    assert lines[2][3] == "0.50"
    told = to_markdown(SPEED)
    assert "20 files again that nobody touched took 0.50 s (0.25 to 0.75)" in told
    assert "with bf16 matrix units" in told


@pytest.mark.slow
def test_the_command_measures_and_writes_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    asked = ["--files", "2", "--again", "2", "--rounds", "2", "--out", str(out)]
    assert main(asked) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("2 files, 2 rounds, 1 threads for both")
    assert (out / FILE).read_text(encoding="utf-8") == printed
    found = json.loads((out / DATA).read_text(encoding="utf-8"))
    assert len(found["chunks"]) == len(found["whole"]) == 2
    assert all(pair["ours"] > 0 and pair["plain"] > 0 for pair in found["pieces"])
    assert len(found["again"]) == 5
