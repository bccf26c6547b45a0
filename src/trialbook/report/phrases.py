"""Plain English for values of the plan: amounts, durations, lists of words, and simple conditions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from trialbook.protocol.model import Derived, Duration, InfusionSteps, Item, Quantity
from trialbook.protocol.unit_words import show_unit
from trialbook.render.inline import Code, Line
from trialbook.render.numbers import MINUS, THIN, show_plain
from trialbook.report.run import Run
from trialbook.report.shown import item_label, value_text

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
COUNTED = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NAME = r"[A-Za-z_]\w*(?:\.\w+)+"
NUMBER = r"\d+(?:\.\d+)?"
TERM = re.compile(
    rf'(!?)({NAME})(?:\s*(==|!=|>=|<=|>|<)\s*(?:"([^"]*)"|({NAME})(?:\s*([-+*/])\s*({NUMBER}))?|(-?{NUMBER})))?'
)
"""One comparison of a condition, or a yes/no answer; anything else is shown as it is written."""
AMONG = re.compile(rf'({NAME}) in \[("[^"]*"(?:,\s*"[^"]*")*)\]')
"""One of several answers."""
EARLIER = {"baseline": "at baseline", "previous": "at the visit before"}
"""What stands before a name -> of which answer it speaks."""
STEPS = {"-": "minus", "+": "plus", "*": "times", "/": "divided by"}
EACH = re.compile(rf"({NAME})\.all\((\w+),\s*\2\s*(==|>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\)")
"""The same comparison for each rating of a group."""
COMPARED = {"==": "is", "!=": "is not", ">=": "is at least", "<=": "is at most", ">": "is above", "<": "is below"}


def listed(words: Sequence[str], last: str = "and") -> str:
    """Write `a`, `a and b`, `a, b and c`; empty for nothing."""
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def sentence(text: str) -> str:
    """Return the text with a full stop, unless it ends as a sentence does."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def capital(text: str) -> str:
    """Return the text with its first letter large."""
    return text[:1].upper() + text[1:]


def counted(number: int) -> str:
    """Write a small number as a word, another in figures."""
    return COUNTED[number] if 0 <= number < len(COUNTED) else str(number)


def several(number: float, one: str, more: str | None = None) -> str:
    """Return the word for one or for several, without the number."""
    return one if number == 1 else more or f"{one}s"


def quantity(amount: Quantity) -> str:
    """Write an amount with its unit: `375 mg/m²`, not broken between the two."""
    return f"{show_plain(amount.amount)}\u00a0{show_unit(amount.unit)}".rstrip()


def duration(length: Duration) -> str:
    """Write a length of time as it is counted: `week`, `30 minutes`."""
    return length.unit if length.count == 1 else f"{length.count}{THIN}{length.unit}s"


def spanned(length: Duration) -> str:
    """Write a length of time with its number: `1 day`, `4 months`."""
    return f"{length.count}{THIN}{several(length.count, length.unit)}"


def day(number: int) -> str:
    """Write a study day, with a true minus sign."""
    return f"{MINUS}{-number}" if number < 0 else str(number)


def speed(steps: InfusionSteps) -> str:
    """Write how an infusion runs."""
    return (
        f"started at {quantity(steps.start)}, was raised by {quantity(steps.step)} every {duration(steps.every)}, "
        f"and ran at most at {quantity(steps.most)}"
    )


def in_sentence(label: str) -> str:
    """Return a label as it stands inside a sentence: small, unless its second letter is large too."""
    return label[:1].lower() + label[1:] if label[1:2].islower() or len(label) == 1 else label


def named(run: Run, name: str) -> str:
    """Name an item or derived number in quotation marks: `form.item`, or the date or status of a participant."""
    form, _, item = name.partition(".")
    if form in EARLIER:
        return f"{named(run, item)} {EARLIER[form]}"
    return f"“{item_label(run.study, form, item)}”" if item else in_sentence(name)


def condition(run: Run, when: str) -> Line:
    """Write a condition in words where it only compares answers, else as the study file has it."""
    said = [_term(run, part.strip()) for part in when.split("&&")]
    return (listed(said),) if all(said) else (Code(when),)


def names_in(conditions: Iterable[str]) -> tuple[str, ...]:
    """Return every `form.item` that conditions name, each once."""
    return tuple(dict.fromkeys(name for text in conditions for name in re.findall(NAME, text)))


def _term(run: Run, text: str) -> str:
    each, among = EACH.fullmatch(text), AMONG.fullmatch(text)
    if among:
        return _among(run, *among.groups())
    return _each(run, *each.groups()) if each else _compared(run, text)


def _among(run: Run, name: str, codes: str) -> str:
    item = _item(run, name)
    if item is None:
        return ""
    answers = [_value(run, item, code, None) for code in re.findall(r'"([^"]*)"', codes)]
    return f"{named(run, name)} is {listed(answers, 'or')}"


def _each(run: Run, name: str, _: str, sign: str, number: str) -> str:
    form, _, group = name.partition(".")
    planned = run.study.forms.get(form)
    if planned is None or group not in planned.groups:
        return ""
    label = run.say(planned.group_labels.get(group, {})) or group
    return f"each of “{label}” {COMPARED[sign]} {show_plain(Decimal(number))}"


def _compared(run: Run, text: str) -> str:
    found = TERM.fullmatch(text)
    item = _item(run, found[2]) if found else None
    if found is None or item is None:
        return ""
    negation, name, sign, code, other, step, by, number = found.groups()
    if sign is None:
        return f"{named(run, name)} is {'not ' if negation else ''}recorded as yes" if item.kind == "yes_no" else ""
    if other is not None:
        against = _item(run, other)
        moved = f" {STEPS[step]} {_moved(run, against, step, by)}" if step and against else ""
        return f"{named(run, name)} {COMPARED[sign]} {named(run, other)}{moved}" if against else ""
    return f"{named(run, name)} {COMPARED[sign]} {_value(run, item, code, number)}"


def _moved(run: Run, item: Item | Derived, step: str, by: str) -> str:
    return _value(run, item, None, by) if step in "+-" else show_plain(Decimal(by))


def _value(run: Run, item: Item | Derived, code: str | None, number: str | None) -> str:
    if code is not None:
        return f"“{value_text(run.study, item, code)}”"
    if isinstance(item, Derived) and number is not None and number.isdecimal() and int(number) in item.levels:
        return f"“{run.say(item.levels[int(number)])}”"
    unit = show_unit(item.unit or "")
    return f"{show_plain(Decimal(number or 0))}{THIN if unit else ''}{unit}"


def _item(run: Run, name: str) -> Item | Derived | None:
    before, _, rest = name.partition(".")
    try:
        return run.study.item(rest if before in EARLIER else name)
    except KeyError:
        return None
