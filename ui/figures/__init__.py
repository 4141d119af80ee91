"""The register of figures, shown: rows, filters, a table, and results against their targets."""
