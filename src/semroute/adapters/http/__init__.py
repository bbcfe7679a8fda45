"""HTTP pages for operators, and a small model server for demonstrations."""

from .admin import admin_app
from .archive import ArchivePages
from .decisions import DecisionPages, NotAnswered, NotRemembered, RemoteDecisions
from .modelserver import SERVED_BY, model_server
from .remote import RemoteStore
from .serving import bound_socket, serve_http

__all__ = [
    "SERVED_BY",
    "ArchivePages",
    "DecisionPages",
    "NotAnswered",
    "NotRemembered",
    "RemoteDecisions",
    "RemoteStore",
    "admin_app",
    "bound_socket",
    "model_server",
    "serve_http",
]
