"""What the tests share: the sample documents, the customer's own, and real pipelines over both."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from rag.embedding import Embedder, load_embedder
from rag.pipeline import Pipeline, build_pipeline
from rag.settings import EmbeddingSettings, Settings

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def sample_documents() -> Path:
    return REPOSITORY / "data" / "documents"


@pytest.fixture(scope="session")
def original_documents() -> Path:
    """The customer's documents, not ours to publish: beside the repository, or nowhere."""
    named = os.environ.get("POLICYQA_TEST_CORPUS")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip("the customer's documents are not beside the repository (../shared/corpus)")
    return folder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The real packaged model, loaded once."""
    return load_embedder(EmbeddingSettings())


@pytest.fixture(scope="session")
def sample_index(
    tmp_path_factory: pytest.TempPathFactory, sample_documents: Path, embedder: Embedder
) -> Settings:
    """Settings that point at a real index of the sample documents."""
    settings = Settings(index_dir=tmp_path_factory.mktemp("sample") / "index")
    ingest([sample_documents], settings, embedder=embedder)
    return settings


@pytest.fixture(scope="session")
def original_index(
    tmp_path_factory: pytest.TempPathFactory, original_documents: Path, embedder: Embedder
) -> Settings:
    """Settings that point at a real index of the customer's documents."""
    settings = Settings(index_dir=tmp_path_factory.mktemp("original") / "index")
    ingest([original_documents], settings, embedder=embedder)
    return settings


@pytest.fixture(scope="session")
def real_pipeline(sample_index: Settings) -> Iterator[Pipeline]:
    """The shipped pipeline over the sample documents."""
    with build_pipeline(sample_index) as pipeline:
        yield pipeline


@pytest.fixture(scope="session")
def original_pipeline(original_index: Settings) -> Iterator[Pipeline]:
    """The shipped pipeline over the customer's documents."""
    with build_pipeline(original_index) as pipeline:
        yield pipeline
