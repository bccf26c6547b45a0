"""A condition as a person reads it: labels in the place of names and codes, words in the place of signs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from trialbook.protocol.condition_text import Chain, Token, chains_of, text_at, tokens_of
from trialbook.protocol.model import Item, Study

SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "==": "=", "!=": "≠", ">=": "≥", "<=": "≤", "&&": "and", "||": "or", "!": "not", "yes": "yes",
        "has": "is answered",
    }
)  # fmt: skip
"""Sign of a condition -> what is written for it; `yes` for an answer that is asked for without a sign."""
COMPARING = frozenset({"==", "!=", ">=", "<=", ">", "<"})
CLOSE_BEFORE, CLOSE_AFTER = frozenset({")", "]", ",", "."}), frozenset({"(", "[", "."})


def condition_words(study: Study, text: str, language: str | None = None, *, signs: Mapping[str, str] = SIGNS) -> str:
    """Return a condition in words: `“HBsAg” = “Positive”`; a name that the study does not know stays as it is."""
    tokens = tokens_of(text)
    chains = {chain.first: chain for chain in chains_of(tokens)}
    said: list[str] = []
    place, item = 0, None
    while place < len(tokens):
        chain = chains.get(place)
        asked = _has(tokens, chains, place)
        if asked is not None:
            said.append(f"{_named(study, asked, _item(study, asked), language)} {signs['has']}")
            place = asked.last + 2
            continue
        if chain is not None:
            item = _item(study, chain)
            said.append(_named(study, chain, item, language) + _asked(tokens, chain, item, signs))
        else:
            beside = _item(study, chains[place + 2]) if _stands_before(tokens, chains, place) else item
            said.append(_said(study, tokens[place], beside, language, signs))
        place = place + 1 if chain is None else chain.last + 1
    return _joined(said)


def _has(tokens: Sequence[Token], chains: Mapping[int, Chain], place: int) -> Chain | None:
    """Return what `has(form.item)`, which begins here, asks for; None where there is none."""
    chain = chains.get(place + 2)
    is_asked = tokens[place].text == "has" and text_at(tokens, place + 1) == "(" and chain is not None
    return chain if is_asked and chain is not None and text_at(tokens, chain.last + 1) == ")" else None


def _stands_before(tokens: Sequence[Token], chains: Mapping[int, Chain], place: int) -> bool:
    """Tell whether a text is compared with a name that stands behind it."""
    return text_at(tokens, place + 1) in COMPARING and place + 2 in chains


def _item(study: Study, chain: Chain) -> Item | None:
    form = study.forms.get(chain.parts[0])
    return None if form is None or len(chain.parts) != 2 else form.items.get(chain.parts[1])


def _named(study: Study, chain: Chain, item: Item | None, language: str | None) -> str:
    return ".".join(chain.parts) if item is None else f"“{study.say(item.label, language) or item.id}”"


def _asked(tokens: Sequence[Token], chain: Chain, item: Item | None, signs: Mapping[str, str]) -> str:
    """Say that a question is answered with yes, where nothing is compared."""
    beside = {text_at(tokens, chain.first - 1), text_at(tokens, chain.last + 1)}
    is_bare = item is not None and item.kind == "yes_no" and not beside & COMPARING
    return f" {signs['==']} {signs['yes']}" if is_bare else ""


def _said(study: Study, token: Token, item: Item | None, language: str | None, signs: Mapping[str, str]) -> str:
    """Write a token; a text is the label of the choice that the item before it has for it."""
    if token.kind != "string":
        return signs.get(token.text, token.text)
    code = token.text[1:-1]
    label = item.choices.get(code) if item is not None else None
    return f"“{code if label is None else study.say(label, language)}”"


def _joined(said: Sequence[str]) -> str:
    """Set words apart, but brackets and points close."""
    text = ""
    for one in said:
        is_close = not text or one in CLOSE_BEFORE or text[-1] in CLOSE_AFTER
        text += one if is_close else f" {one}"
    return text
