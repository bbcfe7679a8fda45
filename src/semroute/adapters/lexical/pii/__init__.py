"""Personal data and secrets that have a form: found by pattern, proven by checksum."""

from semroute.adapters.lexical.pii.finder import PatternFinder

__all__ = ["PatternFinder"]
