"""A study file: bytes -> a study or problems; what is a study can be written out and read again."""

from __future__ import annotations

from dataclasses import replace

from tests.fuzzing.target import Check, Target, is_finite, taken_out, told


def prepare() -> Check:
    """Return what has to hold: a study or an error, each told; nothing infinite; written out, it is equal."""
    from ruamel.yaml import YAML

    from trialbook.errors import Place
    from trialbook.protocol.explain import explain
    from trialbook.protocol.nodes import Unreadable, decode
    from trialbook.protocol.outline import grid, to_html, to_text
    from trialbook.protocol.read import parse_study

    def check(content: bytes) -> None:
        try:
            text = decode(content, Place(file="study.yaml"))
        except Unreadable as stop:
            told([stop.problem])
            return
        study, problems = parse_study(text, file="study.yaml")
        told(problems)
        assert (study is None) == any(problem.level == "error" for problem in problems)
        if study is None:
            return
        # another reader of YAML, which knows no study: what it cannot read whole is none
        YAML(typ="safe", pure=True).load(text)
        assert is_finite(study)
        assert to_text(grid(study))
        assert to_html(grid(study))
        again, wrong = parse_study(explain(study), file="again.yaml")
        assert again is not None, wrong
        assert replace(again, text=study.text, fingerprint=study.fingerprint) == study

    return check


def plant() -> None:
    """Let the errors of the reader of YAML go through as they are."""
    from trialbook.protocol import nodes

    taken_out(nodes._Builder, "_syntax", lambda _self, error: error)  # noqa: SLF001 - the part that is taken out


TARGET = Target(
    words="study files, read, written out and read again",
    prepare=prepare,
    plant=plant,
    runs=400,
    control=500,
    longest=3000,
    dictionary=(
        "trialbook: 1",
        "study:",
        "roles:",
        "visits:",
        "forms:",
        "items:",
        "analysis:",
        "endpoints:",
        "report:",
        "arms:",
        "{number: ",
        "{choice: [",
        "{text: line}",
        "date: partial",
        "yes_no: true",
        "required: true",
        "expected: 0 to ",
        "accepts: [",
        "decimals: ",
        "scale: 0 to 10",
        "groups: [",
        "when: '",
        "derive:",
        "sum_of: [",
        "mean_of: ",
        "at_least: ",
        "assumed: ",
        "{is: ",
        "repeating: true",
        "at: any time",
        "at: once",
        "baseline",
        "week ",
        "sees: ",
        "records: ",
        "blind: true",
        "missing: ",
        "primary:",
        "participants:",
        "treatments:",
        "eligibility:",
        "languages:",
        "1e999",
        "nan",
        ".inf",
        "-0",
        "99999999999999999999",
        "0x10",
        "1_000",
        "null",
        "~",
        "&a ",
        "*a",
        "!!int ",
        "<<: ",
        "%YAML 1.1\n---\n",
        "---\n",
        "...\n",
        "\ufeff",
        "\u0663",
        "\u2028",
        "|+9\n",
        ">-\n",
        "? ",
        "\t",
    ),
)
