"""Files that were made for somebody and wait to be fetched; forgotten with the process, the oldest first."""

from __future__ import annotations

import threading
from collections import OrderedDict

MOST = 12


class MadeFiles:
    """Files by the person for whom they were made and the key of the making."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], dict[str, bytes]] = OrderedDict()

    def begin(self, person: str, key: str) -> dict[str, bytes]:
        """Return the files of a making, none at first."""
        with self._lock:
            found = self._kept.setdefault((person, key), {})
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
            return found

    def of(self, person: str, key: str) -> dict[str, bytes]:
        """Return the files that were made for a person under a key; none where there are none."""
        return dict(self._kept.get((person, key), {}))


MADE = MadeFiles()
"""For the whole process."""
