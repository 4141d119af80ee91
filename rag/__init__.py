"""The vocabulary and the answer path: question, passages, sentences, verified claims."""
