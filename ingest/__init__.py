"""From files to documents, passages and a new generation of the index."""
