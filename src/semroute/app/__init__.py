"""The use cases, and the one place that knows which adapter plays which role."""
