"""Decisions of a router that runs, explained to its operators."""

import json
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
import trio
from attrs import evolve

from semroute.adapters.http import NotAnswered, NotRemembered, RemoteDecisions
from semroute.app.assemble.cache_keys import token_of
from semroute.app.settings import LogSettings, Settings
from semroute.domain.address import Address
from tests.cli.run import environment

from .gateway import Gateway, running_gateway

pytestmark = pytest.mark.envoy

SOURCE = str(Path(__file__).parents[2] / "src")
KEY = "ab" * 32
PROMPT = "Can my landlord evict me from my flat without a notice, says Rumpelstilzchen?"
CONFIG = """
endpoints: {{gpu: {{address: "127.0.0.1:9"}}}}
models: {{big: {{endpoints: {{gpu: 1}}}}}}
categories: {{law: {{candidates: {{big: 1}}}}}}
routing: {{default_model: big}}
server: {{admin: "{admin}"}}
"""


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMROUTE_CACHE_KEY", KEY)


def remembering_two(settings: Settings) -> Settings:
    return evolve(settings, log=LogSettings(remembered_decisions=2))


async def decided(gateway: Gateway) -> str:
    async with gateway.http() as client:
        body = {"model": "auto", "messages": [{"role": "user", "content": PROMPT}]}
        response = await client.post("/v1/chat/completions", json=body)
        return str(response.headers["x-semroute-decision-id"])


def admin_of(gateway: Gateway) -> Address:
    assert gateway.router.listening is not None
    return gateway.router.listening.admin


async def explain(home: Path, admin: Address, *arguments: str, key: str = KEY) -> Any:
    (home / "semroute.yaml").write_text(CONFIG.format(admin=admin))
    command = [sys.executable, "-m", "semroute.app.cli", "explain", *arguments]
    with trio.fail_after(60):
        return await trio.run_process(
            [*command, "-c", "semroute.yaml"],
            capture_stdout=True,
            capture_stderr=True,
            check=False,
            cwd=home,
            env=environment(home) | {"PYTHONPATH": ":".join(sys.path), "SEMROUTE_CACHE_KEY": key},
        )


async def test_a_decision_is_explained_until_it_is_forgotten(tmp_path: Path) -> None:
    async with running_gateway(remembering_two) as gateway:
        first, second = await decided(gateway), await decided(gateway)
        admin = admin_of(gateway)
        told = await explain(tmp_path, admin, "--decision", second, "--json")
        assert told.returncode == 0, told.stderr
        document = json.loads(told.stdout)
        assert (document["id"], document["model"]) == (second, "saul-54b")
        assert document["would_change"]
        assert b"Rumpelstilzchen" not in told.stdout
        tree = (await explain(tmp_path, admin, "--decision", second)).stdout.decode()
        assert tree.startswith("law → saul-54b   confidence ")
        assert "would be" in tree
        await decided(gateway)
        gone = await explain(tmp_path, admin, "--decision", first)
        assert gone.returncode == 3
        assert b"does not remember this decision" in gone.stderr


async def test_who_has_no_key_is_told_nothing() -> None:
    async with running_gateway() as gateway:
        known, admin = await decided(gateway), admin_of(gateway)
        mine = await RemoteDecisions(admin, token_of(bytes.fromhex(KEY))).explained(known)
        assert isinstance(mine, dict)
        theirs = await RemoteDecisions(admin, token_of(bytes(32))).explained(known)
        assert theirs == NotAnswered("it has another key")
        nobody = await RemoteDecisions(admin, token_of(bytes.fromhex(KEY))).explained("01J")
        assert nobody == NotRemembered()
        async with httpx2.AsyncClient() as client:
            response = await client.get(f"http://{admin}/decisions/{known}")
        assert response.status_code == 401


async def test_a_router_that_does_not_run_is_said_to(tmp_path: Path) -> None:
    told = await explain(tmp_path, Address("127.0.0.1", 9), "--decision", "01J")
    assert told.returncode == 3
    assert b"the router at 127.0.0.1:9 does not say: no router runs there" in told.stderr


async def test_without_a_key_it_is_said_how_to_get_one(tmp_path: Path) -> None:
    told = await explain(tmp_path, Address("127.0.0.1", 9), "--decision", "01J", key="")
    assert told.returncode == 3
    assert b"SEMROUTE_CACHE_KEY" in told.stderr


async def test_a_router_that_remembers_nothing_says_so() -> None:
    def forgetful(settings: Settings) -> Settings:
        return evolve(settings, log=LogSettings(remembered_decisions=0))

    async with running_gateway(forgetful) as gateway:
        remote = RemoteDecisions(admin_of(gateway), token_of(bytes.fromhex(KEY)))
        told = await remote.explained(await decided(gateway))
        assert told == NotAnswered("it remembers no decisions, or it is no router")
