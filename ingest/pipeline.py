"""Files to documents to passages to a new generation of the index, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ingest.load import Skipped, Source, find_sources, read_document
from ingest.split import split_document
from rag.embedding import Embedder, Vectors, load_embedder
from rag.errors import IndexCorrupt, IndexUnusable, IndexUnwritable, SourceError
from rag.generations import Content, Generations, content_version
from rag.index import Index
from rag.models import Document, Filters, Passage
from rag.settings import Settings

Progress = Callable[[str, int, int], None]
"""Told the stage's name, how much is done and how much there is in all."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What a run did; the first four hold source names."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    passages: int
    embedded: int
    index_version: str


def ingest(
    paths: Sequence[Path],
    settings: Settings,
    *,
    embedder: Embedder | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Make the index hold exactly the documents under `paths`.

    An unreadable source that an earlier run did read keeps its earlier version. Text that is
    already in the index is not embedded again; if no file changed, the index is left as it is.

    Raises:
        SourceError: a path is missing, or no document can be read.
        IndexLocked: another process is building this index.
        IndexUnwritable: there is no room for the index or no permission; the old one stays.
        ModelError: the embedding model does not load.
    """
    tell = progress or (lambda *_: None)
    generations = Generations(settings.index_dir)
    with ExitStack() as owned:
        with _writing(settings.index_dir):
            owned.enter_context(generations.lock())
            _clean(generations)
        before = _Before.load(generations)
        documents, skipped = _read_all(paths, before, tell)
        embedder = embedder or load_embedder(settings.embedding)
        splitter = settings.split.version
        version = content_version(documents, embedder.identity, splitter)
        if version == before.version:
            return _report(documents, before, skipped, len(before.passages), 0, version)
        passages = [p for d in documents for p in split_document(d, settings.split)]
        vectors = _VectorSource(embedder, before)
        content = Content(
            documents,
            passages,
            vectors.of([p.searchable for p in passages], "embedding passages", tell),
            vectors.of(_sentence_texts(passages), "embedding sentences", tell),
            embedder.identity,
            splitter,
        )
        tell("building the index", 0, 1)
        with _writing(settings.index_dir):
            _build(generations, content)
        tell("building the index", 1, 1)
        return _report(documents, before, skipped, len(passages), vectors.embedded, version)


@contextmanager
def _writing(index_dir: Path) -> Iterator[None]:
    """Failures to write, in one sentence."""
    try:
        yield
    except OSError as error:
        raise _unwritable(index_dir, error) from error
    except IndexCorrupt as error:
        if error.__cause__ is None:
            raise  # written, but it fails its checks
        raise _unwritable(index_dir, error.__cause__) from error


def _unwritable(index_dir: Path, error: BaseException) -> IndexUnwritable:
    why = getattr(error, "strerror", None) or error
    return IndexUnwritable(
        f"The index in {index_dir} cannot be written ({why}), so it is left as it was; make room "
        "or give permission there, or name another place with --index."
    )


def _build(generations: Generations, content: Content) -> None:
    try:
        generations.switch(generations.build(content))
    except BaseException:
        _clean(generations)  # what was begun only takes room
        raise


def _clean(generations: Generations) -> None:
    """Remove what an ingest that was cut off has left behind."""
    with suppress(IndexUnusable):
        generations.clean()


@dataclass(frozen=True)
class _Before:
    """What the current generation holds; empty when there is none that can be used."""

    documents: dict[str, Document] = field(default_factory=dict)
    passages: Sequence[Passage] = ()
    version: str | None = None
    model_sha256: str | None = None
    vectors: dict[str, Vectors] = field(default_factory=dict)

    @classmethod
    def load(cls, generations: Generations) -> _Before:
        try:
            index = Index(generations.current())
        except IndexUnusable:
            return cls()  # nothing to build on: everything is read and embedded anew
        try:
            return cls._read(index)
        except (IndexUnusable, ValueError):  # a vector too few or too many is damage, too
            return cls()
        finally:
            index.close()

    @classmethod
    def _read(cls, index: Index) -> _Before:
        """Everything that questions need is read once, so that a damaged index is built anew."""
        passages = list(index.passages.values())
        rows = index.passage_vectors()
        for vector in rows[:1]:
            index.dense(vector, 1, Filters())
        vectors = dict(zip([p.searchable for p in passages], rows, strict=True))
        for passage in passages:
            own = index.sentence_vectors(passage)
            vectors.update(zip((s.text for s in passage.sentences), own, strict=True))
        _ = index.vocabulary, index.figures
        manifest = index.manifest
        documents = dict(index.documents)
        return cls(documents, passages, manifest.version, manifest.model.sha256, vectors)


class _VectorSource:
    """Vectors of texts: taken over where the same model embedded the same text before."""

    def __init__(self, embedder: Embedder, before: _Before) -> None:
        self._embedder = embedder
        same_model = before.model_sha256 == embedder.identity.sha256
        self._known = before.vectors if same_model else {}
        self.embedded = 0

    def of(self, texts: Sequence[str], stage: str, tell: Progress) -> Vectors:
        """Unit vectors of shape (len(texts), dimension)."""
        new = sorted({text for text in texts if text not in self._known})
        made = self._embedder.embed(new, lambda done: tell(stage, done, len(new)))
        self._known = {**self._known, **dict(zip(new, made, strict=True))}
        self.embedded += len(new)
        rows = [self._known[text] for text in texts]
        shape = (len(rows), self._embedder.identity.dimension)
        return np.asarray(rows, dtype=np.float32).reshape(shape)


def _read_all(
    paths: Sequence[Path], before: _Before, tell: Progress
) -> tuple[list[Document], list[Skipped]]:
    found = find_sources(paths)
    documents: list[Document] = []
    skipped = list(found.skipped)
    earlier = {d.source: d for d in before.documents.values()}
    for done, source in enumerate(found.sources, start=1):
        try:
            documents.append(read_document(source))
        except SourceError as error:
            skipped.append(_skipped(source, error, earlier))
            documents.extend(d for d in [earlier.get(source.name)] if d)
        tell("reading", done, len(found.sources))
    if not documents:
        raise _nothing_readable(paths, skipped)
    return sorted(documents, key=lambda d: d.source), skipped


def _skipped(source: Source, error: SourceError, earlier: Iterable[str]) -> Skipped:
    kept = " Its earlier version stays in the index." if source.name in set(earlier) else ""
    return Skipped(source.name, f"{error}{kept}")


def _nothing_readable(paths: Sequence[Path], skipped: Sequence[Skipped]) -> SourceError:
    reasons = [_with_name(s) for s in skipped]
    if len(paths) == len(reasons) == 1 and not paths[0].is_dir():
        return SourceError(reasons[0])
    where = ", ".join(map(str, paths))
    return SourceError(
        f"There is no readable document in {where}; name files or folders with text or "
        f"Markdown files. {' '.join(reasons[:3])}".rstrip()
    )


def _with_name(skipped: Skipped) -> str:
    """The reason as a sentence of its own; some begin with the source's name already."""
    if skipped.reason.startswith(skipped.name):
        return skipped.reason
    return f"{skipped.name}: {skipped.reason}."


def _sentence_texts(passages: Iterable[Passage]) -> list[str]:
    return [sentence.text for passage in passages for sentence in passage.sentences]


def _report(
    documents: Sequence[Document],
    before: _Before,
    skipped: Sequence[Skipped],
    passages: int,
    embedded: int,
    version: str,
) -> IngestReport:
    now = {d.source: d.sha256 for d in documents}
    then = {d.source: d.sha256 for d in before.documents.values()}
    return IngestReport(
        added=tuple(sorted(now.keys() - then.keys())),
        changed=tuple(sorted(s for s in now.keys() & then.keys() if now[s] != then[s])),
        removed=tuple(sorted(then.keys() - now.keys())),
        unchanged=tuple(sorted(s for s in now.keys() & then.keys() if now[s] == then[s])),
        skipped=tuple(skipped),
        passages=passages,
        embedded=embedded,
        index_version=version,
    )
