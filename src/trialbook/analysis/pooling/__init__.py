"""Case series put together, usable without a study: columns of published numbers in, a frozen result out.

Effects of each study, random effects for any estimate with a variance, a binomial model for counts of responders, and
the rows of a forest plot; the algebra is told in docs/explanation/pooling.md.
"""

from trialbook.analysis.pooling.effects import (
    Effects,
    log_odds,
    log_ratios,
    mean_changes,
    printed_changes,
    standardised_changes,
)
from trialbook.analysis.pooling.forest import ForestRow, forest
from trialbook.analysis.pooling.random_effects import Interval, Method, Pooled, pool, pool_effects
from trialbook.analysis.pooling.shares import PooledShare, freeman_tukey, pool_shares
from trialbook.analysis.pooling.studies import Asked, Pooling, Studies, pool_studies

__all__ = [
    "Asked", "Effects", "ForestRow", "Interval", "Method", "Pooled", "PooledShare", "Pooling", "Studies", "forest",
    "freeman_tukey", "log_odds", "log_ratios", "mean_changes", "pool", "pool_effects", "pool_shares", "pool_studies",
    "printed_changes", "standardised_changes",
]  # fmt: skip
