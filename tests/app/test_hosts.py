"""What settings mean for a gateway in Kubernetes."""

from typing import Any

from semroute.adapters.envoy.hosts import Deployment, Host, Placement
from semroute.app.assemble import deployment_of
from semroute.domain.address import Address

from .test_config import loaded


def deployed(host: Host = Host.ISTIO, **changes: Any) -> Deployment:
    return deployment_of(loaded(**changes), host, Placement("models"), is_shadow=False)


def test_a_picker_s_header_is_left_to_pickers() -> None:
    for host in Host:
        deployment = deployed(host)
        is_ours = deployment.gateway.endpoint_header == "x-semroute-endpoint"
        assert is_ours is host.may_have_a_picker is ("headers.endpoint" in deployment.demands)
        assert deployment.gateway.endpoint_header in deployment.gateway.owned_headers
        assert not deployment.shares_a_pickers_header


def test_a_header_that_is_configured_is_used_on_every_host() -> None:
    theirs = deployed(headers={"endpoint": "x-gateway-destination-endpoint"})
    assert theirs.shares_a_pickers_header
    assert theirs.gateway.endpoint_header == "x-gateway-destination-endpoint"
    other = deployed(headers={"endpoint": "x-to"})
    assert other.gateway.endpoint_header == "x-to"
    assert not other.shares_a_pickers_header
    assert "headers.endpoint" not in {**theirs.demands, **other.demands}


def test_the_router_is_asked_to_be_where_its_service_can_reach_it() -> None:
    assert dict(deployed(server={"workers": 3}).demands) == {
        "headers.endpoint": "x-semroute-endpoint",
        "server.extproc": "0.0.0.0:50051",
        "server.allow_remote": "true",
        "server.workers": "1",
    }
    open_to_all = {"extproc": "0.0.0.0:7000", "allow_remote": True}
    deployment = deployed(server=open_to_all, headers={"endpoint": "x-semroute-endpoint"})
    assert dict(deployment.demands) == {}
    assert deployment.gateway.routers == (Address("semroute.models.svc.cluster.local", 7000),)
    assert deployment.port == 7000


def test_with_a_cache_a_message_may_take_as_long_as_somebody_else_s_answer() -> None:
    assert deployed().patience_seconds == 2
    assert deployed(cache={"mode": "exact", "follow_seconds": 30}).patience_seconds > 30


def test_models_are_where_the_settings_say() -> None:
    (serving,) = deployed().servings
    assert (serving.model, dict(serving.shares)) == ("big", {"gpu": 2})
