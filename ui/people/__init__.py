"""Who asks: sign-in, roles, limits and the audit log."""
