"""Uploads through a real Envoy, sent by the clients that people use."""

import itertools
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, Final

import openai
import pytest
import trio
from attrs import evolve
from openai import OpenAI
from starlette.responses import JSONResponse

from semroute.app.guards import AttackGuardSettings, ModeName
from semroute.app.settings import Settings

from .gateway import Gateway, running_gateway
from .test_every_mode import Cell
from .test_guards import ATTACK, CARD, attacks, guarded, pii

pytestmark = pytest.mark.envoy

PNG: Final = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
EDITS, TRANSCRIPTIONS, FILES = "/v1/images/edits", "/v1/audio/transcriptions", "/v1/files"
PICTURE: Final = {"image": ("a.png", PNG, "image/png")}


def edit(client: OpenAI, prompt: str) -> Any:
    return client.images.edit(model="gpt-image-1", image=("a.png", PNG), prompt=prompt)


def transcribe(client: OpenAI, prompt: str) -> Any:
    return client.audio.transcriptions.create(model="whisper-1", file=("a.wav", PNG), prompt=prompt)


def keep(client: OpenAI, prompt: str = "") -> Any:
    return client.files.create(file=("a.pdf", PNG), purpose="assistants")


UPLOADS: Final[dict[str, Callable[..., Any]]] = {
    EDITS: edit,
    TRANSCRIPTIONS: transcribe,
    FILES: keep,
}


def answer(_: object) -> JSONResponse:
    return JSONResponse({"id": "file-1", "text": "hi", "created": 1, "data": []})


@pytest.mark.parametrize("mode", ["off", "monitor", "enforce"])
async def test_what_nobody_can_read_is_a_finding_with_a_policy_of_its_own(mode: ModeName) -> None:
    # Something else is watched, or nobody would look at all.
    change = guarded(jailbreak=AttackGuardSettings(mode="monitor"), unscannable=mode)
    async with running_gateway(change) as gateway:
        gateway.servers.answer = answer
        for path, send in UPLOADS.items():
            if mode == "enforce":
                with pytest.raises(openai.PermissionDeniedError) as caught:
                    await gateway.openai(partial(send, prompt="a cat"))
                assert caught.value.code == "content_policy_violation"
                told = caught.value.response.headers["x-semroute-guard"]
                assert told.split(", ")[0] == "unscannable=block"
                assert gateway.servers.received == []
            else:
                await gateway.openai(partial(send, prompt="a cat"))
                (received,) = gateway.servers.received
                assert received.path == path
                assert PNG in received.body
                gateway.servers.received.clear()
        if mode != "off":
            said = f'action="{"block" if mode == "enforce" else mode}",guard="unscannable"'
            await gateway.until_metric(f'semroute_guard_total{{{said},verdict="block"}} 3.0')
        else:
            assert not any('guard="unscannable"' in line for line in await gateway.metrics())


FORBIDDEN: Final[dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "a prompt": ({"prompt": ATTACK}, PICTURE),
    "one of several": ({"prompt": ["a cat", ATTACK]}, PICTURE),
    "a field that nobody knows": ({"prompt": "a cat", "mood": ATTACK}, PICTURE),
    "a prompt that comes as a file": ({}, {**PICTURE, "prompt": ("p.txt", ATTACK.encode())}),
    "the name of a file": ({"prompt": "a cat"}, {"image": (f"{ATTACK}.png", PNG)}),
    "data in a file that is text": ({"prompt": "a cat"}, {"mask": ("m.csv", f"1,{CARD}\n")}),
    "data in the name of a file": ({"prompt": "a cat"}, {"image": (f"{CARD}.png", PNG)}),
}


@pytest.mark.parametrize("where", FORBIDDEN)
async def test_what_must_not_reach_a_model_does_not_do_so_in_an_upload(where: str) -> None:
    data, files = FORBIDDEN[where]
    change = guarded(**attacks("enforce"), pii=pii())
    async with running_gateway(change) as gateway, gateway.http() as client:
        for path in (EDITS, TRANSCRIPTIONS):
            response = await client.post(path, data=data, files=files)
            assert response.status_code == 403
            assert response.json()["error"]["code"] == "content_policy_violation"
        assert gateway.servers.received == []


async def test_data_in_a_field_is_masked_and_everything_else_keeps_its_bytes() -> None:
    async with running_gateway(guarded(pii=pii())) as gateway, gateway.http() as client:
        gateway.servers.answer = answer
        for prompt, seen in ((f"charge {CARD}, ü", "charge [CREDIT_CARD_1], ü"), ("hi", "hi")):
            data = {"model": "m", "prompt": prompt, "n": "1"}
            request = client.build_request("POST", EDITS, data=data, files=PICTURE)
            body = request.read()
            assert (await client.send(request)).status_code == 200
            received = gateway.servers.received[-1]
            assert received.body == body.replace(prompt.encode(), seen.encode())
            assert received.headers["content-type"] == request.headers["content-type"]
            assert received.headers["content-length"] == str(len(received.body))


@pytest.mark.parametrize("mode", ["monitor", "enforce"])
async def test_a_form_that_nobody_can_read_alike_is_refused_or_only_watched(
    mode: ModeName,
) -> None:
    form = b"--x\r\nContent-Disposition: form-data; name=prompt\r\n\r\nhi\r\n--x--\r\n"
    odd = {
        "something before it": (b"hi\r\n" + form, "multipart/form-data; boundary=x"),
        "two boundaries": (form, "multipart/form-data; boundary=x; boundary=y"),
        "no form": (form, "multipart/mixed; boundary=x"),
        "no type": (form, "application/json"),
        "fields without parts": (b"prompt=hi", "application/x-www-form-urlencoded"),
    }
    change = guarded(**attacks(mode))
    async with running_gateway(change, is_screened=False) as gateway, gateway.http() as client:
        gateway.servers.answer = answer
        for what, (body, kind) in odd.items():
            response = await client.post(EDITS, content=body, headers={"content-type": kind})
            assert response.status_code == (400 if mode == "enforce" else 200), what
            received = [each.body for each in gateway.servers.received]
            assert received == ([] if mode == "enforce" else [body]), what
            told = response.headers.get("x-semroute-guard")
            assert told == (None if mode == "enforce" else "unscannable=block?"), what
            gateway.servers.received.clear()


async def test_what_is_transcribed_is_an_answer_that_nobody_reads() -> None:
    async with running_gateway(guarded(answers=pii())) as gateway:
        gateway.servers.answer = answer
        with pytest.raises(openai.PermissionDeniedError) as caught:
            await gateway.openai(lambda client: transcribe(client, "a cat"))
        assert caught.value.code == "answers_unscreened"
        assert gateway.servers.received == []
        await gateway.openai(lambda client: edit(client, "a cat"))
        await gateway.openai(keep)
        assert len(gateway.servers.received) == 2


BOUNDARY: Final = "multipart/form-data; boundary=x"
LONG: Final = (
    b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nhi\r\n'
    b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
    + bytes(range(256)) * 6_000
    + b"\r\n--x--\r\n"
)
DUPLEX: Final = Cell("FULL_DUPLEX_STREAMED", "NONE")


def short_of_room(mode: ModeName) -> Callable[[Settings], Settings]:
    """What is longer than a megabyte is not read, nor kept by Envoy."""

    def change(settings: Settings) -> Settings:
        server = evolve(settings.server, max_body_bytes=1_000_000)
        return guarded(**attacks(mode), unscannable="monitor")(evolve(settings, server=server))

    return change


async def uploaded(
    gateway: Gateway, path: str, *, is_announced: bool, waits: bool
) -> tuple[int, list[bytes]]:
    """Sends what is too long to be read; returns the status, and what a server received.

    Args:
        gateway: The gateway.
        path: Where to.
        is_announced: Whether the request says how long it is.
        waits: Whether the body is sent only once the headers have reached a server. Until the
            router has answered, Envoy keeps what comes, and turns away what is too much.
    """
    gateway.servers.arrived = trio.Event()
    gateway.servers.received.clear()

    async def pieces() -> AsyncIterator[bytes]:
        yield LONG[:1000]
        if waits:
            await gateway.servers.arrived.wait()
        for at in range(1000, len(LONG), 100_000):
            yield LONG[at : at + 100_000]

    headers = {"content-type": BOUNDARY}
    headers |= {"content-length": str(len(LONG))} if is_announced else {}
    async with gateway.http() as client:
        response = await client.post(path, content=pieces(), headers=headers)
    return response.status_code, [each.body for each in gateway.servers.received]


@pytest.mark.parametrize("cell", [None, DUPLEX], ids=str)
async def test_what_is_too_long_to_be_read_passes_whole_where_checks_only_watch(
    cell: Cell | None,
) -> None:
    async with running_gateway(short_of_room("monitor"), cell, is_screened=False) as gateway:
        gateway.servers.answer = answer
        for path, is_announced in itertools.product((EDITS, FILES), (True, False)):
            # What nobody announced has to come before anybody knows how long it is.
            is_known = is_announced or path == FILES
            told = await uploaded(gateway, path, is_announced=is_announced, waits=is_known)
            passes = is_known or cell is DUPLEX
            assert told == ((200, [LONG]) if passes else (413, []))


@pytest.mark.parametrize("cell", [None, DUPLEX], ids=str)
async def test_and_not_at_all_where_they_are_enforced_unless_it_is_a_file_whatever_is_in_it(
    cell: Cell | None,
) -> None:
    async with running_gateway(short_of_room("enforce"), cell, is_screened=False) as gateway:
        gateway.servers.answer = answer
        for is_announced in (True, False):
            told = await uploaded(gateway, EDITS, is_announced=is_announced, waits=False)
            assert told == (413, [])
            told = await uploaded(gateway, FILES, is_announced=is_announced, waits=True)
            assert told == (200, [LONG])
