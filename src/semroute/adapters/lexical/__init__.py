"""What can be read off a text's letters, without a model that understands it."""
