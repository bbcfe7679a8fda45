"""Envoy's External Processing service: its messages as domain events and replies."""

from .service import SERVICE_NAME, ExtProcService

__all__ = ["SERVICE_NAME", "ExtProcService"]
