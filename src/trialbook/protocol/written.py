"""How the values of a study are written in a study file."""

from __future__ import annotations

from dataclasses import dataclass

from trialbook.protocol.model import Text
from trialbook.protocol.plain_yaml import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Writes values for a study with these languages."""

    languages: tuple[str, ...]

    def text(self, text: Text) -> Tree:
        """Write a text: as a string where it has only the first language."""
        return text[self.languages[0]] if set(text) == {self.languages[0]} else dict(text)

    def flag(self, value: bool) -> str:  # noqa: FBT001 - the value that is written
        """Write yes or no as the file does."""
        return "true" if value else "false"

    def present(self, **keys: Tree | None) -> Tree:
        """Return the keys that have a value."""
        return {key: value for key, value in keys.items() if value is not None}
