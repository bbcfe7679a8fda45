"""HTTP pages for operators."""

from .admin import admin_app
from .serving import bound_socket, serve_http

__all__ = ["admin_app", "bound_socket", "serve_http"]
