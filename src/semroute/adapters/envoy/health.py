"""What Envoy knows of the health of endpoints, read from its admin page."""

import logging
from collections.abc import Sequence
from typing import Final

import httpx2
import msgspec
import trio
from attrs import define, field

from semroute.domain.address import Address
from semroute.domain.health import Health
from semroute.domain.http import OK

_log = logging.getLogger(__name__)

_PATH: Final = "/clusters?format=json"
# Envoy answers from memory, in milliseconds. Whoever takes longer is stuck.
_ANSWER_SECONDS: Final = 2.0
_UNKNOWN_SECONDS: Final = 0.5  # how long to wait from one look to the next while nothing is known
# One answer that is late must not make dead endpoints look alive; silence must in the end.
_MOST_MISSED: Final = 3
# What discovery says of hosts that Envoy sends nothing to. It calls others degraded, and uses them.
_GONE: Final = frozenset({"UNHEALTHY", "DRAINING", "TIMEOUT"})


class _HealthStatus(msgspec.Struct):
    """Envoy's `HostHealthStatus`; JSON leaves out what is false."""

    failed_active_health_check: bool = False
    failed_outlier_check: bool = False
    eds_health_status: str = "UNKNOWN"


class _Host(msgspec.Struct):
    health_status: _HealthStatus = msgspec.field(default_factory=_HealthStatus)


class _Cluster(msgspec.Struct):
    name: str
    host_statuses: Sequence[_Host] = ()


class _Clusters(msgspec.Struct):
    cluster_statuses: Sequence[_Cluster] = ()


_CLUSTERS: Final = msgspec.json.Decoder(_Clusters)


@define(eq=False)
class EnvoyHealth:
    """Asks Envoy again and again which endpoints it would send nothing to.

    While Envoy cannot be asked, every endpoint is taken to be healthy: a request that fails at
    its endpoint is no worse than one that is never tried.

    Args:
        admin: Envoy's admin page.
        endpoints: The names of the endpoints, which are the names of their clusters.
        interval_seconds: How long to wait from one look to the next.
    """

    admin: Address
    endpoints: frozenset[str]
    interval_seconds: float = 5.0
    _health: Health = field(factory=Health, init=False)
    _missed: int = field(default=_MOST_MISSED, init=False)
    _is_told: bool = field(default=False, init=False)

    @property
    def health(self) -> Health:
        """What Envoy said last, or that all is well if that is too long ago."""
        return self._health

    @property
    def is_known(self) -> bool:
        """Whether Envoy has answered lately."""
        return self._missed < _MOST_MISSED

    async def run(self) -> None:
        """Looks again and again until it is cancelled, which loses nothing."""
        # No proxy from the environment: this is between Envoy and us. `look` has the time-out.
        async with httpx2.AsyncClient(trust_env=False, timeout=None) as client:
            while True:
                await self.look(client)
                # Envoy may start after us, and nobody knows anything until it has.
                most = self.interval_seconds if self.is_known else _UNKNOWN_SECONDS
                await trio.sleep(min(self.interval_seconds, most))

    async def look(self, client: httpx2.AsyncClient) -> None:
        """Asks Envoy once. Whatever it does, this takes two seconds at most."""
        try:
            with trio.fail_after(_ANSWER_SECONDS):
                response = await client.get(f"http://{self.admin}{_PATH}")
            if response.status_code != OK:
                self._miss(f"status {response.status_code}")
                return
            clusters = _CLUSTERS.decode(response.content)
        except (httpx2.HTTPError, msgspec.DecodeError, trio.TooSlowError, UnicodeError) as error:
            self._miss(type(error).__name__)
            return
        if self._is_told:
            _log.info("Envoy says again which endpoints are healthy")
        self._missed, self._is_told = 0, False
        self._health = Health(
            frozenset(
                cluster.name
                for cluster in clusters.cluster_statuses
                if cluster.name in self.endpoints and not any(map(_answers, cluster.host_statuses))
            )
        )

    def _miss(self, why: str) -> None:
        self._missed = min(self._missed + 1, _MOST_MISSED)
        if self.is_known or self._is_told:
            return
        self._health, self._is_told = Health(), True
        _log.warning("Envoy does not say which endpoints are healthy; all count as such: %s", why)


def _answers(host: _Host) -> bool:
    status = host.health_status
    return not (
        status.failed_active_health_check
        or status.failed_outlier_check
        or status.eds_health_status in _GONE
    )
