"""The only home of Chroma and of the BM25 index: one immutable generation, opened to read.

A generation is a folder: `manifest.json`, the documents, passages and figures, Chroma with the
passage vectors, BM25, and the sentence vectors. `rag.generations` builds, checks and switches them.
Chroma is corrupted by two processes that write one folder; a generation is written by one
process, before it becomes current, and only read from then on.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from rag.embedding import ModelIdentity, Vectors
from rag.errors import IndexCorrupt, IndexMismatch
from rag.figures import Figure
from rag.holding import Hold
from rag.models import Document, Filters, Passage, Scored
from rag.sentences import SentenceVectors, products
from rag.store import read_documents, read_figures, read_passages, read_twins
from rag.text import terms, words
from rag.twins import Twins

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from langchain_chroma import Chroma

FORMAT = 5
COLLECTION = "passages"
_VOCABULARY = "vocabulary.json"
LEXICAL_IDS = "bm25/passages.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of and with; it is refused under another model or splitter."""

    format: int
    version: str
    created: str
    model: ModelIdentity
    splitter: str
    documents: int
    passages: int
    sentences: int
    figures: int = 0

    def save(self, folder: Path) -> None:
        """Write `manifest.json`."""
        text = json.dumps(asdict(self), indent=2)
        (folder / "manifest.json").write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Read `manifest.json`.

        Raises:
            IndexCorrupt: it is missing or does not parse.
        """
        try:
            raw = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            return cls(**{**raw, "model": ModelIdentity(**raw["model"])})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise IndexCorrupt(
                f"The index generation {folder.name} is damaged ({error}); "
                "run 'policyqa ingest' to build a new one."
            ) from error

    def require_format(self) -> None:
        """Refuse to read a generation that another version of this program wrote.

        Raises:
            IndexMismatch: it has another format.
        """
        if self.format != FORMAT:
            raise IndexMismatch(
                f"The index has format {self.format}, but this program reads format {FORMAT}; run "
                "'policyqa ingest' to rebuild it."
            )

    def require(self, model: ModelIdentity, splitter: str) -> None:
        """Refuse to serve under another model, splitter or format.

        Raises:
            IndexMismatch: they differ; the message says how.
        """
        if self.model != model:
            raise IndexMismatch(
                f"The index was built with the model {self.model.name} "
                f"({self.model.sha256[:12]}), not {model.name} ({model.sha256[:12]}); run "
                "'policyqa ingest' to rebuild it, or set that model again."
            )
        if (self.splitter, self.format) != (splitter, FORMAT):
            raise IndexMismatch(
                f"The index was built by splitter {self.splitter}, format {self.format}, but this "
                f"program has {splitter}, format {FORMAT}; run 'policyqa ingest' to rebuild it."
            )


class Index:
    """One generation, read-only: documents, passages, dense and lexical search."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.manifest = Manifest.load(folder)
        self._hold = _hold(folder)
        try:
            self._open(folder)
        except BaseException:
            self._hold.release()
            raise

    def _open(self, folder: Path) -> None:
        documents = {d.id: d for d in read_documents(folder)}
        self.passages: Mapping[str, Passage] = {p.id: p for p in read_passages(folder)}
        self.twins = Twins(read_twins(folder), self.passages.values())
        self.documents: Mapping[str, Document] = self.twins.linked(documents)
        self._arrange()
        self._sentence_rows = _row_starts(self.passages.values())
        self._starts = np.array([self._sentence_rows[id_] for id_ in self._order])
        self._sentence_vectors = SentenceVectors(_load_array(folder, "sentences.npy"))
        self._lexical = _load_lexical(folder)
        self._client = _open_client(folder)
        try:
            self._store = _open_store(self._client, folder)
            self._verify_counts(folder)
        except BaseException:
            self.close()  # Chroma would hand the same client to the next one who opens the folder
            raise

    def _arrange(self) -> None:
        """What follows from the passages: their order, and which each document has."""
        self._order = list(self.passages)
        self._admitted_last: tuple[Filters, frozenset[str]] | None = None
        self._by_document: dict[str, list[Passage]] = {}
        for passage in self.passages.values():
            self._by_document.setdefault(passage.document_id, []).append(passage)

    def _verify_counts(self, folder: Path) -> None:
        counts = {
            "passages": (len(self.passages), self.manifest.passages),
            "documents": (len(self.documents), self.manifest.documents),
            "sentences": (
                sum(len(p.sentences) for p in self.passages.values()),
                self.manifest.sentences,
            ),
            "sentence vectors": (len(self._sentence_vectors), self.manifest.sentences),
            "Chroma rows": (_row_count(self._client, folder), self.manifest.passages),
            "BM25 rows": (self._lexical.scores["num_docs"], self.manifest.passages),
        }
        for name, (found, expected) in counts.items():
            if found != expected:
                raise _miscounted(folder, found, name, expected)

    def dense(self, vector: Vectors, k: int, filters: Filters) -> list[Scored[Passage]]:
        """The `k` passages of highest cosine similarity to the unit `vector` (dimension,).

        Raises:
            IndexCorrupt: Chroma's files, which it reads on the first search, are damaged.
        """
        from chromadb.errors import InternalError

        if len(self._admitted(filters)) < len(self.documents):
            return self._highest(products(self._vectors, vector), k, filters, floor=-1.0)
        shadowed = self._shadowed(filters)
        try:
            found = self._store.similarity_search_by_vector_with_relevance_scores(
                vector.tolist(), k=min(k * self.twins.largest, len(self.passages))
            )
        except InternalError as error:
            raise _unopenable("vector store", self._folder, error) from error
        return [
            Scored(self.passages[document.id], 1 - distance)
            for document, distance in found
            if document.id and document.id not in shadowed
        ][:k]

    def by_sentence(self, vector: Vectors, k: int, filters: Filters) -> list[Scored[Passage]]:
        """The `k` passages with the single sentence most similar to `vector`, by that cosine."""
        best = self._sentence_vectors.best(vector, self._starts, self._mask(filters))
        return self._highest(best, k, filters, floor=-1.0)

    def lexical(self, query: Sequence[str], k: int, filters: Filters) -> list[Scored[Passage]]:
        """The `k` passages of highest BM25 score for the search terms, all above zero."""
        known = [term for term in query if term in self._lexical.vocab_dict]
        if not known:
            return []
        return self._highest(self._lexical.get_scores(known), k, filters, floor=0.0)

    def _highest(
        self, scores: NDArray[np.float32], k: int, filters: Filters, floor: float
    ) -> list[Scored[Passage]]:
        """The passages of the `k` highest scores above `floor`, among those admitted."""
        mask = self._mask(filters)
        if mask is not None:
            scores = np.where(mask, scores, floor)
        best = np.argsort(-scores, kind="stable")[:k]
        return [
            Scored(self.passages[self._order[i]], float(scores[i]))
            for i in best
            if scores[i] > floor
        ]

    def _mask(self, filters: Filters) -> NDArray[np.bool_] | None:
        """Which passages may be found, in the order of the index; `None`: all."""
        admitted, shadowed = self._admitted(filters), self._shadowed(filters)
        if not shadowed and len(admitted) == len(self.documents):
            return None
        held = np.array([id_ in admitted for id_ in self.documents], dtype=np.bool_)
        mask: NDArray[np.bool_] = held[self._document_rows]
        mask[[self._row[id_] for id_ in shadowed]] = False
        return mask

    @cached_property
    def _row(self) -> Mapping[str, int]:
        """Where each passage stands in the order of the index."""
        return {id_: row for row, id_ in enumerate(self._order)}

    @cached_property
    def _document_rows(self) -> NDArray[np.intp]:
        """Of each passage, where its document stands among the documents."""
        rows = {id_: row for row, id_ in enumerate(self.documents)}
        return np.array([rows[passage.document_id] for passage in self.passages.values()])

    def sentence_vectors(self, passage: Passage) -> NDArray[np.float32]:
        """Unit vectors of the passage's sentences, of shape (sentences, dimension)."""
        return self._sentence_vectors.rows(self._sentence_rows[passage.id], len(passage.sentences))

    def passages_of(self, document_id: str) -> Sequence[Passage]:
        """The passages of one document, in the order of its text."""
        return self._by_document.get(document_id, [])

    def passage_vectors(self) -> Vectors:
        """Unit vectors of all passages, of shape (passages, dimension), in index order."""
        return np.asarray(_load_array(self._folder, "passages.npy"), dtype=np.float32)

    @cached_property
    def _vectors(self) -> Vectors:
        """As `passage_vectors`, kept: for some of the documents, Chroma searches many times as
        long as it takes to compare all of them."""
        return self.passage_vectors()

    @cached_property
    def vocabulary(self) -> Mapping[str, int]:
        """Every lower-case word of the passages, with the number of passages that hold it."""
        try:
            text = (self._folder / _VOCABULARY).read_text(encoding="utf-8")
            seen: dict[str, int] = json.loads(text)
        except (OSError, ValueError) as error:
            raise _unopenable(_VOCABULARY, self._folder, error) from error
        return seen

    @cached_property
    def figures(self) -> Sequence[Figure]:
        """The register of figures: every figure of the documents, in the order of the passages.

        Raises:
            IndexCorrupt: it does not parse, or some are missing.
        """
        return load_figures(self._folder)

    def figures_of_sentence(self, document_id: str, start: int) -> Sequence[Figure]:
        """The figures of the sentence that starts at an offset of a document's stored text."""
        return self._figures_by_sentence.get((document_id, start), ())

    @cached_property
    def _figures_by_sentence(self) -> Mapping[tuple[str, int], Sequence[Figure]]:
        found: dict[tuple[str, int], list[Figure]] = {}
        for figure in self.figures:
            found.setdefault((figure.document_id, figure.sentence.start), []).append(figure)
        return found

    def knows(self, term: str) -> bool:
        """Whether any passage holds the search term."""
        return term in self._lexical.vocab_dict

    def documents_holding(self, term: str) -> frozenset[str]:
        """The ids of the documents with a passage that holds the search term."""
        column = self._lexical.vocab_dict.get(term)
        if column is None:
            return frozenset()
        pointers = self._lexical.scores["indptr"]
        rows = self._lexical.scores["indices"][pointers[column] : pointers[column + 1]]
        return frozenset(self.passages[self._order[row]].document_id for row in rows)

    def weight(self, term: str) -> float:
        """Inverse document frequency over passages; a term that no passage holds weighs most."""
        column = self._lexical.vocab_dict.get(term)
        pointers = self._lexical.scores["indptr"]
        held = 0 if column is None else int(pointers[column + 1] - pointers[column])
        return math.log(1 + (len(self._order) - held + 0.5) / (held + 0.5))

    def close(self) -> None:
        """Release Chroma's files, and the hold on the generation."""
        self._client.close()
        self._hold.release()

    def _admitted(self, filters: Filters) -> AbstractSet[str]:
        """The ids of documents that may be cited; the last filters are asked once, not per search.

        Several questions may be searched at once: what is remembered is replaced as a whole.
        """
        if filters == Filters():
            return self.documents.keys()
        last = self._admitted_last
        if last is None or last[0] != filters:
            ids = (id_ for id_, document in self.documents.items() if filters.admits(document))
            last = self._admitted_last = (filters, frozenset(ids))
        return last[1]

    def _shadowed(self, filters: Filters) -> frozenset[str]:
        """The passages that an earlier twin holds as well."""
        return self.twins.shadowed(None if filters == Filters() else self._admitted(filters))


def load_documents(folder: Path) -> dict[str, Document]:
    """The documents of a generation by id, without opening its indexes.

    Raises:
        IndexMismatch: another version of this program wrote it.
        IndexCorrupt: it does not parse.
    """
    Manifest.load(folder).require_format()
    return {document.id: document for document in read_documents(folder)}


def load_figures(folder: Path) -> tuple[Figure, ...]:
    """The figures of a generation, without opening its indexes; raises as `load_documents`."""
    manifest = Manifest.load(folder)
    manifest.require_format()
    found = tuple(read_figures(folder))
    if len(found) != manifest.figures:
        raise _miscounted(folder, len(found), "figures", manifest.figures)
    return found


@contextmanager
def chroma_client(folder: Path) -> Iterator[Client]:
    """A Chroma client over the generation's folder, closed at the end of the block.

    Raises:
        IndexCorrupt: Chroma cannot open the folder.
    """
    client = _open_client(folder)
    try:
        yield client
    finally:
        client.close()


def _open_client(folder: Path) -> Client:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    try:
        return cast("Client", chromadb.PersistentClient(str(folder / "chroma"), settings=settings))
    except Exception as error:  # Chroma's Rust core raises its own, untyped errors
        raise _unopenable("vector store", folder, error) from error


def _open_store(client: Client, folder: Path) -> Chroma:
    from langchain_chroma import Chroma

    try:
        return Chroma(
            client=client, collection_name=COLLECTION, create_collection_if_not_exists=False
        )
    except Exception as error:  # as above
        raise _unopenable("vector store", folder, error) from error


def _row_count(client: Client, folder: Path) -> int:
    try:
        return client.get_collection(COLLECTION, embedding_function=None).count()
    except Exception as error:  # as above
        raise _unopenable("vector store", folder, error) from error


def _miscounted(folder: Path, found: int, name: str, expected: int) -> IndexCorrupt:
    return IndexCorrupt(
        f"The index generation {folder.name} holds {found} {name} instead of {expected}; "
        "run 'policyqa ingest' to build a new one."
    )


def _unopenable(part: str, folder: Path, error: Exception) -> IndexCorrupt:
    return IndexCorrupt(
        f"The {part} of index generation {folder.name} does not open ({error}); "
        "run 'policyqa ingest' to build a new one."
    )


def build_lexical(
    passages: Sequence[Passage], documents: Mapping[str, Document], folder: Path
) -> None:
    """Write the BM25 index of the passages, in their order, each with its document's label."""
    texts = lexical_texts(passages, documents)
    index = lexical_of(texts)
    index.save(str(folder / "bm25"), show_progress=False)
    ids = json.dumps([passage.id for passage in passages])
    (folder / LEXICAL_IDS).write_text(ids, encoding="utf-8")
    seen = Counter(word for text in texts for word in set(words(text)))
    (folder / _VOCABULARY).write_text(json.dumps(seen, ensure_ascii=False), encoding="utf-8")


def lexical_texts(passages: Sequence[Passage], documents: Mapping[str, Document]) -> list[str]:
    """The texts in which words are searched: passages, each with its document's label."""
    return [f"{documents[p.document_id].label} {p.searchable}" for p in passages]


def lexical_of(texts: Sequence[str]):  # type: ignore[no-untyped-def]  # bm25s ships no types
    """The BM25 index of some texts, in their order."""
    import bm25s

    index = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
    index.index([terms(text) for text in texts], show_progress=False)
    return index


def _hold(folder: Path) -> Hold:
    try:
        return Hold(folder)
    except OSError as error:
        raise _unopenable("manifest", folder, error) from error


def _load_lexical(folder: Path):  # type: ignore[no-untyped-def]  # bm25s ships no types
    import bm25s

    try:
        return bm25s.BM25.load(str(folder / "bm25"), mmap=True, show_progress=False)
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise _unopenable("word index", folder, error) from error


def _load_array(folder: Path, name: str) -> NDArray[np.float16]:
    try:
        array: NDArray[np.float16] = np.load(folder / name, mmap_mode="r", allow_pickle=False)
        return array
    except (OSError, EOFError, ValueError) as error:
        raise _unopenable(name, folder, error) from error


def _row_starts(passages: Any) -> dict[str, int]:
    starts: dict[str, int] = {}
    row = 0
    for passage in passages:
        starts[passage.id] = row
        row += len(passage.sentences)
    return starts
