"""What became of an adverse event, by the words of its form: the outcomes of ICH E2B(R3), E.i.7, and CDISC AEOUT."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from trialbook.protocol.model import Item
from trialbook.protocol.values import SEPARATOR

Outcome = Literal["fatal", "recovered", "recovered with sequelae", "recovering", "not recovered", "unknown"]
FINAL: frozenset[Outcome | None] = frozenset({"fatal", "recovered", "recovered with sequelae"})
"""After these nothing is followed up any more."""
WORDS: Mapping[Outcome, re.Pattern[str]] = MappingProxyType(
    {
        "not recovered": re.compile(
            "not (yet )?(recover|resolv)|unre(solv|cover)|ongoing|continuing|persist|"
            "[未沒]有?(恢復|復原|康復|痊癒|治癒|緩解)|持續"
        ),
        "fatal": re.compile(r"(?<!non-)(?<!not )\b(fatal|death|died|dead|deceased)\b|死亡|致死|致命"),
        "recovered with sequelae": re.compile(
            "(?<!without )(?<!no )sequel|(?<![無留有])後遺症|(?<!未留)(?<!沒)有後遺症"
        ),
        "recovering": re.compile("recovering|resolving|improv|[復癒解]中|好轉|改善"),
        "unknown": re.compile(r"\b(unk|unknown|not known)\b|不明|不詳|不知|未知"),
        "recovered": re.compile("recovered|resolved|cured|healed|恢復|復原|康復|痊癒|治癒|緩解"),
    }
)
"""How each is worded, in the order in which it is looked for: `Not recovered/not resolved` is no recovery."""


def outcome_of(item: Item | None, written: str | None) -> Outcome | None:
    """Return what an answer means by its words, or by the code or a name of its choice; None where nothing says it."""
    if item is None or written is None:
        return None
    codes = written.split(SEPARATOR) if item.several else [written]
    names = [name.casefold() for code in codes for name in (code, *item.choices.get(code, {}).values())]
    return next((outcome for outcome, words in WORDS.items() if any(map(words.search, names))), None)
