"""Tools that a model is offered."""
