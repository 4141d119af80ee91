"""What people think of answers: kept, changed, taken back, and made into cases for review."""
