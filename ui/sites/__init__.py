"""What the server does for the widget on other people's pages."""
