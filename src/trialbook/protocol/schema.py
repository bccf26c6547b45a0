"""The JSON Schema of the study file, for editors: generated from the same grammar that reads it."""

from __future__ import annotations

from typing import Any

from trialbook.protocol.grammar import SECTIONS
from trialbook.protocol.kinds import ById, Either, Key, Kind, Many, Part, Phrase, Section, Texts, Word

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ASSUMED: Schema = {
    "description": "The protocol leaves this open and the team chose it: true, or the reason.",
    "type": ["boolean", "string"],
}
LANGUAGE = "^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"


def json_schema() -> Schema:
    """Return the schema (JSON Schema 2020-12). It judges the form of a file; `check` also judges its sense."""
    return {
        "$schema": DIALECT,
        "$id": "urn:trialbook:study-file:1",
        "title": "trialbook study file, version 1",
        "$ref": "#/$defs/file",
        "$defs": {
            "assumed": ASSUMED,
            "text": _text(),
            **{section.name: _section(section) for section in SECTIONS.values()},
        },
    }


def _section(section: Section) -> Schema:
    schema: Schema = {
        "description": section.doc,
        "type": "object",
        "properties": {**{key.name: _key(key) for key in section.keys}, "assumed": {"$ref": "#/$defs/assumed"}},
        "required": [key.name for key in section.keys if key.required],
        "additionalProperties": False,
    }
    needed = {
        name: [key.name for key in section.keys if name in key.needed_with]
        for name in dict.fromkeys(name for key in section.keys for name in key.needed_with)
    }
    if needed:
        schema["dependentRequired"] = needed
    if section.one_of:
        schema["oneOf"] = [{"required": [name]} for name in section.one_of]
        schema["dependentSchemas"] = {
            key.name: {"anyOf": [{"required": [other]} for other in key.only_with]}
            for key in section.keys
            if key.only_with
        }
    return schema if schema["required"] else {"anyOf": [schema, {"type": "null"}]}


def _key(key: Key) -> Schema:
    default = {"default": key.default} if key.default is not None else {}
    notes = f" Default: {key.otherwise}." if key.otherwise else ""
    return {"description": key.doc + notes, **default, **_or_assumed(_kind(key.kind))}


def _or_assumed(kind: Schema) -> Schema:
    """Allow `{is: X, assumed: why}` in place of X."""
    wrapped = {
        "type": "object",
        "properties": {"is": kind, "assumed": {"$ref": "#/$defs/assumed"}},
        "required": ["is", "assumed"],
        "additionalProperties": False,
    }
    return {"anyOf": [kind, wrapped]}


def _kind(kind: Kind) -> Schema:  # noqa: PLR0911 - one return a kind
    match kind:
        case Phrase():
            return _phrase(kind)
        case Word():
            return _word(kind)
        case Texts():
            return {"$ref": "#/$defs/text"}
        case Many():
            one = _or_assumed(_kind(kind.of))
            return {"anyOf": [_kind(kind.of), {"type": "array", "items": one}]}
        case ById():
            return _by_id(kind)
        case Part():
            return {"$ref": f"#/$defs/{kind.section}"}
        case Either():
            shapes = (kind.scalar, kind.items, kind.mapping)
            return {"anyOf": [_kind(shape) for shape in shapes if shape is not None]}


def _phrase(kind: Phrase) -> Schema:
    if kind.json == ("boolean",):
        return {"type": "boolean"}
    schema: Schema = {"type": list(kind.json), "description": f"{kind.name}, such as {kind.example}"}
    return {**schema, "pattern": f"^(?:{kind.pattern})$"} if "string" in kind.json else schema


def _word(kind: Word) -> Schema:
    """List the words; one that looks like a number is a number to a general YAML reader."""
    numbers: list[str | int] = [int(word) for word in kind.options if word.isdigit()]
    return {"enum": [*kind.options, *numbers]}


def _text() -> Schema:
    line = {"type": ["string", "number", "boolean"], "pattern": r"\S"}
    languages = {"type": "object", "patternProperties": {LANGUAGE: line}, "additionalProperties": False}
    return {"anyOf": [line, {**languages, "minProperties": 1}]}


def _by_id(kind: ById) -> Schema:
    pattern = f"^(?:{kind.key.pattern})$"
    schema: Schema = {
        "type": ["object", "null"],
        "patternProperties": {pattern: _or_assumed(_kind(kind.of))},
        "additionalProperties": False,
    }
    return schema if kind.codes else {**schema, "properties": {"assumed": {"$ref": "#/$defs/assumed"}}}
