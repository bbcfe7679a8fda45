"""Many phrases, looked for in one pass."""

from collections.abc import Sequence

from attrs import define, field, frozen

from .typos import Typos


@define(eq=False)
class _Node:
    """What a phrase may go on with.

    Args:
        following: By the next token.
        ends: The phrases that end here, by their place among all.
    """

    following: dict[str, "_Node"] = field(factory=dict)
    ends: list[int] = field(factory=list)


@frozen(eq=False)
class Phrases:
    """Phrases in a tree by their tokens.

    It takes one step for each token of a text, times at most the tokens of the longest phrase
    that has begun; how many phrases there are does not matter.

    Args:
        root: Where phrases begin.
        words: All their tokens.
        typos: Those among them that a mistyped word may be meant for.
    """

    root: _Node
    words: frozenset[str]
    typos: Typos

    @classmethod
    def of(cls, phrases: Sequence[Sequence[str]], typos: int) -> "Phrases":
        """Returns the tree of some phrases.

        Args:
            phrases: Each as its tokens, which are at least one.
            typos: How many each word may have; 0 to 2.
        """
        root = _Node()
        for place, phrase in enumerate(phrases):
            node = root
            for token in phrase:
                node = node.following.setdefault(token, _Node())
            node.ends.append(place)
        words = frozenset(token for phrase in phrases for token in phrase)
        return cls(root, words, Typos.of(words, typos))

    def found(self, tokens: Sequence[str]) -> set[int]:
        """Returns the places of the phrases that stand in a text."""
        meant = {token: words for token in set(tokens) if (words := self._meant_by(token))}
        found: set[int] = set()
        begun: list[_Node] = []
        for token in tokens:
            if token not in meant:
                begun = []
                continue
            following = [
                node.following[word]
                for node in (self.root, *begun)
                for word in meant[token]
                if word in node.following
            ]
            for node in following:
                found.update(node.ends)
            begun = [node for node in following if node.following]
        return found

    def _meant_by(self, token: str) -> frozenset[str]:
        """Returns the words of phrases that a token may stand for."""
        return self.words.intersection((token, *self.typos.near(token)))
