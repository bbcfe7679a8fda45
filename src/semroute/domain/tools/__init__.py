"""Tools that a model is offered: which of many it shall see, and tools that are kept in a file."""
