"""Making cases: drafts from figures of the documents, proofs against them, a queue for people."""
