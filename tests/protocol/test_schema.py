"""The JSON Schema for editors, generated from the grammar.

SCHEMA-01: it is a schema of JSON Schema 2020-12.
SCHEMA-02: every sample file is valid, and so is what explain writes of it.
SCHEMA-03: typical mistakes are not valid.
SCHEMA-04: it describes every key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from trialbook.errors import Problem
from trialbook.protocol.explain import explain
from trialbook.protocol.grammar import SECTIONS
from trialbook.protocol.model import Study
from trialbook.protocol.schema import json_schema

Read = Callable[[str], tuple[Study | None, tuple[Problem, ...]]]

SCHEMA = json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def as_an_editor_sees(text: str) -> Any:
    """Read YAML as other programs do: numbers and yes or no are guessed. Keys become strings, as in JSON."""

    def keyed(value: Any) -> Any:
        if isinstance(value, dict):
            return {str(key): keyed(inner) for key, inner in value.items()}
        return [keyed(inner) for inner in value] if isinstance(value, list) else value

    return keyed(YAML(typ="safe", pure=True).load(text))


def test_it_is_a_schema() -> None:
    """SCHEMA-01."""
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "name", ["minimal", "template", "rituximab", "infliximab_myositis", "xanomeline_four", "rituximab_polymyositis"]
)
def test_samples_are_valid(read: Read, samples: Mapping[str, str], name: str) -> None:
    """SCHEMA-02."""
    study, _ = read(samples[name])
    assert study is not None
    for text in (samples[name], explain(study)):
        problems = [f"{list(error.path)}: {error.message}" for error in VALIDATOR.iter_errors(as_an_editor_sees(text))]
        assert problems == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("window: 3", "windw: 3"),
        ("trialbook: 1\n", ""),
        ("trialbook: 1\n", "trialbook: 2\n"),
        ("id: small, ", ""),
        ("id: small", "id: Small Study"),
        ("data: invented", "data: made up"),
        ("window: 3 days either side", "window: 3"),
        ("week 4: {}", "week 4: {dayy: 28}"),
        ("number: score, scale: 0 to 80", "scale: 0 to 80"),
        ("number: score, scale: 0 to 80", "number: score, text: line"),
        ("number: score, scale: 0 to 80", "text: line, scale: 0 to 80"),
        ("number: score, scale: 0 to 80", "number: score, scale: 80"),
        ("number: score, scale: 0 to 80", "number: score, decimals: many"),
        ("number: score, scale: 0 to 80", "number: score, required: 'yes'"),
        ("  strength:\n    at", "  muscle strength:\n    at"),
        ("from: strength.total", "from: total"),
        ("test: paired t", "test: t"),
        ("missing: available cases", "missing: {is: available cases}"),
        ("missing: available cases", "missing: {is: available cases, assumed: [1]}"),
        ("planned:\n    baseline: {day: 0}", "planned:\n    baseline: {day: first}"),
        ("at: [baseline, week 4, week 8]", "at: {}"),
        ("forms:", "forms: []\nforms_:"),
    ],
)
def test_mistakes_are_not_valid(samples: Mapping[str, str], old: str, new: str) -> None:
    """SCHEMA-03."""
    assert old in samples["minimal"]
    text = samples["minimal"].replace(old, new)
    assert not VALIDATOR.is_valid(as_an_editor_sees(text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("every: 30 minutes", "every: 30"),
        ("      first: {start: 50 mg/h,", "      only: {start: 50 mg/h,"),
        (", most: 400 mg/h}\n      later", "}\n      later"),
        ("recorded: {form: background_drugs, drug", "recorded: {drug"),
        ("{count_of: agent}", "{count_of: agent, at_least: all}"),
        ("{count_of: agent}", "{count_of: agent, mean_of: agent}"),
        (", at_least: 8 of 10, label", ", label"),
        ("], complete: all}\n  quality", "], complete: most}\n  quality"),
        ("consent: consent.date", "consent: date"),
    ],
)
def test_mistakes_of_doses_and_counts_are_not_valid(samples: Mapping[str, str], old: str, new: str) -> None:
    """SCHEMA-03."""
    assert samples["rituximab"].count(old) == 1, old
    assert not VALIDATOR.is_valid(as_an_editor_sees(samples["rituximab"].replace(old, new)))


def test_every_key_is_described() -> None:
    """SCHEMA-04."""
    for section in SECTIONS.values():
        found = SCHEMA["$defs"][section.name]
        properties = (found["anyOf"][0] if "anyOf" in found else found)["properties"]
        assert set(properties) == {key.name for key in section.keys} | {"assumed"}
        for key in section.keys:
            assert key.doc in properties[key.name]["description"]
