"""What identifies a request, and who may share its answer.

Everything here is a keyed digest: a store tells nobody without the key whose entries it has, and
nobody can make a request whose digest is another's.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence

from attrs import field, frozen

_SCHEMA = b"semroute-cache-1"  # a new one when anything about keys changes
_TENANT_CHARS = 32
_EVERYBODY = "global"


@frozen
class Keys:
    """Makes digests.

    Args:
        secret: The key; at least 32 bytes, the same for all routers that share a store.
    """

    secret: bytes = field(repr=False)

    def tenant(self, identity: Sequence[str] | None) -> str:
        """Returns whose a request is.

        Args:
            identity: The values of the headers that say who asks; None for everybody together.
        """
        if identity is None:
            return _EVERYBODY
        digest = self._digest("tenant", (each.encode("utf-8", "replace") for each in identity))
        return digest.hex()[:_TENANT_CHARS]

    def shared(self, tenant: str, service: str, revision: str, rest: bytes) -> bytes:
        """Returns what identifies everything but the last user text, before a model is chosen.

        Args:
            tenant: Whose the request is.
            service: The API it speaks.
            revision: The rules it is ruled on by; another configuration shares nothing.
            rest: As in `Question`.
        """
        return self._digest("shared", (tenant.encode(), service.encode(), revision.encode(), rest))

    def exact(self, shared: bytes, text: str | None) -> bytes:
        """Returns what identifies a whole request."""
        spoken = () if text is None else (text.encode("utf-8", "surrogatepass"),)
        return self._digest("exact", (shared, *spoken))

    def partition(self, shared: bytes, model: str, route: str, encoder: str) -> bytes:
        """Returns what identifies the requests that are compared with each other by meaning."""
        return self._digest("partition", (shared, model.encode(), route.encode(), encoder.encode()))

    def _digest(self, purpose: str, parts: Iterable[bytes]) -> bytes:
        digest = hmac.new(self.secret, _SCHEMA, hashlib.sha256)
        for part in (purpose.encode(), *parts):
            digest.update(len(part).to_bytes(8))  # so that no two lists of parts look the same
            digest.update(part)
        return digest.digest()
