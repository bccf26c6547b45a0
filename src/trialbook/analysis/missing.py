"""Missing values and intercurrent events: which recorded value, if any, stands for a participant at a visit.

All here works on a grid, a row a participant and a column a visit after the baseline in the order of the plan. A grid
of states says what was recorded; a grid of sources says from which column the value is taken, so that a value that was
carried can always be told from one that was recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    States = NDArray[np.int8]
    Sources = NDArray[np.int64]
    Mask = NDArray[np.bool_]

MISSING, NUMBER, FLAWED = 0, 1, 2
"""States of a cell: nothing recorded; a number; an answer that is no number, such as one beyond a limit."""
BASE, NOTHING = -1, -2
"""Sources that are no column: the baseline, and none at all."""


def settled(states: States, ended: Mask) -> Mask:
    """Tell which gaps will not fill any more: before a later answer, or of a participant whose time has ended.

    `ended` has one truth a participant. The visits of the others that lie ahead are not missing.
    """
    import numpy as np

    later: Mask = np.flip(np.logical_or.accumulate(np.flip(states != MISSING, axis=1), axis=1), axis=1)
    gaps: Mask = (states == MISSING) & (later | ended[:, None])
    return gaps


def available(states: States) -> Sources:
    """Take what was recorded at the visit itself and nothing else: available cases."""
    import numpy as np

    return np.where(states == NUMBER, _columns(states), NOTHING)


def locf(states: States, gaps: Mask) -> Sources:
    """Carry the last observation forward into the gaps, the baseline where nothing came after it.

    Where the last observation is no number, nothing is carried: an earlier number is not the last observation.
    """
    import numpy as np

    last = np.maximum.accumulate(np.where(states == MISSING, BASE, _columns(states)), axis=1)
    is_number = np.take_along_axis(states, np.maximum(last, 0), axis=1) == NUMBER
    carried = np.where((last == BASE) | is_number, last, NOTHING)
    return np.where(gaps, carried, available(states))


def bocf(states: States, gaps: Mask) -> Sources:
    """Carry the baseline forward into the gaps: whoever has no value has not changed."""
    import numpy as np

    return np.where(gaps, BASE, available(states))


def left_out(states: States, stopped: Mask) -> States:
    """Leave out what was recorded after the event, as if it were missing: the hypothetical strategy of ICH E9(R1).

    `stopped` is a grid of truths: the visit came after the event. What would have been is then for the rule for missing
    values to say.
    """
    import numpy as np

    return np.where(stopped, np.int8(MISSING), states)


def on_treatment(states: States, sources: Sources, stopped: Mask) -> Sources:
    """Let the last value before the event stand for all visits after it: while on treatment (ICH E9(R1), A.3.2).

    `sources` are those of the visits before the event. Whoever has no observation between baseline and event has none
    after it either: the baseline is not a response to treatment. Nothing is carried past what is no number.
    """
    import numpy as np

    before = (states != MISSING) & ~stopped
    last = np.maximum.accumulate(np.where(before, _columns(states), NOTHING), axis=1)
    is_number = np.take_along_axis(states, np.maximum(last, 0), axis=1) == NUMBER
    found: Sources = np.where(stopped, np.where(is_number & (last >= 0), last, NOTHING), sources)
    return found


def values_at(sources: Sources, values: NDArray[np.float64], base: NDArray[np.float64]) -> NDArray[np.float64]:
    """Look the values up: not-a-number where there is no source, and where the source itself is not a number."""
    import numpy as np

    found = np.take_along_axis(values, np.maximum(sources, 0), axis=1)
    return np.where(sources == BASE, base[:, None], np.where(sources == NOTHING, np.nan, found))


def _columns(states: States) -> Sources:
    """Number the columns of a grid."""
    import numpy as np

    return np.broadcast_to(np.arange(states.shape[1]), states.shape)
