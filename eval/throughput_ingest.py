"""How fast ingest embeds, beside plain LangChain: `python -m eval.throughput_ingest --out DIR`.

The files of a made-up office (`eval.office`) go through `ingest` and, as texts that are read
already, through RecursiveCharacterTextSplitter, HuggingFaceEmbeddings and Chroma.from_documents,
with the same weights and as many threads. The two take turns, first the one and then the other, so
that a busy machine slows them alike; every ratio is of one round.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from rich.console import Console
from rich.progress import track

from eval.disk import write_whole
from eval.office import write_office
from eval.peers.langchain import CHUNK_CHARS, OVERLAP_CHARS
from eval.report.markdown import to_table
from eval.report.tables import Table
from eval.script import report
from ingest.pipeline import ingest
from rag.embedding import Embedder, Vectors, load_embedder, packaged_folder
from rag.generations import Generations
from rag.settings import Settings, load_settings
from rag.store import read_documents

T = TypeVar("T")

FILE, DATA = "ingest-speed.md", "ingest-speed.json"
LONGEST = 256
"""Word pieces of a text that are embedded, as the model was trained to read."""
_AGAIN = 5
"""How often a folder that nobody touched is ingested again."""
_STDERR = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Pair:
    """One round's numbers of ours and of the recipe."""

    ours: float
    plain: float

    @property
    def ratio(self) -> float:
        """Ours by theirs."""
        return self.ours / self.plain


@dataclass(frozen=True, slots=True)
class Speed:
    """What was measured in all rounds.

    `chunks` are chunks a second, the recipe's own embedded by both; `pieces` are word pieces a
    second of what each embeds in its run; `whole` is runs an hour: ours from files to the verified
    index, theirs from texts to Chroma; `again` is seconds to see that nothing has changed.
    """

    fast: bool
    threads: int
    files: int
    files_again: int
    chunks: Sequence[Pair]
    pieces: Sequence[Pair]
    whole: Sequence[Pair]
    again: Sequence[float]


class Meter:
    """Counts word pieces and the seconds in which they are embedded."""

    def __init__(self, count: Callable[[Sequence[str]], int]) -> None:
        self._count = count
        self._pieces, self._seconds = 0, 0.0

    @property
    def rate(self) -> float:
        """Word pieces a second."""
        return self._pieces / self._seconds

    def timed(self, texts: Sequence[str], embed: Callable[[], T]) -> T:
        """What `embed` gives for these texts."""
        begin = time.perf_counter()
        vectors = embed()
        self._seconds += time.perf_counter() - begin
        self._pieces += self._count(texts)
        return vectors


class MeteredEmbedder:
    """Our embedder with a meter."""

    def __init__(self, embedder: Embedder, meter: Meter) -> None:
        self._embedder = embedder
        self._meter = meter
        self.identity = embedder.identity

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """As the embedder does."""
        return self._meter.timed(texts, lambda: self._embedder.embed(texts, progress))


class MeteredEmbeddings(Embeddings):
    """LangChain's embeddings with a meter."""

    def __init__(self, embeddings: Embeddings, meter: Meter) -> None:
        self._embeddings = embeddings
        self._meter = meter

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """As the embeddings do."""
        return self._meter.timed(texts, lambda: self._embeddings.embed_documents(texts))

    def embed_query(self, text: str) -> list[float]:
        """As the embeddings do."""
        return self._embeddings.embed_query(text)


class Race:
    """Both ways over one folder of files, again and again."""

    def __init__(self, folder: Path, work: Path, settings: Settings) -> None:
        self._folder = folder
        self._work = work
        self._settings = settings
        self._embedder = load_embedder(settings.embedding)  # sets torch's threads for both
        self._embeddings = HubEmbeddings(packaged_folder())
        self._count = _counter()
        self._runs = 0
        self._ingested(self._embedder)  # what is loaded at first is not what is measured
        read = read_documents(Generations(self._placed().index_dir).current())
        self._texts = [document.text for document in read]
        self._chunks = [chunk.page_content for chunk in split_plainly(self._texts)]
        self._embeddings.embed_documents(self._chunks[:64])

    def round(self, number: int) -> tuple[Pair, Pair, Pair]:
        """Chunks a second, pieces a second and runs an hour of both; who begins takes turns."""
        flip = number % 2 == 1
        chunks = _in_turn(
            lambda: len(self._chunks) / _seconds(lambda: self._embedder.embed(self._chunks)),
            lambda: (
                len(self._chunks) / _seconds(lambda: self._embeddings.embed_documents(self._chunks))
            ),
            flip,
        )
        ours, plain = Meter(self._count), Meter(self._count)
        embedder = MeteredEmbedder(self._embedder, ours)
        embeddings = MeteredEmbeddings(self._embeddings, plain)
        whole = _in_turn(
            lambda: 3600 / _seconds(lambda: self._ingested(embedder)),
            lambda: 3600 / _seconds(lambda: self._stored(embeddings)),
            flip,
        )
        return chunks, Pair(ours.rate, plain.rate), whole

    def _placed(self) -> Settings:
        return self._settings.model_copy(update={"index_dir": self._work / f"ours-{self._runs}"})

    def _ingested(self, embedder: Embedder) -> None:
        self._runs += 1
        ingest([self._folder], self._placed(), embedder=embedder)

    def _stored(self, embeddings: Embeddings) -> None:
        from langchain_chroma import Chroma

        Chroma.from_documents(
            split_plainly(self._texts),
            embeddings,
            persist_directory=str(self._work / f"plain-{self._runs}"),
        )


class HubEmbeddings(Embeddings):
    """What LangChain's HuggingFaceEmbeddings does, with the packaged weights.

    Its package cannot be installed beside this program's (it asks for an older huggingface-hub);
    its `embed_documents` is this one call of sentence-transformers with its default batch.
    """

    def __init__(self, folder: Path) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(folder), device="cpu")
        self._model.max_seq_length = LONGEST

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text."""
        found: list[list[float]] = self._model.encode(texts, show_progress_bar=False).tolist()
        return found

    def embed_query(self, text: str) -> list[float]:
        """The vector of one text."""
        return self.embed_documents([text])[0]


def split_plainly(texts: Sequence[str]) -> list[Document]:
    """The texts in the chunks of the recipe."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK_CHARS, chunk_overlap=OVERLAP_CHARS)
    return splitter.create_documents(list(texts))


def measure(files: int, again: int, rounds: int, seed: int, settings: Settings) -> Speed:
    """Both ways over an office of so many files, and a second ingest of one of `again` files.

    Raises:
        CaseError: the office has not so many files.
        IndexUnwritable: there is no room.
        ModelError: the model does not load.
    """
    from rag.bert import fast_dtype

    with tempfile.TemporaryDirectory(prefix="policyqa-speed-") as name:
        race = Race(_office(Path(name, "files"), files, seed), Path(name), settings)
        found = [race.round(number) for number in track(range(rounds), "rounds", console=_STDERR)]
        placed = settings.model_copy(update={"index_dir": Path(name, "again")})
        unchanged = _again(_office(Path(name, "more"), again, seed), placed)
    chunks, pieces, whole = zip(*found, strict=True)
    fast = str(fast_dtype()).endswith("bfloat16")
    return Speed(fast, settings.embedding.threads, files, again, chunks, pieces, whole, unchanged)


def _office(folder: Path, files: int, seed: int) -> Path:
    folder.mkdir()
    write_office(folder, files, seed)
    return folder


def _again(folder: Path, settings: Settings) -> list[float]:
    """Seconds of each ingest of a folder in which nothing has changed since the first one."""
    ingest([folder], settings)
    return [ingest([folder], settings).seconds for _ in range(_AGAIN)]


def _in_turn(ours: Callable[[], float], plain: Callable[[], float], flip: bool) -> Pair:
    if flip:
        second = plain()
        return Pair(ours(), second)
    return Pair(ours(), plain())


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _counter() -> Callable[[Sequence[str]], int]:
    """Counts the word pieces that a model reads of texts."""
    from rag.bert_model import load_base

    tokenizer = load_base(packaged_folder()).tokenizer
    return lambda texts: sum(
        min(LONGEST, len(one.ids)) for one in tokenizer.encode_batch(list(texts))
    )


def speed_table(speed: Speed) -> Table:
    """The median of each number, and the median and the range of the rounds' ratios."""
    named = {
        "the same chunks embedded, a second": speed.chunks,
        "own word pieces embedded, a second": speed.pieces,
        "whole runs an hour": speed.whole,
    }
    lines = [
        (
            name,
            f"{median(pair.ours for pair in pairs):,.0f}",
            f"{median(pair.plain for pair in pairs):,.0f}",
            f"{median(pair.ratio for pair in pairs):.2f}",
            f"{min(pair.ratio for pair in pairs):.2f} to {max(pair.ratio for pair in pairs):.2f}",
        )
        for name, pairs in named.items()
    ]
    return Table(("", "policy-qa", "LangChain", "ratio", "of the rounds"), lines)


def to_markdown(speed: Speed) -> str:
    """What was measured, in words and a table."""
    units = "with" if speed.fast else "without"
    head = (
        f"{speed.files} files, {len(speed.chunks)} rounds, {speed.threads} threads for both, on a "
        f"processor {units} bf16 matrix units. A whole run of policy-qa reads the files, embeds "
        "every passage and every sentence, and verifies the index; LangChain's starts from the "
        "texts and embeds its chunks only. HuggingFaceEmbeddings is stood for by the same call "
        "of sentence-transformers with the same weights, since its package asks for an older "
        "huggingface-hub than this program's."
    )
    again = (
        f"Ingesting {speed.files_again} files again that nobody touched took "
        f"{median(speed.again):.2f} s ({min(speed.again):.2f} to {max(speed.again):.2f}), "
        "without start-up."
    )
    return "\n\n".join([head, to_table(speed_table(speed)), again]) + "\n"


def main(arguments: Iterable[str] | None = None) -> int:
    """Measure, print the table, and write it into a folder if one is named."""
    parser = argparse.ArgumentParser(prog="python -m eval.throughput_ingest", description=__doc__)
    parser.add_argument("--files", type=int, default=40, help="files of the race (default: 40)")
    parser.add_argument("--again", type=int, default=300, help="files that stay unchanged")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=6, help="the same seed makes the same office")
    parser.add_argument("--out", type=Path, help=f"write {FILE} and {DATA} into this folder")
    chosen = parser.parse_args(None if arguments is None else list(arguments))
    return report("eval.throughput_ingest", lambda: _measured(chosen), chosen.out, FILE)


def _measured(chosen: argparse.Namespace) -> str:
    speed = measure(chosen.files, chosen.again, chosen.rounds, chosen.seed, load_settings())
    if chosen.out:
        chosen.out.mkdir(parents=True, exist_ok=True)
        write_whole(chosen.out / DATA, json.dumps(asdict(speed), indent=1) + "\n")
    return to_markdown(speed)


if __name__ == "__main__":
    sys.exit(main())
