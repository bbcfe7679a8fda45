"""The gateways that can consult the router, and what each of them must be told.

Every resource is a typed value of ours with the fields that we print; Envoy's own configuration
inside them comes from the same messages as the plain one. The tests compare the fields with those
of the published schemas.

Envoy's types take most of a second to import, so `pages` is imported where it is needed.
"""

from .deployment import Deployment, Placement, Serving
from .host import Host

__all__ = ["Deployment", "Host", "Placement", "Serving"]
