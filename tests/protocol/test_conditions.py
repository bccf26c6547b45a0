"""Conditions: how they are read, and which names they can use.

Requirements:
RULE-01: a condition is true, false or unknown; a missing answer is absorbed by && and || in either order.
RULE-03: whole numbers may be written; numbers inside of texts and comments are left alone.
RULE-04: a mistake is told at the author's own character, whatever was rewritten before it.
RULE-05: every place in the study file has its own names; what stands for several rows is visible in its own form.
RULE-06: no text makes the reading raise.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.errors import Problem
from trialbook.protocol.condition_text import rewrite, tokens_of
from trialbook.protocol.conditions import (
    DATE,
    NUMBER,
    NUMBERS,
    TEXT,
    YES_NO,
    Condition,
    Where,
    compile_condition,
    names_for,
)
from trialbook.protocol.model import (
    Anchor,
    BaselineRule,
    Derived,
    Form,
    Identity,
    Item,
    PlannedAnalysis,
    Schedule,
    Study,
    Visit,
    Window,
)
from trialbook.wording import COND, remedy, sentence

NAMES = {
    "f.a": YES_NO, "f.b": YES_NO, "f.c": YES_NO, "f.ck": NUMBER, "f.note": TEXT, "f.day": DATE, "f.power": NUMBERS,
    "function.if": NUMBER,
}  # fmt: skip


def compiled(text: str) -> Condition:
    found = compile_condition(text, NAMES)
    assert isinstance(found, Condition), sentence(found)
    return found


def refused(text: str) -> Problem:
    found = compile_condition(text, NAMES)
    assert isinstance(found, Problem)
    assert remedy(found)
    return found


# ---- three answers -----------------------------------------------------------------------------------------------

Tree = str | tuple[str, "Tree"] | tuple[str, "Tree", "Tree"]
LEAVES = st.sampled_from(["f.a", "f.b", "f.c", "true", "false"])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.tuples(st.just("!"), inner), st.tuples(st.sampled_from(["&&", "||"]), inner, inner)),
    max_leaves=12,
)
THREE = st.sampled_from([True, False, None])


def written(tree: Tree) -> str:
    if isinstance(tree, str):
        return tree
    if len(tree) == 2:
        return f"!({written(tree[1])})"
    return f"({written(tree[1])}) {tree[0]} ({written(tree[2])})"


def kleene(tree: Tree, answers: dict[str, bool | None]) -> bool | None:
    """Judge by Kleene's strong logic of three values, the slow obvious way."""
    if isinstance(tree, str):
        return {"true": True, "false": False}.get(tree, answers.get(tree))
    if len(tree) == 2:
        inner = kleene(tree[1], answers)
        return None if inner is None else not inner
    sides = {kleene(tree[1], answers), kleene(tree[2], answers)}
    decides = tree[0] == "||"
    if decides in sides:
        return decides
    return None if None in sides else not decides


@settings(max_examples=300, deadline=None)
@given(tree=TREES, a=THREE, b=THREE, c=THREE)
def test_agrees_with_kleene(tree: Tree, a: bool | None, b: bool | None, c: bool | None) -> None:  # noqa: FBT001
    """RULE-01."""
    answers = {"f.a": a, "f.b": b, "f.c": c}
    assert compiled(written(tree)).judge(answers) is kleene(tree, answers)


def test_answer_may_be_a_whole_number_and_a_date() -> None:
    """RULE-01."""
    assert compiled("f.ck == 5 && f.day == date('2013-04-01')").judge({"f.ck": 5, "f.day": date(2013, 4, 1)}) is True
    assert compiled("size(f.power) == 2").judge({"f.power": (1, 2)}) is True
    assert compiled("f.ck == 5").judge({"f.ck": Decimal(5), "not used": 1}) is True


def test_failure_other_than_a_missing_answer_is_a_problem() -> None:
    """RULE-01."""
    found = compiled("ratio(1, f.ck) > 1").judge({"f.ck": 0})
    assert isinstance(found, Problem)
    assert sentence(found) == (
        "The condition “ratio(1, f.ck) > 1” could not be worked out: a ratio has zero below the line."
    )


def test_condition_knows_the_names_it_uses() -> None:
    """RULE-05."""
    assert set(compiled("f.power.all(g, g > f.ck) || has(f.day)").names) == {"f.power", "f.ck", "f.day"}
    assert compiled("true").names == {}


# ---- numbers and characters --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f.ck>5", "f . ck > 5.0"), ("f.note=='5'", "f . note == '5'"), ('f.note=="a\\"5"', 'f . note == "a\\"5"'),
        ("f.note==r'\\'&&f.ck>5", "f . note == r'\\' && f . ck > 5.0"), ("f.ck>5//6", "f . ck > 5.0"),
        ("f.note=='''5'5'''", "f . note == '''5'5'''"), ("f.power[1]>1", "f . power [ 1 ] > 1.0"),
        ("1 in[1]", "1.0 in [ 1.0 ]"), ("f.power[size(f.power)-1]>1", "f . power [ size ( f . power ) - 1 ] > 1.0"),
        ("size(f.power)>1", "size_ ( f . power ) > 1.0"), ("f.ck>1.5e3", "f . ck > 1.5e3"), ("f.ck>.5", "f . ck > .5"),
        ("function.if>1", "function_ . if_ > 1.0"), ("has(f.ck)", "known_.f.ck"), ("has(f.q)", "has ( f . q )"),
        ("f.ck>0x1F", "f . ck > 0x1F"), ("f.ck > 5u", "f . ck > 5u"),
    ],
)  # fmt: skip
def test_whole_numbers_become_doubles_and_nothing_else_changes(text: str, expected: str) -> None:
    """RULE-03."""
    assert rewrite(text, NAMES).text == expected


LITERALS = st.one_of(
    st.integers(0, 10**6).map(str),
    st.floats(0, 1e6, allow_nan=False).map(repr),
    st.text(max_size=12).map(lambda text: repr(text.replace("\\", "/"))),
    st.sampled_from(["f.ck", "f.power[0]", "size(f.note)", "&&", "==", "(", ")", "//5", "'''5'''", 'r"5\\"']),
)


@settings(deadline=None)
@given(parts=st.lists(LITERALS, max_size=8))
def test_only_whole_numbers_and_names_are_rewritten(parts: list[str]) -> None:
    """RULE-03: texts come through as they are, and each piece leads back to the author's own."""
    text = " ".join(parts)
    rewritten = rewrite(text, NAMES)
    tokens = tokens_of(text)
    assert [token.text for token in tokens if token.kind == "string"] == [
        token.text for token in tokens_of(rewritten.text) if token.kind == "string"
    ]
    assert rewritten.origins == tuple(token.start for token in tokens)
    assert all(
        rewritten.origin(start) == origin for start, origin in zip(rewritten.starts, rewritten.origins, strict=True)
    )


@pytest.mark.parametrize(
    ("text", "character"),
    [
        ("f.ck > 'a'", 6), ("f.ck > 5 && f.ck > 'a'", 18), ("f.ck in [1,2,3] && f.ck > 'a'", 25),
        ("size(f.power) > 1 && f.ck > 'a'", 27), ("has(f.ck) && f.ck > 'a'", 19), ("function.if > 1 && f.ck > 'a'", 25),
        ("f.note == '頭痛' && f.ck > 'a'", 24), ("f.ck > 5 &&\n  f.ck > 'a'", 20),
        ("f.note == '''a\nb''' && f.ck > 'a'", 29),
        ("f.ck >", 7), ("f.ck > 5 5", 10), ("f.ck * * 5", 8), ("(f.a", 5),
    ],
)  # fmt: skip
def test_mistake_is_told_at_the_authors_own_character(text: str, character: int) -> None:
    """RULE-04."""
    assert f"at character {character}" in sentence(refused(text))


def test_unknown_name_suggests_a_near_one() -> None:
    """RULE-04."""
    assert remedy(refused("f.ckk > 5")) == "Did you mean “f.ck”?"


def test_sentence_tells_types_in_plain_words() -> None:
    """RULE-04."""
    assert sentence(refused("f.power == f.note")) == (
        "In the condition “f.power == f.note”, at character 9: “==” does not work with a list of numbers and a text."
    )
    assert sentence(refused("f.ck")) == "The condition “f.ck” gives a number, not yes or no."


@settings(max_examples=300, deadline=None)
@given(text=st.one_of(st.text(), st.text("fckab.()[]'\"!&|=<>-+/ 0123456789,?:\\\n{}urx_@`$")))
def test_no_text_makes_the_reading_raise(text: str) -> None:
    """RULE-06."""
    found = compile_condition(text, NAMES)
    if isinstance(found, Problem):
        assert found.code in COND
        sentence(found)
        return
    judged = found.judge({})
    assert judged is None or isinstance(judged, bool | Problem)


# ---- names -------------------------------------------------------------------------------------------------------


def item(name: str, **more: object) -> Item:
    return replace(Item(id=name, kind="number", label={}), **more)  # type: ignore[arg-type]


def form(name: str, timing: str, visits: tuple[str, ...] = (), *items: Item, **more: object) -> Form:
    made = Form(id=name, label={}, timing=timing, items={one.id: one for one in items}, visits=visits)  # type: ignore[arg-type]
    return replace(made, **more)  # type: ignore[arg-type]


def study() -> Study:
    visits = ("baseline", "week 4", "week 8")
    forms = (
        form("history", "once", (), item("age"), item("surgery", kind="date", never=True)),
        form("labs", "visits", visits, item("ck"), item("and-so"), item("in")),
        form(
            "rating",
            "visits",
            ("week 8",),
            item("proximal.biceps", group="proximal"),
            item("proximal.triceps", group="proximal"),
            groups={"proximal": ("proximal.biceps", "proximal.triceps")},
            derived={"power": Derived(id="power", label={}, kind="mean", of=(), at_least=1, unit="score")},
        ),
        form("diary", "visits", visits, item("pain"), repeating=True),
        form(
            "events",
            "any time",
            (),
            item("term", kind="text"),
            item("drugs", kind="choice", choices={"a": {}, "b": {}}, several=True),
            item("grade", kind="choice", choices={"mild": {}, "severe": {}}),
            item("serious", kind="yes_no"),
            repeating=True,
        ),
    )
    planned = {
        name: Visit(id=name, label={}, order=order, day=28 * order, window=Window(first=0, last=0))
        for order, name in enumerate(visits)
    }
    return Study(
        language=1,
        identity=Identity(id="s", title={"en": "S"}, design="open-label single-arm", data="invented"),
        schedule=Schedule(anchor=Anchor(which="first", name="enrolment"), visits=planned),
        forms={one.id: one for one in forms},
        analysis=PlannedAnalysis(baseline=BaselineRule(kind="visit", visit="baseline"), sets={}, set="all"),
    )


STUDY = study()


def counted(form: Form, name: str) -> Form:
    """Add a count to a form with rows."""
    of = next(iter(form.items))
    number = Derived(id=name, label={}, kind="count", of=(of,), at_least=0, unit="count")
    return replace(form, derived={name: number})


COUNTED = replace(
    STUDY,
    forms={
        **STUDY.forms,
        "events": counted(STUDY.forms["events"], "serious_terms"),
        "diary": counted(STUDY.forms["diary"], "days"),
    },
)


def test_names_of_an_item_at_a_visit() -> None:
    """RULE-05."""
    names = names_for(STUDY, "item", form="labs")
    assert names["labs.ck"] == NUMBER
    assert names["history.age"] == NUMBER
    assert names["rating.power"] == names["rating.proximal.biceps"] == NUMBER
    assert names["rating.proximal"] == NUMBERS
    assert names["baseline.labs.ck"] == names["previous.labs.ck"] == names["visit.day"] == NUMBER
    assert names["visit.id"].choices == ("baseline", "week 4", "week 8")
    assert names["visit.date"] == DATE
    assert names["history.surgery"] == DATE
    assert names["history.surgery.never"] == YES_NO
    assert "participant.status" in names
    assert not any(name.startswith(("events.", "diary.", "baseline.diary", "baseline.history")) for name in names)


def test_names_that_cannot_be_written_are_left_out() -> None:
    """RULE-05."""
    names = names_for(STUDY, "item", form="labs")
    assert not {"labs.and-so", "labs.in"} & set(names)


def test_form_cannot_depend_on_its_own_answers() -> None:
    """RULE-05."""
    names = names_for(STUDY, "form", form="labs")
    assert "labs.ck" not in names
    assert {"rating.power", "previous.labs.ck", "history.age"} <= set(names)


def test_names_of_a_form_of_any_time_are_its_own_row() -> None:
    """RULE-05."""
    names = names_for(STUDY, "check", form="events")
    assert names["events.term"] == TEXT
    assert names["events.serious"] == YES_NO
    assert (names["events.drugs"].kind, names["events.drugs"].choices) == ("texts", ("a", "b"))
    assert (names["events.grade"].kind, names["events.grade"].choices) == ("text", ("mild", "severe"))
    assert {"history.age", "baseline.labs.ck"} <= set(names)
    assert not any(name.startswith(("labs.", "visit.", "previous.")) for name in names)


def test_repeating_form_of_a_visit_sees_its_own_row() -> None:
    """RULE-05."""
    assert "diary.pain" in names_for(STUDY, "check", form="diary")
    assert "diary.pain" not in names_for(STUDY, "check", form="labs")


def test_a_row_that_may_be_counted_sees_itself_and_what_is_answered_once() -> None:
    """RULE-05: and no number computed over the rows."""
    assert set(names_for(COUNTED, "row", form="events")) == {
        "events.term", "events.drugs", "events.grade", "events.serious", "history.age", "history.surgery",
        "history.surgery.never",
    }  # fmt: skip


@pytest.mark.parametrize("where", ["criterion", "dose", "responder", "set"])
def test_a_count_is_seen_where_its_rows_are_not(where: Where) -> None:
    """RULE-05."""
    names = names_for(COUNTED, where)
    assert names["events.serious_terms"] == NUMBER
    assert [name for name in names if name.startswith("events.")] == ["events.serious_terms"]


def test_a_count_is_seen_in_other_forms_only() -> None:
    """RULE-05: within its own form it would depend on the row that is being answered."""
    for form_id in ("history", "labs"):
        assert names_for(COUNTED, "item", form=form_id)["events.serious_terms"] == NUMBER
    assert "events.serious_terms" not in names_for(COUNTED, "item", form="events")
    assert names_for(COUNTED, "item", form="labs")["diary.days"] == NUMBER
    assert "diary.days" not in names_for(COUNTED, "item", form="history")


def test_names_of_a_form_answered_once() -> None:
    """RULE-05."""
    assert set(names_for(STUDY, "item", form="history")) == {
        "participant.status", "history.age", "history.surgery", "history.surgery.never",
    }  # fmt: skip


def test_names_of_a_criterion() -> None:
    """RULE-05."""
    names = names_for(STUDY, "criterion")
    assert {"history.age", "labs.ck", "rating.power"} <= set(names)
    assert not any(name.startswith(("participant.", "baseline.", "previous.", "visit.")) for name in names)


def test_names_of_a_responder_and_of_an_analysis_set() -> None:
    """RULE-05."""
    responder, of_set = names_for(STUDY, "responder"), names_for(STUDY, "set")
    assert {"labs.ck", "baseline.labs.ck", "previous.labs.ck", "visit.id", "participant.status"} <= set(responder)
    assert {"history.age", "baseline.labs.ck", "participant.status"} <= set(of_set)
    assert not any(name.startswith(("labs.", "visit.", "previous.")) for name in of_set)
