"""HTTP pages for operators, and a small model server for demonstrations."""

from .admin import admin_app
from .modelserver import SERVED_BY, model_server
from .serving import bound_socket, serve_http

__all__ = ["SERVED_BY", "admin_app", "bound_socket", "model_server", "serve_http"]
