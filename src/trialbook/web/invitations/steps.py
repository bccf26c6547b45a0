"""The way through questionnaires: what is shown when, what is still open, and what an answer on the page means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from trialbook.capture.acts import Act, save_form
from trialbook.capture.ledger import Draft
from trialbook.conduct.casebook import Answer, Casebook, Cell
from trialbook.conduct.completeness import Asked
from trialbook.protocol.model import Form, Item
from trialbook.protocol.values import SEPARATOR
from trialbook.web.veil import NONE, unveiled
from trialbook.web.wordings import FormWords, Question, Screen, is_line

CHANGED = "changed by the participant before the end of the questionnaires"
"""Reason of a correction that the participant makes before they have finished."""
TAPPED = frozenset({"choice", "yes_no"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is shown at a time: the opening words of a form, or a screen of its items."""

    form: Form
    words: FormWords
    screen: Screen | None = None
    """None for the opening words."""
    is_opened: bool = False
    """Whether opening words went before, with the title of the form."""

    @property
    def items(self) -> tuple[Item, ...]:
        """The items of the screen, asked or not."""
        return () if self.screen is None else tuple(self.form.items[name] for name in self.screen.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An item as the page shows it."""

    item: Item
    question: Question
    answer: Answer | None
    text: str
    """What stands in the box: as typed just now, or as recorded."""
    chosen: frozenset[str]
    is_line: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """All steps of an invitation, judged by what is answered."""

    steps: tuple[Step, ...]
    casebook: Casebook
    visit: str
    asked: Asked

    def asked_items(self, step: Step) -> tuple[Item, ...]:
        """Return the items of a step that are asked by the answers so far."""
        return tuple(item for item in step.items if self.asked.item(step.form, item.id, self.casebook, self.visit, ""))

    def is_shown(self, number: int) -> bool:
        """Tell whether a step is shown: opening words, or a screen of which an item is asked."""
        return self.steps[number].screen is None or bool(self.asked_items(self.steps[number]))

    def numbers(self) -> tuple[int, ...]:
        """Return the numbers of the steps that are shown."""
        return tuple(number for number in range(len(self.steps)) if self.is_shown(number))

    def answer(self, step: Step, item: str) -> Answer | None:
        """Return the answer that stands to an item."""
        return self.casebook.answers.get(Cell(self.visit, step.form.id, "", item))

    def open_items(self, step: Step) -> tuple[Item, ...]:
        """Return the items of a step that are asked and not answered."""
        return tuple(item for item in self.asked_items(step) if self.answer(step, item.id) is None)

    def first_open(self) -> int | None:
        """Return the step at which to begin or to go on; the opening words of a form that was not begun.

        None where nothing is open.
        """
        for number in self.numbers():
            if self.open_items(self.steps[number]):
                has_words = number > 0 and self.steps[number - 1].screen is None
                return number - 1 if has_words else number
        return None

    def after(self, number: int) -> int | None:
        """Return the step that is shown after this one, None at the end."""
        return next((other for other in self.numbers() if other > number), None)

    def before(self, number: int) -> int | None:
        """Return the step that is shown before this one, None at the beginning."""
        return next((other for other in reversed(self.numbers()) if other < number), None)


def steps_of(forms: Sequence[tuple[Form, FormWords]]) -> tuple[Step, ...]:
    """Return every step of some forms, in their order."""
    steps: list[Step] = []
    for form, words in forms:
        is_opened = bool(words.instructions or words.recall) and len(words.screens) > 1
        if is_opened:
            steps.append(Step(form=form, words=words))
        steps.extend(Step(form=form, words=words, screen=screen, is_opened=is_opened) for screen in words.screens)
    return tuple(steps)


def shown_items(journey: Journey, step: Step, typed: Mapping[str, str] | None = None) -> tuple[Shown, ...]:
    """Return the items of a step as the page shows them; `typed` holds what was sent and not saved."""
    return tuple(shown(journey, step, item, typed) for item in journey.asked_items(step))


def shown(journey: Journey, step: Step, item: Item, typed: Mapping[str, str] | None) -> Shown:
    """Return one item as the page shows it."""
    answer = journey.answer(step, item.id)
    recorded = "" if answer is None or answer.missing else answer.value or ""
    text = recorded if typed is None else typed.get(item.id, "")
    return Shown(
        item=item,
        question=step.words.questions[item.id],
        answer=answer,
        text=text,
        chosen=frozenset(text.split(SEPARATOR)) if text else frozenset(),
        is_line=is_line(step.words.name, item),
    )


# ---- saving -----------------------------------------------------------------------------------------------------


def sent_answers(step: Step, posted: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return item -> text as sent; a typed number goes before a mark on the line."""
    sent = {}
    for item in step.items:
        given = [text.strip() for text in posted.get(f"a-{item.id}", ())]
        typed = next((text.strip() for text in posted.get(f"typed-{item.id}", ())), "")
        sent[item.id] = typed or SEPARATOR.join(text for text in given if text)
    return sent


def mode_of(step: Step, item: Item, posted: Mapping[str, Sequence[str]]) -> str:
    """Return how an answer got in: tapped, or by keyboard."""
    is_typed = any(text.strip() for text in posted.get(f"typed-{item.id}", ()))
    by_keys = "keyboard" in posted.get(f"mode-{item.id}", ())
    is_tapped = item.kind in TAPPED or is_line(step.words.name, item)
    return "touch" if is_tapped and not by_keys and not is_typed else "keyboard"


def saving(
    journey: Journey,
    step: Step,
    posted: Mapping[str, Sequence[str]],
    *,
    declined: str | None = None,
    clears_hidden: bool = False,
) -> Act:
    """Return the act that saves the answers of a screen; with `declined`, that code for each that has none."""
    sent, modes = sent_answers(step, posted), {item.id: mode_of(step, item, posted) for item in step.items}
    asked = [item.id for item in journey.asked_items(step)]
    answers = {item: kept(journey, step, item, sent[item], declined) for item in asked}
    seen = {item: seen_in(posted, item) for item in asked}
    act = save_form(
        journey.casebook.participant,
        step.form.id,
        {item: text for item, text in answers.items() if text is not None},
        visit=journey.visit,
        reasons=CHANGED,
        seen={item: number for item, number in seen.items() if number is not None},
        clears_hidden=clears_hidden,
    )
    return replace(act, asked=tuple(in_mode(draft, modes) for draft in act.asked))


def kept(journey: Journey, step: Step, item: str, text: str, declined: str | None) -> str | None:
    """Return what is to stand in an item: what was sent, the code of no answer, or nothing new (None)."""
    answer = journey.answer(step, item)
    if not text and declined is not None:
        return declined
    is_missing_still = not text and answer is not None and answer.missing is not None
    return None if is_missing_still else text


def in_mode(draft: Draft, modes: Mapping[str, str]) -> Draft:
    """Return the draft with how its answer got in."""
    return replace(draft, mode=modes.get(draft.item or ""))


def seen_in(posted: Mapping[str, Sequence[str]], item: str) -> int | None:
    """Return the entry that the page showed for an item, 0 for none; None where the page did not say."""
    text = next(iter(posted.get(f"seen-{item}", ())), "")
    return 0 if text == NONE else unveiled(text) or None
