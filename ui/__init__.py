"""Everything a person or a program touches: command line, page, HTTP API."""
