"""What the acts of the ledger are called where they are listed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from trialbook.conduct.withdrawing import DATA_USE, TREATMENT, Scope, read_scope

ACT_WORDS: Mapping[str, Promise] = MappingProxyType(
    {
        "enter": gettext_lazy("entered"),
        "correct": gettext_lazy("corrected"),
        "clear": gettext_lazy("cleared"),
        "query": gettext_lazy("query raised"),
        "answer_query": gettext_lazy("query answered"),
        "close_query": gettext_lazy("query closed"),
        "reassign_query": gettext_lazy("query given to somebody else"),
        "verify_source": gettext_lazy("compared with its source"),
        "sign": gettext_lazy("signed"),
        "countersign": gettext_lazy("checked by a second person"),
        "freeze": gettext_lazy("frozen"),
        "thaw": gettext_lazy("thawed"),
        "lock": gettext_lazy("locked"),
        "unlock": gettext_lazy("unlocked"),
        "override": gettext_lazy("opened before its time"),
        "unblind": gettext_lazy("unblinded"),
        "note": gettext_lazy("note"),
        "look": gettext_lazy("results looked at before the planned cut"),
        "recording": gettext_lazy("recording registered"),
        "release": gettext_lazy("recordings released for rating"),
        "screen": gettext_lazy("screening begun"),
        "screen_fail": gettext_lazy("not enrolled"),
        "enrol": gettext_lazy("enrolled"),
        "withdraw": gettext_lazy("withdrawn"),
        "withdraw_consent": gettext_lazy("end of treatment, or of the use of data"),
        "restore_consent": gettext_lazy("treatment, or use of data, taken up again"),
        "complete": gettext_lazy("completed"),
        "reinstate": gettext_lazy("end taken back"),
        "grant": gettext_lazy("role granted"),
        "revoke": gettext_lazy("role taken back"),
        "adopt": gettext_lazy("study file adopted"),
        "propose": gettext_lazy("version of the study proposed"),
        "discard": gettext_lazy("proposed version discarded"),
        "approve": gettext_lazy("approval recorded"),
        "open": gettext_lazy("ledger opened"),
        "erase": gettext_lazy("words erased"),
        "transfer": gettext_lazy("moved to another site"),
        "keep_identity": gettext_lazy("identity kept"),
        "show_identity": gettext_lazy("identity looked up"),
        "erase_identity": gettext_lazy("identity erased"),
        "delegate": gettext_lazy("tasks delegated"),
        "end_delegation": gettext_lazy("delegation ended"),
        "train": gettext_lazy("trained"),
        "review_access": gettext_lazy("access reviewed"),
    }
)
"""Act of an entry -> what it did."""


OF_SCOPE: Mapping[tuple[str, Scope | None], Promise] = MappingProxyType(
    {
        ("withdraw_consent", TREATMENT): gettext_lazy("treatment stopped"),
        ("withdraw_consent", DATA_USE): gettext_lazy("consent to the use of data withdrawn"),
        ("restore_consent", TREATMENT): gettext_lazy("end of treatment taken back"),
        ("restore_consent", DATA_USE): gettext_lazy("consent to the use of data given again"),
    }
)
"""Act and what it was about -> what it did, where one act does several things."""


def act_word(act: str, value: str | None = None) -> str:
    """Return what an act of this value is called; one of a later version of the program by its own name."""
    found = OF_SCOPE.get((act, read_scope(value or "")[1])) or ACT_WORDS.get(act)
    return act.replace("_", " ") if found is None else str(found)
