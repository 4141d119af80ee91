"""The widget: a chat for other people's pages, as one script."""
