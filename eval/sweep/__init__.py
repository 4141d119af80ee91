"""The same cases under every combination of some settings."""
