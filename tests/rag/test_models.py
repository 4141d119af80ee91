from rag.models import Span


def test_a(sample_index, embedder):
    pass
