"""The quality room: evaluation runs read, started, compared, and cases reviewed."""
