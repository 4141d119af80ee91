"""Making cases: drafts from figures of the documents, proofs against them, a queue for people."""

KINDS = ("amount", "count", "share", "growth", "absent")
"""The kinds of cases that are drafted."""
