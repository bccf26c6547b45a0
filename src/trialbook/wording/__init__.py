"""The wording of every problem: one sentence and one remedy a code, in the order of the folders.

`{name}` stands for an entry of `Problem.values`. The sentences pass through gettext, so that a translation
needs no change here; the English sentence is the message id.
"""

from __future__ import annotations

from collections.abc import Callable
from gettext import gettext

from trialbook.errors import Problem
from trialbook.wording.analysing import BARE, RECONCILE
from trialbook.wording.answers import VALUE
from trialbook.wording.appraisal import APPRAISAL
from trialbook.wording.base import Wording
from trialbook.wording.blinding import BLINDING
from trialbook.wording.conduct import CONDUCT, DOSE
from trialbook.wording.files import FILE, FOLDER
from trialbook.wording.imports import IMPORT
from trialbook.wording.keeping import KEEP
from trialbook.wording.ledger import CAPTURE
from trialbook.wording.pooling import POOL
from trialbook.wording.questionnaires import QUESTIONNAIRE
from trialbook.wording.reports import REPORT
from trialbook.wording.scores import SCORE
from trialbook.wording.serving import SERVE
from trialbook.wording.simulate import SIMULATE
from trialbook.wording.study_file import COND, STUDY

__all__ = [
    "APPRAISAL",
    "BARE",
    "BLINDING",
    "CAPTURE",
    "CATALOGUE",
    "COND",
    "CONDUCT",
    "DOSE",
    "FILE",
    "FOLDER",
    "IMPORT",
    "KEEP",
    "POOL",
    "QUESTIONNAIRE",
    "RECONCILE",
    "REPORT",
    "SCORE",
    "SERVE",
    "SIMULATE",
    "STUDY",
    "VALUE",
    "Translate",
    "Wording",
    "remedy",
    "sentence",
]

Translate = Callable[[str], str]
"""Turns an English text of the catalogue into another language."""

CATALOGUE: dict[str, Wording] = {
    **FOLDER,
    **FILE,
    **STUDY,
    **VALUE,
    **COND,
    **CONDUCT,
    **DOSE,
    **CAPTURE,
    **IMPORT,
    **REPORT,
    **SCORE,
    **BARE,
    **RECONCILE,
    **POOL,
    **SIMULATE,
    **APPRAISAL,
    **SERVE,
    **KEEP,
    **QUESTIONNAIRE,
    **BLINDING,
}


def sentence(problem: Problem, translate: Translate = gettext) -> str:
    """Write the sentence that says what is wrong, in the language of `translate`."""
    return translate(CATALOGUE[problem.code].sentence).format_map(problem.values)


def remedy(problem: Problem, translate: Translate = gettext) -> str:
    """Write what to do about it."""
    return translate(CATALOGUE[problem.code].remedy).format_map(problem.values)
