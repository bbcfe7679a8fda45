"""People and addresses in texts: where to look for them, and where they stand."""

from collections.abc import Iterator, Mapping, Sequence

from attrs import evolve

from semroute.domain.examination import Examination, Sighting
from semroute.domain.excerpt import Excerpt, Subject
from semroute.domain.extracts import Extract
from semroute.domain.reading import Reading
from semroute.domain.views import RAW


def peopled(
    new: Mapping[Subject, Excerpt], examinations: Mapping[Subject, Examination]
) -> Iterator[str]:
    """Yields what may have people in it: all texts, then what is hidden in them.

    There is nobody in bytes that an API has signed.
    """
    extracts = {
        subject: examinations[subject].extracts
        for subject, excerpt in new.items()
        if subject in examinations and not excerpt.is_seam  # else the check has failed already
    }
    for subject, each in extracts.items():
        if not new[subject].is_sealed:
            yield from (extract.text for extract in each[:1])
    for each in extracts.values():
        yield from (extract.text for extract in each[1:])


def people_in(
    extracts: Sequence[Extract], readings: Mapping[str, Reading], text: str
) -> tuple[Sighting, ...]:
    """Returns what was read of people and addresses, where it stands in the text."""
    seen: dict[tuple[str, int, int], Sighting] = {}
    for extract in extracts:
        reading = readings.get(extract.text)
        for span in reading.entities if reading is not None else ():
            start, end = extract.locate(span.start, span.end)
            is_plain = text[start:end] == extract.text[span.start : span.end]
            if is_plain and extract is not extracts[0]:
                continue  # stands beside what is hidden, and was read in all its surroundings
            view = RAW if is_plain else extract.view.name
            place = span.kind.value, start, end
            seen.setdefault(place, Sighting(evolve(span, start=start, end=end), view))
    return tuple(seen.values())
