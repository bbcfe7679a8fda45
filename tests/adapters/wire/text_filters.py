"""Filters of texts, each with one habit."""

from attrs import define, field

from semroute.domain.filtering import Stop


@define
class Unchanging:
    """Lets everything go on at once."""

    def feed(self, text: str) -> str | Stop:
        return text

    def finish(self) -> str | Stop:
        return ""


@define
class Hoarding:
    """Lets everything go on at the end."""

    _held: str = field(init=False, default="")

    def feed(self, text: str) -> str | Stop:
        self._held += text
        return ""

    def finish(self) -> str | Stop:
        return self._held


@define
class Replacing:
    """Puts one word in another's place, and holds back what may be its beginning."""

    old: str = "[EMAIL_1]"
    new: str = 'jane "j\\" é@x.example\n'
    _held: str = field(init=False, default="")

    def feed(self, text: str) -> str | Stop:
        said = (self._held + text).replace(self.old, self.new)
        keep = next(
            (size for size in range(len(self.old) - 1, 0, -1) if said.endswith(self.old[:size])), 0
        )
        self._held = said[len(said) - keep :]
        return said[: len(said) - keep]

    def finish(self) -> str | Stop:
        return self._held


@define
class Stopping:
    """Stops a text with a certain word in it; holds nothing back."""

    word: str = "stop!"
    _seen: str = field(init=False, default="")

    def feed(self, text: str) -> str | Stop:
        self._seen += text
        return Stop("I must not say that.") if self.word in self._seen else text

    def finish(self) -> str | Stop:
        return ""
