"""Training and fitting of the small models under `rag/weights`: run once, by hand."""
