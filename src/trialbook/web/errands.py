"""Work that takes longer than a page may: done in a thread of its own, its progress asked for by whoever began it.

What is done stands in the ledger or in the folder of the study; an errand itself is forgotten with the process.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from trialbook.errors import TrialbookError

MOST_KEPT = 50


class Errand:
    """Steps that are done one after the other; one that is refused leaves the others as they are.

    Of a chain each step needs what the one before it made: nothing is done after one that is refused.
    """

    def __init__(
        self, key: str, person: str, steps: Sequence[tuple[str, Callable[[], object]]], *, is_chain: bool = False
    ) -> None:
        self.key, self.person, self.total, self.is_chain = key, person, len(steps), is_chain
        self.done: list[str] = []
        """Names of the steps that were done."""
        self.refused: list[tuple[str, TrialbookError]] = []
        self.failed = ""
        """Name of the step at which the program itself failed: nothing after it was done."""
        self._steps = steps
        self._thread = threading.Thread(target=self._run, name=f"errand {key}", daemon=True)

    def begin(self) -> None:
        """Begin the first step."""
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait at most so long; tell whether it is over."""
        self._thread.join(seconds)
        return self.is_over

    @property
    def is_over(self) -> bool:
        """Tell whether nothing is left to do."""
        return self._thread.ident is not None and not self._thread.is_alive()

    @property
    def count(self) -> int:
        """Return how many steps are behind it."""
        return len(self.done) + len(self.refused)

    def _run(self) -> None:
        for name, step in self._steps:
            self.failed = name
            try:
                step()
            except TrialbookError as error:
                self.refused.append((name, error))
                if self.is_chain:
                    break
            else:
                self.done.append(name)
        self.failed = ""


class Errands:
    """The errands of this process, those begun longest ago forgotten first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Errand] = OrderedDict()

    def begin(
        self, key: str, person: str, steps: Sequence[tuple[str, Callable[[], object]]], *, is_chain: bool = False
    ) -> Errand:
        """Begin an errand; asked again under the same key, the first one is returned."""
        with self._lock:
            known = self._kept.get((person, key))
            if known is not None:
                return known
            errand = self._kept[person, key] = Errand(key, person, steps, is_chain=is_chain)
            over = [name for name, one in self._kept.items() if one.is_over]
            for name in over[: max(0, len(self._kept) - MOST_KEPT)]:
                del self._kept[name]
            errand.begin()
            return errand

    def of(self, person: str, key: str) -> Errand | None:
        """Return an errand that a person began, None where there is none."""
        return self._kept.get((person, key))


ERRANDS = Errands()
"""For the whole process."""
