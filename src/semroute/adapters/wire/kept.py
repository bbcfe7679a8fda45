"""What was kept of an answer that has passed, taken apart for those who learn from it."""

from collections.abc import Iterator

from semroute.domain.record import UpstreamAnswer

_DATA = b"data:"


def documents_of(answer: UpstreamAnswer, word: bytes) -> Iterator[bytes]:
    """Yields the documents of an answer that have this word in them, in order.

    An answer in one piece is one document; in a stream every event is one, on one line, as all
    model servers write them.
    """
    content_type = (answer.headers.get("content-type") or "").partition(";")[0].strip()
    if content_type != "text/event-stream":
        if word in answer.body:
            yield answer.body
        return
    for line in answer.body.split(b"\n"):
        if line.startswith(_DATA) and word in line:
            yield line.removeprefix(_DATA)
