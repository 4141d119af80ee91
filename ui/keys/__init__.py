"""Keys by which other programs use the API: made, kept as hashes, checked and revoked."""
