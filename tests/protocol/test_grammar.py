"""The table of the language: complete, true to itself, and documented.

GRAM-01: every default and every example can be read as what it is a default or an example of.
GRAM-02: keys that others refer to exist.
GRAM-03: the reference has every section, key and code, as the program has them.
GRAM-04: the example of the reference reads without a problem.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from trialbook import wording
from trialbook.errors import Problem
from trialbook.protocol import kinds
from trialbook.protocol.grammar import SECTIONS
from trialbook.protocol.kinds import ById, Either, Key, Kind, Many, Part, Phrase
from trialbook.protocol.model import Study
from trialbook.protocol.nodes import ScalarNode
from trialbook.protocol.reading import Notes, take

Read = Callable[[str], tuple[Study | None, tuple[Problem, ...]]]

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
KEYS = [(section.name, key) for section in SECTIONS.values() for key in section.keys]
PHRASES = [value for value in vars(kinds).values() if isinstance(value, Phrase)]


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.example)
def test_examples_are_what_they_show(phrase: Phrase) -> None:
    """GRAM-01."""
    example = phrase.example.strip("'")
    assert re.fullmatch(phrase.pattern, example)
    assert phrase.parse(example) is not None


@pytest.mark.parametrize(("section", "key"), [(name, key) for name, key in KEYS if key.default is not None])
def test_defaults_can_be_read(section: str, key: Key) -> None:
    """GRAM-01."""
    notes = Notes(file=section)
    value = take(ScalarNode(text=key.default or "", line=1, column=1), key.kind, (), notes)
    assert value is not None
    assert not notes.problems


def sections_in(kind: Kind) -> Iterator[str]:
    """Yield the sections that a kind leads to."""
    match kind:
        case Part():
            yield kind.section
        case Many() | ById():
            yield from sections_in(kind.of)
        case Either():
            for shape in (kind.scalar, kind.items, kind.mapping):
                yield from sections_in(shape) if shape is not None else ()
        case _:
            return


def test_what_is_referred_to_exists() -> None:
    """GRAM-02: and every section is led to from the file."""
    for section in SECTIONS.values():
        names = [key.name for key in section.keys]
        assert len(names) == len(set(names))
        assert set(section.one_of) <= set(names)
        for key in section.keys:
            assert set(key.only_with) <= set(names)
            assert set(key.needed_with) <= set(names)
            assert key.doc.endswith(".")
            assert not (key.required and (key.default or key.otherwise))
    led_to = {name for _, key in KEYS for name in sections_in(key.kind)}
    assert led_to | {"file"} == set(SECTIONS)


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """Return the script that writes the generated pages."""
    spec = spec_from_file_location("generate", REFERENCE / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_are_those_of_the_program(generator: ModuleType) -> None:
    """GRAM-03: where this fails, run python docs/reference/generate.py."""
    pages: Mapping[Path, str] = generator.pages()
    for path, content in pages.items():
        assert path.read_text(encoding="utf-8") == content, f"{path.name} is out of date: run generate.py"


def test_every_key_and_code_is_documented() -> None:
    """GRAM-03."""
    study_file = (REFERENCE / "study-file.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^###? |\Z)", study_file, flags=re.MULTILINE | re.DOTALL))
    assert set(sections) == set(SECTIONS)
    for section, key in KEYS:
        assert f"| `{key.name}` |" in sections[section]
    codes = (REFERENCE / "problem-codes.md").read_text(encoding="utf-8")
    assert [code for code in wording.CATALOGUE if f"| {code} |" not in codes] == []


def test_the_example_reads(read: Read) -> None:
    """GRAM-04."""
    study_file = (REFERENCE / "study-file.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", study_file, flags=re.DOTALL)
    study, problems = read(example)
    assert study is not None
    assert not problems
