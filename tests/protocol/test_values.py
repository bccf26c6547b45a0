"""What a typed answer means.

Requirements:
ANS-01: a plain number is taken as written; its decimals are kept, leading zeros and a plus sign are not.
ANS-02: what could be read in two ways, or in none, is refused with a remedy of its own; nothing is guessed.
ANS-03: outside of the scale is refused; outside of the expected range is kept, with a query.
ANS-13: a sentence about a number typed in another unit has what was typed and the converted number, rounded, but
    never so far that it passes or becomes a limit.
ANS-04: a limit of measurement is a value; a score has none.
ANS-05: an answer in another accepted unit is converted exactly; any other unit is refused.
ANS-12: another spelling of a unit that the item takes is that unit.
ANS-06: a date is year-month-day; parts of dates and `never` only where the item allows them. Of a time on the clock of
    the place the day is taken; the day of a time in UTC depends on the place, and is not guessed.
ANS-07: choices are codes; a label or a near miss is refused with the code to write.
ANS-08: a text is kept in Unicode NFC; what cannot be seen or stored is refused.
ANS-09: a missing-data code is recognised exactly as declared.
ANS-10: parse_value raises for no text, no unit and no item.
ANS-11: a canonical value read again is the same value.
"""

# ruff: noqa: RUF001 - look-alike characters are what is tested

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.errors import Problem
from trialbook.protocol.model import Item, ItemKind, Quantity, Text
from trialbook.protocol.typed_numbers import in_both_units
from trialbook.protocol.values import Value, date_range, limit_of, number_of, parse_value, show_value
from trialbook.wording import VALUE, remedy, sentence

MISSING: dict[str, Text] = {"ND": {"en": "Not done"}, "NK": {"en": "Not known"}}

CK = Item(
    id="ck",
    kind="number",
    label={"en": "Creatine kinase"},
    unit="U/L",
    accepts=("ukat/L",),
    decimals=1,
    expected_low=Decimal(10),
    expected_high=Decimal(5000),
)
SCORE = Item(
    id="mmt", kind="number", label={"en": "MMT8"}, unit="score", minimum=Decimal(0), maximum=Decimal(80), decimals=0
)
GLUCOSE = Item(
    id="glucose",
    kind="number",
    label={"en": "Glucose"},
    unit="mmol/L",
    accepts=("mg/dL",),
    molar_mass=Quantity(amount=Decimal("180.16"), unit="g/mol"),
)
TEMPERATURE = Item(id="t", kind="number", label={"en": "Temperature"}, unit="Cel", accepts=("degF",))
CHANGE = Item(id="change", kind="number", label={"en": "Change"}, unit="kg")
PRESSURE = Item(id="p", kind="number", label={}, unit="mmHg", minimum=Decimal(0))
CELLS = Item(id="cells", kind="number", label={}, unit="10^9/L")
VAS = Item(id="vas", kind="vas", label={"en": "Pain"}, minimum=Decimal(0), maximum=Decimal(10))
SEX = Item(id="sex", kind="choice", label={"en": "Sex"}, choices={"F": {"en": "Female"}, "M": {"en": "Male"}})
AIDS = replace(SEX, id="aids", several=True, choices={"cane": {}, "walker": {}, "rail": {}})
SERIOUS = Item(id="serious", kind="yes_no", label={"en": "Serious"})
DAY = Item(id="day", kind="date", label={"en": "First day"})
PART = replace(DAY, id="part", partial=True)
SURGERY = replace(DAY, id="surgery", never=True)
TERM = Item(id="term", kind="text", label={"en": "Event"})
ITEMS = (
    CK, SCORE, GLUCOSE, TEMPERATURE, CHANGE, PRESSURE, CELLS, VAS, SEX, AIDS, SERIOUS, DAY, PART, SURGERY, TERM,
)  # fmt: skip


def read(item: Item, text: str, unit: str | None = None) -> Value | Problem:
    return parse_value(item, text, unit=unit, missing=MISSING)


def value_of(item: Item, text: str, unit: str | None = None) -> Value:
    found = read(item, text, unit)
    assert isinstance(found, Value), sentence(found)
    return found


def code_of(item: Item, text: str, unit: str | None = None) -> str:
    found = read(item, text, unit)
    assert isinstance(found, Problem), found
    assert found.level == "error"
    assert sentence(found)
    assert remedy(found)
    return found.code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("57", "57"), (" 57 ", "57"), ("12\n", "12"), ("4.30", "4.30"), ("007", "7"), ("0", "0"), ("0.0", "0.0"),
        (".5", "0.5"), ("+3", "3"), ("-5", "-5"), ("−5", "-5"), ("100.25", "100.25"),
    ],
)  # fmt: skip
def test_number_is_taken_as_written(text: str, value: str) -> None:
    """ANS-01."""
    found = value_of(CHANGE, text)
    assert (found.value, found.unit, found.missing, found.text) == (value, "kg", None, text.strip())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "VALUE-01"), ("   ", "VALUE-01"), ("abc", "VALUE-02"), ("1_000", "VALUE-02"), ("nan", "VALUE-02"),
        ("inf", "VALUE-02"), ("-infinity", "VALUE-02"), ("1e400", "VALUE-02"), ("1e3", "VALUE-02"), ("-0", "VALUE-02"),
        ("-0.0", "VALUE-02"), ("5.", "VALUE-02"), ("1 000", "VALUE-02"), ("0x1F", "VALUE-02"), ("–", "VALUE-02"),
        ("--5", "VALUE-02"), ("1.2.3", "VALUE-02"), ("=1+1", "VALUE-02"), ("5 ?", "VALUE-02"), ("1\n2", "VALUE-02"),
        ("1,5", "VALUE-03"), ("1,000", "VALUE-03"), ("120/80", "VALUE-04"), ("57 / 61", "VALUE-04"),
        ("1234567890123456", "VALUE-05"), ("9" * 5000, "VALUE-05"), ("0." + "0" * 40 + "1", "VALUE-05"),
        ("1" + "0" * 40, "VALUE-05"), ("1." + "0" * 90, "VALUE-05"), ("١٢٣", "VALUE-06"), ("１２", "VALUE-06"),
        ("1２", "VALUE-06"), ("½", "VALUE-06"), ("5 g/L", "VALUE-07"), ("12 mmHg", "VALUE-07"),
    ],
)  # fmt: skip
def test_odd_number_is_refused_with_its_own_remedy(text: str, code: str) -> None:
    """ANS-02."""
    assert code_of(CHANGE, text) == code


def test_below_and_above_the_scale_is_refused() -> None:
    """ANS-03."""
    assert code_of(SCORE, "81") == code_of(SCORE, "-1") == code_of(VAS, "10.1") == "VALUE-08"
    assert value_of(SCORE, "80").value == "80"
    assert value_of(VAS, "0").unit is None
    assert code_of(PRESSURE, "<0") == "VALUE-08"


def test_scale_open_at_one_end_is_told_so() -> None:
    """ANS-03."""
    found = read(PRESSURE, "-3")
    assert isinstance(found, Problem)
    assert sentence(found) == "-3 mmHg is outside the scale of “p”, which runs from 0 to any."


VITAMIN_D = Item(
    id="vitd", kind="number", label={"en": "25-OH vitamin D"}, unit="nmol/L", accepts=("ng/mL",), decimals=1,
    molar_mass=Quantity(amount=Decimal("400.6"), unit="g/mol"), expected_low=Decimal(48), expected_high=Decimal(250),
)  # fmt: skip
AGE = Item(
    id="age", kind="number", label={"en": "Age"}, unit="year", accepts=("month",), minimum=Decimal(12),
    maximum=Decimal("17.99"), decimals=0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("item", "typed", "unit", "told"),
    [
        (VITAMIN_D, "18", "ng/mL", "18 ng/mL (44.9 nmol/L) is outside"),
        (VITAMIN_D, "18 ng/ml", None, "18 ng/mL (44.9 nmol/L) is outside"),
        (VITAMIN_D, "<18 ng/mL", None, "<18 ng/mL (<44.9 nmol/L) is outside"),
        (VITAMIN_D, "19.22", "ng/mL", "19.22 ng/mL (47.98 nmol/L) is outside"),
        (replace(VITAMIN_D, decimals=None), "18", "ng/mL", "18 ng/mL (44.9 nmol/L) is outside"),
        (replace(VITAMIN_D, decimals=None), "180", "ng/mL", "180 ng/mL (449 nmol/L) is outside"),
        (VITAMIN_D, "44.9326010984", "nmol/L", "44.9326010984 nmol/L is outside"),
        (AGE, "130", "month", "130 months (11 years) is outside"),
        (AGE, "143", "month", "143 months (11.9 years) is outside"),
        (AGE, "216", "month", "216 months (18 years) is outside"),
        (AGE, "11", None, "11 years is outside"),
    ],
)
def test_a_number_typed_in_another_unit_is_told_as_typed_and_rounded(
    item: Item, typed: str, unit: str | None, told: str
) -> None:
    """ANS-13."""
    found = read(item, typed, unit)
    problem = found.queries[0] if isinstance(found, Value) else found
    assert sentence(problem).startswith(told)


@given(
    amount=st.decimals(min_value=0, max_value=1000, places=4),
    decimals=st.none() | st.integers(min_value=0, max_value=3),
)
def test_what_is_told_of_a_converted_number_is_true(amount: Decimal, decimals: int | None) -> None:
    """ANS-13: the number that is shown lies outside, too."""
    found = value_of(replace(VITAMIN_D, decimals=decimals), str(amount), "ng/mL")
    for query in found.queries:
        shown = Decimal(query.values["value"].partition("(")[2].partition(" ")[0])
        assert not 48 <= shown <= 250


def test_where_no_limit_is_known_more_decimals_are_shown_than_a_limit_has() -> None:
    """ANS-13: 17.92 years are not shown as 18, nor 17.9958 with three digits."""
    assert in_both_units(AGE, "17.9166666667", "215 month") == "215 months (17.9 years)"
    assert in_both_units(AGE, "17.9958333333", "215.95 month") == "215.95 months (17.996 years)"
    assert in_both_units(AGE, "18", "216 month") == "216 months (18 years)"


def test_outside_the_expected_range_is_kept_with_a_query() -> None:
    """ANS-03."""
    found = value_of(CK, "26320")
    assert found.value == "26320"
    assert [(query.code, query.level) for query in found.queries] == [("VALUE-31", "warning")]
    assert sentence(found.queries[0]).startswith("26320 U/L is outside the range expected of “Creatine kinase”, 10 to")
    assert value_of(CK, "5000").queries == ()
    assert [query.code for query in value_of(CK, "<10").queries] == ["VALUE-31"]
    assert value_of(CK, "<11").queries == ()
    assert [query.code for query in value_of(CK, ">5000").queries] == ["VALUE-31"]
    assert value_of(CK, "<=10").queries == ()


def test_more_decimals_than_measured_are_kept_and_noted() -> None:
    """ANS-03."""
    found = value_of(CK, "57.25")
    assert found.value == "57.25"
    assert [query.code for query in found.queries] == ["VALUE-32"]
    assert value_of(CK, "1.27", "ukat/L").queries == ()


@pytest.mark.parametrize(
    ("text", "value", "sign"),
    [("<5", "<5", "<"), ("< 0.2", "<0.2", "<"), (">=10", ">=10", ">="), ("≤5", "<=5", "<="), ("> 7", ">7", ">")],
)
def test_limit_of_measurement_is_a_value(text: str, value: str, sign: str) -> None:
    """ANS-04."""
    found = value_of(CHANGE, text)
    assert found.value == value
    assert limit_of(value) == sign
    assert number_of(value) == float(value.removeprefix(sign))


def test_score_has_no_limit_of_measurement() -> None:
    """ANS-04."""
    assert code_of(SCORE, "<5") == code_of(VAS, ">5") == "VALUE-09"


def test_number_of_takes_plain_numbers_and_no_others() -> None:
    """ANS-04."""
    assert number_of("57") == 57.0
    assert limit_of("57") == ""
    with pytest.raises(ValueError, match="never"):
        number_of("never")


def test_other_accepted_unit_is_converted() -> None:
    """ANS-05."""
    for found in (value_of(CK, "4.3", "ukat/L"), value_of(CK, "4.3 ukat/L"), value_of(CK, "4.3 µkat/L")):
        assert (found.value, found.unit) == ("258", "U/L")
    assert value_of(CK, "4.3", "ukat/L").text == "4.3 ukat/L"
    assert value_of(CK, "<4.3", "ukat/L").value == "<258"
    assert value_of(CK, "4.3 ukat/L", "ukat/L").text == "4.3 ukat/L"
    assert value_of(CK, "258", "U/L").text == "258"
    assert value_of(GLUCOSE, "101 mg/dL").value == "5.60612788632"
    assert value_of(TEMPERATURE, "98.6", "degF").value == "37"
    assert value_of(TEMPERATURE, "32 degF").value == "0"


def test_scale_is_judged_after_the_conversion() -> None:
    """ANS-05."""
    item = replace(TEMPERATURE, maximum=Decimal(45))
    assert value_of(item, "98.6 degF").value == "37"
    assert code_of(item, "98.6") == "VALUE-08"


@pytest.mark.parametrize(
    ("text", "unit"), [("4.3", "mg/dL"), ("4.3 mg/dL", None), ("4.3 ukat/L", "U/L"), ("4.3", "u/l"), ("4.3", "\ud800")]
)
def test_other_unit_is_refused(text: str, unit: str | None) -> None:
    """ANS-05."""
    assert code_of(CK, text, unit) == "VALUE-07"


def test_unit_beside_what_is_no_number_is_refused() -> None:
    """ANS-05."""
    assert code_of(SEX, "F", "kg") == "VALUE-07"
    assert code_of(VAS, "5", "mm") == "VALUE-07"
    assert value_of(SEX, "F", " ").value == "F"


def test_unit_that_cannot_be_converted_is_a_problem_not_a_guess() -> None:
    """ANS-05: the study file is at fault, `check` finds it too."""
    assert code_of(replace(GLUCOSE, molar_mass=None), "5 mg/dL") == "VALUE-24"
    assert code_of(replace(CK, accepts=("kg",)), "50 kg") == "VALUE-23"


@pytest.mark.parametrize("text", ["50 IU/L", "50 [IU]/L", "50000 mIU/L"])
def test_international_units_of_an_enzyme_are_its_units(text: str) -> None:
    """ANS-05: only where the item is measured in units of enzymes, and says that it accepts them."""
    assert value_of(replace(CK, accepts=("IU/L", "mIU/L")), text).value == "50"
    assert code_of(CK, text) == "VALUE-07"
    assert code_of(replace(GLUCOSE, accepts=("IU/L", "mIU/L")), text) == "VALUE-23"


def test_unit_that_begins_with_a_digit_needs_a_blank() -> None:
    """ANS-05."""
    assert value_of(CELLS, "4.5 10^9/L").value == "4.5"
    assert code_of(CELLS, "4.510^9/L") == "VALUE-02"


@pytest.mark.parametrize(
    ("item", "text", "value"),
    [
        (DAY, "2013-07-11", "2013-07-11"), (DAY, "2013-07-11T12:02", "2013-07-11"), (DAY, "2024-02-29", "2024-02-29"),
        (DAY, "2013-07-11 00:00:00", "2013-07-11"), (DAY, "2013-07-11T23:59:59.5+08:00", "2013-07-11"),
        (PART, "2013-04", "2013-04"), (PART, "1968", "1968"), (PART, "2013-04-05", "2013-04-05"),
        (SURGERY, "never", "never"), (SURGERY, "2013-04-05", "2013-04-05"),
    ],
)  # fmt: skip
def test_date_is_taken_as_written(item: Item, text: str, value: str) -> None:
    """ANS-06."""
    found = value_of(item, text)
    assert (found.value, found.unit, found.text) == (value, None, text)


@pytest.mark.parametrize(
    ("item", "text", "code"),
    [
        (DAY, "02/03/2024", "VALUE-15"), (DAY, "2.3.2024", "VALUE-15"), (DAY, "20240102", "VALUE-15"),
        (DAY, "45293", "VALUE-15"), (DAY, "2024-1-2", "VALUE-15"), (DAY, "2024-W01-1", "VALUE-14"),
        (DAY, "2 Mar 2024", "VALUE-14"), (DAY, "yesterday", "VALUE-14"), (PART, "2013-04-UN", "VALUE-14"),
        (PART, "2013---15", "VALUE-14"), (DAY, "2023-02-29", "VALUE-16"), (DAY, "2013-13-01", "VALUE-16"),
        (DAY, "2013-00-10", "VALUE-16"), (DAY, "2013-07-11T24:00", "VALUE-16"), (DAY, "2013-07-11T9:00", "VALUE-16"),
        (PART, "2013-13", "VALUE-16"), (DAY, "0001-01-01", "VALUE-17"), (DAY, "9999-01-01", "VALUE-17"),
        (DAY, "2013-07-11T16:00:00Z", "VALUE-25"), (DAY, "2013-07-11 16:00+00:00", "VALUE-25"),
        (DAY, "2013-07-11T16:00:00.000-0000", "VALUE-25"), (DAY, "2013-02-30T16:00Z", "VALUE-16"),
        (PART, "0000", "VALUE-17"), (PART, "2500", "VALUE-17"), (DAY, "2013-04", "VALUE-18"), (DAY, "1968", "VALUE-18"),
        (DAY, "never", "VALUE-19"), (SURGERY, "Never", "VALUE-14"), (DAY, "２０１３-07-11", "VALUE-14"),
    ],
)  # fmt: skip
def test_odd_date_is_refused_with_its_own_remedy(item: Item, text: str, code: str) -> None:
    """ANS-06."""
    assert code_of(item, text) == code


def test_date_range_of_parts() -> None:
    """ANS-06."""
    assert date_range("2013-04-05") == (date(2013, 4, 5), date(2013, 4, 5))
    assert date_range("2024-02") == (date(2024, 2, 1), date(2024, 2, 29))
    assert date_range("1968") == (date(1968, 1, 1), date(1968, 12, 31))
    with pytest.raises(ValueError, match="never"):
        date_range("never")


def test_choice_is_a_code() -> None:
    """ANS-07."""
    assert value_of(SEX, "F").value == "F"
    assert value_of(SERIOUS, "yes").value == "yes"
    assert code_of(SEX, "X") == "VALUE-10"
    assert code_of(SEX, "F;M") == "VALUE-12"


@pytest.mark.parametrize(
    ("item", "text", "near"),
    [
        (SEX, "Female", "F"), (SEX, "f", "F"), (SERIOUS, "Yes", "yes"), (AIDS, "walkr", "walker"),
        (AIDS, "cane;Rail", "rail"),
    ],
)  # fmt: skip
def test_label_or_near_miss_names_the_code(item: Item, text: str, near: str) -> None:
    """ANS-07."""
    found = read(item, text)
    assert isinstance(found, Problem)
    assert found.code == "VALUE-11"
    assert remedy(found).startswith(f"Did you mean “{near}”?")


def test_several_choices_stand_in_the_order_of_the_study_file() -> None:
    """ANS-07."""
    assert value_of(AIDS, "rail; cane").value == "cane;rail"
    assert value_of(AIDS, "walker").value == "walker"
    assert code_of(AIDS, "cane;cane") == code_of(AIDS, "cane;") == "VALUE-13"
    assert code_of(AIDS, "cane;wheelchair") == "VALUE-10"


def test_text_is_kept_in_nfc() -> None:
    """ANS-08."""
    decomposed = "Caf\N{LATIN SMALL LETTER E}\N{COMBINING ACUTE ACCENT}"
    found = value_of(TERM, decomposed)
    assert found.value == "Caf\N{LATIN SMALL LETTER E WITH ACUTE}"
    assert found.text == decomposed
    assert value_of(TERM, "first\r\nsecond").value == "first\nsecond"
    assert value_of(TERM, "=1+1").value == "=1+1"
    assert value_of(TERM, "頭痛 🤕").value == "頭痛 🤕"


@pytest.mark.parametrize("hidden", ["\x00", "\x1b", "\u202e", "\u200b", "\ufeff", "\ud800", "\r"])
def test_what_cannot_be_seen_is_refused(hidden: str) -> None:
    """ANS-08."""
    assert code_of(TERM, f"head{hidden}ache") == "VALUE-20"
    assert code_of(CK, f"5{hidden}7") == "VALUE-20"


def test_text_has_a_longest_length() -> None:
    """ANS-08."""
    assert value_of(TERM, "x" * 10_000).value == "x" * 10_000
    assert code_of(TERM, "x" * 10_001) == "VALUE-21"


def test_sentences_repeat_only_the_beginning_of_a_long_answer() -> None:
    """ANS-08."""
    found = read(CK, "no\nnumber " * 50)
    assert isinstance(found, Problem)
    assert len(sentence(found)) < 120
    assert "\n" not in sentence(found)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_missing_code_is_recognised_exactly(item: Item) -> None:
    """ANS-09."""
    found = value_of(item, " ND ")
    assert (found.value, found.unit, found.missing, found.text) == (None, None, "ND", "ND")
    again = read(item, "nd")
    assert isinstance(again, Problem) or again.missing is None


def test_value_is_shown_for_a_reader() -> None:
    """ANS-01."""
    assert show_value(CK, "<0.2") == "< 0.2 U/L"
    assert show_value(SCORE, "57") == "57"
    assert show_value(SEX, "F") == "Female"
    assert show_value(AIDS, "cane;rail") == "cane, rail"
    assert show_value(DAY, "2013-04-01") == "2013-04-01"
    bilingual = replace(SEX, choices={"F": {"en": "Female", "zh-Hant": "女"}})
    assert show_value(bilingual, "F", language="zh-Hant") == "女"


CORPUS = st.sampled_from(
    [
        "1,5", "<5", "−5", "120/80", "12 mmHg", "1e400", "nan", "-0", "20240102", "2013-04", "never", "ND", "yes",
        "F;M", "≤", "4.3 ukat/L", "5 10^9/L", "１２", "2013-07-11T12:02", "\ud800", "\x00", "=1+1", ".5", "<-3",
        "9" * 70,
    ]
)  # fmt: skip
ANYTHING = st.one_of(st.text(), CORPUS, st.text("0123456789.,-+<>=/eE T:;U/Lkat", max_size=20))


@settings(max_examples=400, deadline=None)
@given(item=st.sampled_from(ITEMS), text=ANYTHING, unit=st.one_of(st.none(), ANYTHING))
def test_nothing_typed_raises(item: Item, text: str, unit: str | None) -> None:
    """ANS-10, ANS-11."""
    found = read(item, text, unit)
    if isinstance(found, Problem):
        assert found.code in VALUE
        sentence(found).encode()
        remedy(found)
        return
    found.text.encode()
    if found.value is not None:
        again = read(item, found.value)
        assert isinstance(again, Value)
        assert (again.value, again.unit) == (found.value, found.unit)


DECIMALS = st.decimals(min_value=Decimal("-1e9"), max_value=Decimal("1e9"), places=3)


@settings(deadline=None)
@given(amount=DECIMALS)
def test_canonical_number_reads_as_itself(amount: Decimal) -> None:
    """ANS-11."""
    first = value_of(CHANGE, f"{amount:f}" if amount else "0")
    assert first.value is not None
    assert value_of(CHANGE, first.value).value == first.value
    assert Decimal(first.value) == amount


KINDS: tuple[ItemKind, ...] = ("number", "vas", "choice", "yes_no", "date", "text")


@settings(deadline=None)
@given(kind=st.sampled_from(KINDS), text=st.text(max_size=30))
def test_item_without_any_detail_never_raises(kind: ItemKind, text: str) -> None:
    """ANS-10."""
    parse_value(Item(id="x", kind=kind, label={}), text, missing={})


@pytest.mark.parametrize(
    ("item", "text", "unit", "value"),
    [
        (GLUCOSE, "90", "mg/dl", "4.99555950266"),
        (GLUCOSE, "5.1 mmol/l", None, "5.1"),
        (CK, "120", "U/l", "120"),
        (CK, "2", "µkat/L", "120"),
    ],
)
def test_another_spelling_is_the_same_unit(item: Item, text: str, unit: str | None, value: str) -> None:
    """ANS-12."""
    found = parse_value(item, text, unit=unit, missing=MISSING)
    assert isinstance(found, Value)
    assert found.value == value
