"""A study of which every text is hostile, and what tells that one of them got out of its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser

PRODUCT = "1787569"
"""What 1337 * 1337 is: a page that holds it computed a text."""
READ = ("root:x:0:0", "root:*:0:0")
"""What a text that reads /etc/passwd would bring."""
HOSTILE = (
    "<xss-a onclick=alert(1)>a</xss-a>",
    "\"><xss-b xssattr='1'>",
    '\'><xss-c xssattr="1">',
    "</script><xss-d>",
    "</style><xss-e>",
    "</textarea></title><xss-f>",
    "<!--<xss-g>",
    "]]><xss-h>",
    "&lt;xss-i&gt;&#60;xss-j&#62;",
    '" autofocus onfocus="alert(1)',
    "' xssattr='1",
    "javascript:alert(1)",
    "<svg onload=alert(1)>",
    "<a href=//evil.example>x",
    "{{ 1337*1337 }}",
    "{% debug %}{% include '/etc/passwd' %}",
    "{{request.session}}{{settings.SECRET_KEY}}",
    "${1337*1337}",
    "#{1337*1337}",
    "<%= 1337*1337 %>",
    "%(participant)s %s %d %%",
    "{0.__class__.__mro__}{participant!r}",
    "$(1337*1337)",
    "=1337*1337",
    "+1337*1337",
    "-1337*1337",
    "@SUM(1337)",
    "\t=1337*1337",
    "=cmd|'/c calc'!A1",
    '=HYPERLINK("//evil.example")',
    '#read("/etc/passwd")',
    '#eval("1337*1337")',
    "#panic(1)",
    '#include "/etc/passwd"',
    "$ x^2 $",
    "@label <label> *b* _i_",
    "\\input{/etc/passwd}",
    '{\\field{\\*\\fldinst INCLUDETEXT "/etc/passwd"}}',
    "}}{\\rtf1 x",
    "\\u8206?",
    "\\par}",
    "a\r\nATTENDEE:mailto:evil@evil.example",
    "a\\nSUMMARY:evil",
    "x\nSet-Cookie: evil=1",
    "../../../../etc/passwd",
    "..\\..\\x",
    "C:\\x:y",
    "a/b",
    "a;b",
    "a,b",
    "a|b",
    "' or 1=1 --",
    '"; DROP TABLE entries; --',
    "%2e%2e%2f",
    "%00",
    "\u05d0\u05d1\u05d2 \u0627\u0644\u0639",
    "\u200f\u200e",
    "\ufeffx",
    "e\u0301\u0301\u0301" * 20,
    "\U0001f489\U0001f468\u200d\u2695\ufe0f",
    "\uff1cxss-k\uff1e",
    "x" * 3000,
    "w " * 500,
    "1" * 400,
    "1e999",
    "NaN",
    "-0",
    "null",
    "true",
    "__proto__",
    "constructor",
    "a\u2028b\u2029c",
    "a\u0085b",
    "`id`",
    "$(id)",
    "&& id",
    "None",
    "[]",
    "...",
    "#",
    "!",
    "<<<<",
    "&amp;amp;",
    "\\",
)
"""Texts that mean something to HTML, templates, spreadsheets, typst, RTF, calendars, headers, files, SQL, or eyes."""
REFUSED = ("a\x00b", "\x1b[2Jx", "\u202etxet", "a\u2066b", "\ud800", "\x07")
"""Texts that a study file does not hold: they are read otherwise than they are written."""
STUDY = """
trialbook: 1
study:
  id: hostile
  title: @@
  design: open-label single-arm
  data: invented
  objective: @@
  sponsor: @@
  registration: @@
  citation: @@
  licence: @@
  planned: 4
roles:
  investigator: {label: @@, sees: everything, records: everything, signs: [form, visit], rights: [enrol]}
  monitor: {label: @@, sees: everything, rights: [query, freeze, lock]}
  assessor: {label: @@, blind: true, records: [strength]}
  statistician: {sees: [data, results]}
visits:
  anchor: enrolment
  window: {is: 3 days either side, assumed: @@}
  planned:
    baseline: {day: 0, label: @@}
    week 4: {label: @@}
eligibility:
  inclusion: {I1: {text: @@, when: 'background.sex == "F"'}}
  exclusion: {E1: {text: @@}}
treatments:
  drug:
    label: @@
    dose: 500 mg
    give: {route: intravenous, first: day 0, every: 2 weeks, times: 2}
    recorded: {form: infusion, start: start, dose: given}
forms:
  background:
    label: @@
    at: once
    by: investigator
    items:
      sex: {label: @@, choice: {F: @@, M: @@}, required: true, help: @@}
      several: {label: @@, choice: [@C, @C, @C], several: true}
      said: {label: @@, text: paragraph}
  enzymes:
    label: @@
    at: [baseline, week 4]
    items:
      ck: {label: @@, number: U/L, expected: 0 to 2000, upper: 200, test: @@}
      own: {label: @@, number: @U}
      remark: {label: @@, text: line, when: 'enzymes.ck > 10.0'}
    checks: {odd: {when: 'enzymes.ck < 400.0', say: @@}}
  strength:
    label: @@
    at: [baseline, week 4]
    by: assessor
    items:
      proximal: {label: @@, groups: [biceps, triceps], scale: 0 to 10, required: true}
  infusion:
    label: @@
    at: any time
    repeating: true
    items: {start: {label: @@, date: full, required: true}, given: {label: @@, number: mg, required: true}}
  ill:
    label: @@
    at: any time
    repeating: true
    events: true
    terms: free
    items: {term: {label: @@, text: line, required: true}, start: {date: partial}, serious: {choice: yes/no}}
missing: {ND: @@}
endpoints:
  ck: {from: enzymes.ck, label: @@, better: lower}
analysis:
  baseline: visit baseline
  set: enrolled
  sets:
    enrolled: {label: @@, who: enrolled}
  primary: {endpoint: ck, at: week 4}
  test: paired t
  significant: p < 0.05, two-sided
  missing: available cases
report:
  figures: [ck]
"""
PAIR = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")
PLACES = STUDY.count("@@")
"""Texts that the study has."""
CODES = ("=1+1", "<xss-l>", "{{1337*1337}}")
"""Codes of choices that are hostile, and short enough to be codes."""


def study_text(texts: Sequence[str], *, codes: Sequence[str] = CODES, unit: str = "mg") -> str:
    """Return the study file with these texts, in turn, at every place that takes one."""
    numbers = iter(range(PLACES))
    text = re.sub("@@", lambda _: quoted(texts[next(numbers) % len(texts)]), STUDY)
    given = iter(codes)
    text = re.sub("@C", lambda _: quoted(next(given)), text)
    return text.replace("@U", quoted(unit))


def quoted(text: str) -> str:
    """Write a text as YAML reads it back; nothing of it stands in the file itself but letters that YAML can hold."""
    # JSON writes a letter beyond the first 65,536 as two halves, which are no letters in YAML
    return PAIR.sub(lambda two: f"\\U{ord(json.loads(chr(34) + two[0] + chr(34))):08x}", json.dumps(text))


# ---- pages ------------------------------------------------------------------------------------------------------


class Markup(HTMLParser):
    """What a browser would make of a page: its elements, and what stands in scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Judge an element."""
        self._in = tag if tag in {"script", "style"} else self._in
        if tag.startswith("xss") or tag in {"iframe", "object", "embed", "base"}:
            self.wrong.append(f"<{tag}>")
        is_ours = ("data-proposed", None) in attrs  # a box of the site that takes the focus, of itself
        for name, value in attrs:
            if (name, is_ours) != ("autofocus", True):
                self._judge(tag, name, value or "")

    def _judge(self, tag: str, name: str, value: str) -> None:
        told = f"<{tag} {name}={value[:60]!r}>"
        if name.startswith(("on", "xss")) or name in {"autofocus", "srcdoc"}:
            self.wrong.append(told)
        is_address = name in {"href", "src", "action", "formaction", "xlink:href", "hx-get", "hx-post"}
        if is_address and re.match(r"\s*(javascript:|data:text|vbscript:|//|/\\\\)", value, re.IGNORECASE):
            self.wrong.append(told)

    def handle_endtag(self, tag: str) -> None:
        """Leave a script or a style."""
        self._in = "" if tag == self._in else self._in

    def handle_data(self, data: str) -> None:
        """Judge what stands in a script or a style: no text of the study makes markup there."""
        if self._in and re.search(r"<[/!]?(xss|script|svg)", data):
            self.wrong.append(f"in {self._in}: {data[:80]!r}")


def wrong_in_page(page: str) -> list[str]:
    """Return what got out of its place in a page."""
    parser = Markup()
    parser.feed(page)
    parser.close()
    return [*parser.wrong, *wrong_in_text(page)]


def wrong_in_text(text: str) -> list[str]:
    """Return signs that a text was carried out."""
    return [sign for sign in (PRODUCT, *READ) if sign in text]


# ---- other files ------------------------------------------------------------------------------------------------

NUMBER = re.compile(r"[+-]?[0-9.,]+([eE][+-]?[0-9]+)?")


def wrong_in_csv(rows: Iterator[Sequence[str]]) -> list[str]:
    """Return cells that a spreadsheet would run."""
    cells = (cell for row in rows for cell in row)
    return [cell for cell in cells if cell[:1] in set("=+-@\t\r\n") and cell and not NUMBER.fullmatch(cell)]


def wrong_in_calendar(text: str) -> list[str]:
    """Return lines of a calendar that no calendar of ours has."""
    lines = re.sub(r"\r\n[ \t]", "", text).split("\r\n")
    known = re.compile(
        r"(BEGIN|END|VERSION|PRODID|CALSCALE|METHOD|NAME|X-[A-Z-]+|UID|DTSTAMP|DTSTART|DTEND|SUMMARY|DESCRIPTION|"
        r"STATUS|TRANSP|REFRESH-INTERVAL|CLASS|SEQUENCE|LAST-MODIFIED|CATEGORIES|URL)(;[^:]*)?:.*|"
    )
    return [line for line in lines if not known.fullmatch(line)]


def wrong_in_header(name: str, value: str) -> list[str]:
    """Return what is wrong with a header that names a file."""
    if name != "Content-Disposition":
        return []
    fine = re.compile(r"""(attachment|inline)(; filename="[^"\\/\x00-\x1f]+")?(; filename\*=utf-8''[\w.%~-]+)?""")
    return [] if fine.fullmatch(value) else [value]
