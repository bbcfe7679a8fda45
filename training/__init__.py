"""Trains what ships. Scripts; no part of the package, and never run by the checks."""
