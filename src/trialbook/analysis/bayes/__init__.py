"""Bayesian answers with stated priors, usable without a study; every integral by quadrature, nothing by chance.

The posterior of a mean change, a Bayes factor against no change, and studies or participants that differ; the algebra
is told in docs/explanation/bayes.md.
"""

from trialbook.analysis.bayes.change import FLAT, Posterior, Prior, mean_change, priors_of
from trialbook.analysis.bayes.factor import BayesFactor, jzs, jzs_change
from trialbook.analysis.bayes.hierarchy import Hierarchy, Member, hierarchical
from trialbook.analysis.bayes.quadrature import Mixture

__all__ = [
    "FLAT", "BayesFactor", "Hierarchy", "Member", "Mixture", "Posterior", "Prior", "hierarchical", "jzs",
    "jzs_change", "mean_change", "priors_of",
]  # fmt: skip
