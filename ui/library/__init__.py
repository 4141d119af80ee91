"""The library of an office: what is loaded, what was uploaded, and ingests begun from the page."""
