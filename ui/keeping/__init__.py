"""Conversations that are kept: their store, their exports and their pages."""
