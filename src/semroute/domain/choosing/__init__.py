"""Which model answers: what may, what it is worth, and what a change would cost."""
