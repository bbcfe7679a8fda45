"""What can be told of a request, and what decisions are made of it."""
