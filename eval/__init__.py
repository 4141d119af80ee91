"""From cases to answers to scores to a report."""
