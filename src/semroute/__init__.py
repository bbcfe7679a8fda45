"""semroute: a semantic router for LLM traffic, consulted by Envoy over External Processing."""

__version__ = "0.1.0"
