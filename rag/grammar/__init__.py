"""English grammar as far as closed word classes and word forms tell it; no subject is known."""
