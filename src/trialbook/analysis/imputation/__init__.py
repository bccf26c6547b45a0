"""Multiple imputation of a table of participants and visits, usable without a study.

`impute` fills the gaps many times, each time as differently as the data leave open; `change_at` puts the answers
together by Rubin's rules, with the values after dropout shifted if one asks; `tipping_point` says how far they must be
shifted until the conclusion is another. The algebra is told in docs/explanation/imputation.md.
"""

from trialbook.analysis.imputation.changes import Tipping, change_at, tipping_point
from trialbook.analysis.imputation.draws import Imputed, impute
from trialbook.analysis.imputation.rubin import PooledDraws, pool_draws

__all__ = ["Imputed", "PooledDraws", "Tipping", "change_at", "impute", "pool_draws", "tipping_point"]
