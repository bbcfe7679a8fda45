"""OpenAI's own client, in front of a server that always answers the same."""

import httpx2
from openai import OpenAI

from semroute.domain.http import LocalReply


def reading(reply: LocalReply) -> OpenAI:
    """OpenAI's client, for which every server answers this."""

    def answer(_: httpx2.Request) -> httpx2.Response:
        headers = [(name, value.decode()) for name, value in reply.headers]
        return httpx2.Response(reply.status, headers=headers, content=reply.body)

    transport = httpx2.MockTransport(answer)
    return OpenAI(
        api_key="none", base_url="http://x", http_client=httpx2.Client(transport=transport)
    )
