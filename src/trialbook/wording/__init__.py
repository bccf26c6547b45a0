"""The wording of every problem: one sentence and one remedy a code, in the order of the folders.

`{name}` stands for an entry of `Problem.values`. The sentences pass through gettext, so that a translation
needs no change here; the English sentence is the message id.
"""

from __future__ import annotations

from gettext import gettext

from trialbook.errors import Problem
from trialbook.wording.analysing import BARE, RECONCILE
from trialbook.wording.answers import VALUE
from trialbook.wording.appraisal import APPRAISAL
from trialbook.wording.base import Wording
from trialbook.wording.conduct import CONDUCT, DOSE
from trialbook.wording.files import FILE, FOLDER
from trialbook.wording.imports import IMPORT
from trialbook.wording.ledger import CAPTURE
from trialbook.wording.reports import REPORT
from trialbook.wording.scores import SCORE
from trialbook.wording.simulate import SIMULATE
from trialbook.wording.study_file import COND, STUDY

__all__ = [
    "APPRAISAL",
    "BARE",
    "CAPTURE",
    "CATALOGUE",
    "COND",
    "CONDUCT",
    "DOSE",
    "FILE",
    "FOLDER",
    "IMPORT",
    "RECONCILE",
    "REPORT",
    "SCORE",
    "SIMULATE",
    "STUDY",
    "VALUE",
    "Wording",
    "remedy",
    "sentence",
]

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
    **SIMULATE,
    **APPRAISAL,
}


def sentence(problem: Problem) -> str:
    """Write the sentence that says what is wrong."""
    return gettext(CATALOGUE[problem.code].sentence).format_map(problem.values)


def remedy(problem: Problem) -> str:
    """Write what to do about it."""
    return gettext(CATALOGUE[problem.code].remedy).format_map(problem.values)
