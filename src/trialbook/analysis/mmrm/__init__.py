"""Mixed models for repeated measures (MMRM), usable without a study: `mmrm.fit("y ~ visit", frame, ...)`.

A marginal linear model fitted by restricted maximum likelihood, with Kenward and Roger's or Satterthwaite's degrees of
freedom; the algebra is told in docs/explanation/mmrm.md.
"""

from trialbook.analysis.mmrm.fitted import Estimate, FallBack, Fit, FTest
from trialbook.analysis.mmrm.fitting import fit
from trialbook.analysis.mmrm.formula import FormulaError
from trialbook.analysis.mmrm.inference import Information, Method
from trialbook.analysis.mmrm.structures import ORDER, TITLES, Name

__all__ = [
    "ORDER",
    "TITLES",
    "Estimate",
    "FTest",
    "FallBack",
    "Fit",
    "FormulaError",
    "Information",
    "Method",
    "Name",
    "fit",
]
