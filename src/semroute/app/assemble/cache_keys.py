"""The keys of answer caches: from the environment, or kept beside the answers."""

import hashlib
import hmac
import logging
import os
import re
import secrets
from pathlib import Path
from typing import Final

from semroute.app.caching import StoreSettings
from semroute.app.settings import Settings
from semroute.domain.caching.keys import Keys
from semroute.domain.errors import CacheError

_log = logging.getLogger(__name__)

_KEY: Final = re.compile(r"[0-9a-fA-F]{64}")
_KEY_FILE: Final = "key"
SEAL: Final = "seal"  # what a key is derived for: to seal what is written
_KEYS, _TOKEN = "keys", "token"  # likewise
KEY_BYTES: Final = 32


def keys_of(key: bytes) -> Keys:
    """Returns what identifies requests in the store that has this key."""
    return Keys(derived(key, _KEYS))


def token_of(key: bytes) -> str:
    """Returns what operators must show, who can read the key."""
    return derived(key, _TOKEN).hex()


def operators_token_of(settings: Settings) -> str | None:
    """Returns what operators must show who ask for decisions; None if nobody can be told any.

    Raises:
        CacheError: What should be a key is none.
    """
    key = known_key(settings.cache.store)
    return None if key is None or not settings.log.remembered_decisions else token_of(key)


def known_key(settings: StoreSettings) -> bytes | None:
    """Returns the key of a store that may be open elsewhere; None if there is none to be found.

    Raises:
        CacheError: What should be a key is none.
    """
    key = key_in(settings.key_variable)
    path = Path(settings.directory) / _KEY_FILE
    if key is None and settings.kind == "disk" and path.exists():
        return key_beside(path.parent)
    return key


def key_in(variable: str) -> bytes | None:
    """Returns the key in an environment variable; None if there is none.

    Raises:
        CacheError: It is no key. The message does not say what it is.
    """
    text = os.environ.get(variable)
    if not text:
        return None
    if _KEY.fullmatch(text.strip()) is None:
        message = f"{variable} must hold 64 hexadecimal digits, as `openssl rand -hex 32` prints"
        raise CacheError(message)
    return bytes.fromhex(text.strip())


def key_beside(directory: Path) -> bytes:
    """Returns the key that is kept with the answers; made if there is none."""
    path = directory / _KEY_FILE
    try:
        if path.exists():
            key = path.read_bytes()
            if len(key) == KEY_BYTES:
                return key
            _log.warning("the cache's key is damaged; what was kept will not be found")
        key = secrets.token_bytes(KEY_BYTES)
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise CacheError(message) from error
    return key


def derived(key: bytes, purpose: str) -> bytes:
    """Returns a key for one purpose, so that none is used for two."""
    return hmac.new(key, f"semroute cache {purpose}".encode(), hashlib.sha256).digest()
