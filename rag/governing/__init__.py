"""What a figure depends on in its clause: a verb, a preposition, a noun, the figure before it."""
