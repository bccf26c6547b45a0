"""Typed answers: a text is a value or a problem; a value is finite, is shown, and read again is the same."""

from __future__ import annotations

from tests.fuzzing.target import Check, Target, is_finite, taken_out, told

STUDY = """
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented, objective: to test, languages: [en, zh-Hant]}
visits: {anchor: enrolment, window: 3 days either side, planned: {baseline: {day: 0}}}
forms:
  page:
    at: baseline
    items:
      ck: {number: U/L, accepts: [ukat/L], expected: 0 to 2000, decimals: 0}
      creatinine: {number: mg/dL, accepts: [umol/L], molar_mass: 113.12 g/mol}
      score: {number: score, scale: 0 to 80}
      ratio: {number: ratio}
      pain: {vas: 0 to 100}
      day: {date: full}
      since: {date: partial, never: true}
      sure: {choice: yes/no}
      sex: {choice: {F: Female, M: Male}}
      drugs: {choice: {aza: Azathioprine, mtx: Methotrexate}, several: true}
      line: {text: line}
      words: {text: paragraph}
missing: {ND: Not done}
"""
UNITS = (None, None, "U/L", "ukat/L", "mg/dL", "umol/L", "", "x")


def prepare() -> Check:
    """Return what has to hold for an item (first byte), a unit given apart (second) and a typed text (the rest)."""
    from trialbook.errors import Problem
    from trialbook.protocol.read import parse_study
    from trialbook.protocol.values import date_range, number_of, parse_value, show_value

    study, problems = parse_study(STUDY, file="study.yaml")
    assert study is not None, problems
    items = tuple(study.forms["page"].items.values())

    def check(content: bytes) -> None:
        first, second, typed = content[0:1], content[1:2], content[2:].decode("utf-8", "surrogateescape")
        item = items[sum(first) % len(items)]
        found = parse_value(item, typed, unit=UNITS[sum(second) % len(UNITS)], missing=study.missing)
        if isinstance(found, Problem):
            told([found])
            return
        told(found.queries)
        assert found.text.encode()
        if found.value is None:
            assert found.missing in study.missing
            return
        assert show_value(item, found.value) or item.kind == "text"
        if item.kind in {"number", "vas"}:
            assert is_finite(number_of(found.value))
        if item.kind == "date" and found.value != "never":
            earliest, latest = date_range(found.value)
            assert earliest <= latest
        again = parse_value(item, found.value, missing={})
        assert not isinstance(again, Problem), again
        assert again.value == found.value

    return check


def plant() -> None:
    """Let characters through that cannot be seen, halves of surrogate pairs among them."""
    from trialbook.protocol import values

    taken_out(values, "_is_hidden", lambda _character: False)


TARGET = Target(
    words="answers as they are typed, for items of every kind",
    prepare=prepare,
    plant=plant,
    runs=4000,
    control=2000,
    longest=600,
    dictionary=(
        "<=",
        ">",
        "\u2264",
        "\u2212",
        "1e5",
        "nan",
        "inf",
        "Infinity",
        "0x1F",
        "1_000",
        "\u0663",
        "\uff11",
        "2026-02-30",
        "2026-03",
        "0000-00-00",
        "10000-01-01",
        "never",
        "yes",
        "no",
        "ND",
        "aza;mtx",
        ";",
        "\u202e",
        "\u200b",
        "\r\n",
        "U/L",
        "ukat/L",
        "\u00b5kat/L",
        "mg/dl",
        "umol/L",
        "9" * 40,
        "0." + "0" * 40 + "1",
        "1,5",
        "1/2",
        "e\u0301",
    ),
)
