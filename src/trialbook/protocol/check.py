"""Whether a study makes sense: every name is known, every number can be computed, nothing is left to be guessed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import chain

from trialbook.errors import Place, Problem
from trialbook.protocol.check_blinding import check_blinding
from trialbook.protocol.check_conditions import check_conditions
from trialbook.protocol.check_eligibility import check_eligibility
from trialbook.protocol.check_forms import check_forms
from trialbook.protocol.check_grades import check_grades
from trialbook.protocol.check_guesses import check_guesses
from trialbook.protocol.check_names import Names
from trialbook.protocol.check_plan import check_plan
from trialbook.protocol.check_treatments import check_treatments
from trialbook.protocol.check_visits import check_visits
from trialbook.protocol.model import Study
from trialbook.protocol.reading import KeyPath


def check_study(
    study: Study, places: Mapping[KeyPath, Place], complained: Collection[Place] = frozenset()
) -> Iterator[Problem]:
    """Yield every mistake of a study that was read.

    `places` says where each of its keys stands, `complained` which of them could not be read.
    """
    names = Names(study=study, places=places, complained=complained)
    yield from chain(
        _check_identity(names),
        check_visits(names),
        check_forms(names),
        check_grades(names),
        check_eligibility(names),
        check_treatments(names),
        check_plan(names),
        check_blinding(names),
        check_guesses(names),
        check_conditions(names),
    )


def _check_identity(names: Names) -> Iterator[Problem]:
    identity = names.study.identity
    if not _is_zone(identity.timezone):
        yield names.problem("STUDY-16", ("study", "timezone"), text=identity.timezone)
    if identity.design == "open-label parallel" and len(names.study.arms) < 2:
        yield names.problem("STUDY-17", ("study", "design"), count=str(len(names.study.arms)))
    for arm in names.study.arms.values():
        for number, treatment in enumerate(arm.treatments):
            yield from names.treatment(treatment, ("arms", arm.id, "treatments", f"[{number}]"))


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError, a directory of zones an OSError
        return False
    except KeyError:
        return False
    return True
