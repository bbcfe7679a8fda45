"""What can be seen in a text without a model: patterns, checksums, words."""
