"""What can be wrong with an appraisal file, and what an appraisal finds in a paper."""

from __future__ import annotations

from trialbook.wording.base import Wording

FILE_PROBLEMS: dict[str, Wording] = {
    "APPR-01": Wording("There is no participant “{name}”.", "{near}The participants are: {known}."),
    "APPR-02": Wording("There is no column “{name}”.", "{near}Under “columns” stand: {known}."),
    "APPR-03": Wording("“{there}” says nothing without “{absent}”.", "Write both, or neither."),
    "APPR-04": Wording("“{text}” speaks of something that is not here.", "Here a statement can speak of: {parts}."),
    "APPR-05": Wording("{what} cannot be.", "Write the figure as the paper prints it."),
    "APPR-06": Wording("There are {count} participants, and “n” says {n}.", "Name each once, or correct “n”."),
    "APPR-07": Wording(
        "The primary endpoint “{name}” is none of the changes.", "{near}Write one of: {known}; or `none`."
    ),
    "APPR-08": Wording("Steps of {step} do not lead from {low} to {high}.", "Choose a step that divides the scale."),
    "APPR-09": Wording(
        "“{text}” names participants, and it is not known which {n} of all {all} these figures are of.",
        "Say it of “each”, or take “n” away where all are meant.",
    ),
}
"""The appraisal file (`analysis.appraisal.read`)."""

IN_TABLES: dict[str, Wording] = {
    "APPR-20": Wording(
        "{label}: the {what} {printed} is what the single values give ({exact}).", "Nothing has to be done."
    ),
    "APPR-21": Wording(
        "{label}: the mean {printed} cannot come from the single values, which give {exact}.",
        "Ask which of the two is right.",
    ),
    "APPR-22": Wording("{label}: {one} prints {first}, {other} prints {second}.", "Ask which of the two is right."),
    "APPR-23": Wording(
        "{label}: the SD {printed} cannot come from the single values, which give {exact} (divided by n: {other}), and "
        "{most} at most.",
        "Ask for the single values as they were measured.",
    ),
    "APPR-24": Wording(
        "{label}: the SD {printed} is what the single values give only if it is divided by n in place of n − 1.",
        "Ask how SDs were computed; every other SD follows.",
    ),
    "APPR-25": Wording(
        "{label}: with another value of one participant, mean {mean} and SD {sd} would both come out: {who}.",
        "Ask for this value.",
    ),
    "APPR-26": Wording(
        "{label}: no other value of a single participant gives both mean {mean} and SD {sd}.",
        "More than one figure is in doubt.",
    ),
    "APPR-27": Wording(
        "{label}: the {what} {printed} is possible only if the single values were rounded: as they stand they give "
        "{exact}, and behind them may be {low} to {high}.",
        "Ask for the single values as they were measured.",
    ),
    "APPR-28": Wording(
        "{label}: {printed} needs the rule round {rule}: on {grid} the exact value is {exact}, on the edge.",
        "A check that rounds otherwise would call it impossible.",
    ),
    "APPR-30": Wording(
        "{label}: {figures} is impossible on {grid} (steps of {step}): no sum of {n} values has this mean.",
        "Ask how the values were measured, and how many there were.",
    ),
    "APPR-31": Wording(
        "{label}: no {n} values on {grid} (steps of {step}) have {figures}{statements}.",
        "Ask how the values were measured, and for the values themselves.",
    ),
    "APPR-32": Wording(
        "{label}: {count} data sets on {grid} have {figures}{statements}, participants not told apart. {examples}",
        "Nothing has to be done.",
    ),
    "APPR-33": Wording(
        "{label}: on {grid} the data sets with {figures}{statements} are too many to be counted. {examples}",
        "Nothing has to be done.",
    ),
}
"""Single values, means and SDs (`analysis.appraisal.summaries`)."""

OF_CHANGES: dict[str, Wording] = {
    "APPR-40": Wording(
        "{label}: p = {p} alone is printed; behind it are t from {t} and a standardised change from {d}.",
        "Ask for means and SDs: nothing else can be checked.",
    ),
    "APPR-41": Wording(
        "{label}: no {test} test of {n} pairs gives p = {p}: every exact p is a multiple of {least}.",
        "Ask which test it was; an approximation does not hold for so few.",
    ),
    "APPR-42": Wording(
        "{label}: p = {p} is possible only if no exact test was used: with {n} pairs none is below {least}.",
        "Ask which test it was.",
    ),
    "APPR-43": Wording(
        "{label}: p = {p} is what the single values of {n} participants give ({test}: {exact}).",
        "Nothing has to be done.",
    ),
    "APPR-44": Wording(
        "{label}: p = {p} cannot come from the single values of {n} participants, which give {exact} ({test}).",
        "Ask which test it was, and of whom.",
    ),
    "APPR-45": Wording(
        "{label}: the differences of the single values have no p ({test}), and {p} is printed.",
        "Ask where it comes from.",
    ),
    "APPR-50": Wording(
        "{label}: means, SDs and p = {p} can stand together: the SD of the differences is {sd_at} ({sd}), the "
        "correlation {r_at} ({r}).",
        "Nothing has to be done.",
    ),
    "APPR-51": Wording(
        "{label}: p = {p} is impossible: with these means and SDs a paired t test gives p from {attainable}.",
        "Ask for the differences of the participants.",
    ),
    "APPR-52": Wording(
        "{label}: p = {p} is possible only if the correlation of the two times is {r_at} ({r}): SD of the differences "
        "{sd_at} ({sd}), t = {t_at} ({t}). With these means and SDs p can be from {attainable}.",
        "Ask for the differences of the participants.",
    ),
    "APPR-53": Wording(
        "{label}: “{words}” cannot be decided from p = {p}: the attainable p are {attainable}, and p < {alpha} needs a "
        "correlation of at least {r} ({r_at} for the figures as printed).",
        "Ask for p with another digit.",
    ),
    "APPR-54": Wording(
        "{label}: “{words}” contradicts means and SDs, with which p is {least} or more.",
        "Ask for the differences of the participants.",
    ),
    "APPR-55": Wording("{label}: “{words}”, and p = {p} is not below {alpha}.", "Read it as not significant."),
    "APPR-56": Wording(
        "{label}: p = {p} is called “{words}”. So large a p is what chance alone would often give.",
        "Read it as no evidence of a change.",
    ),
    "APPR-57": Wording("{label}: “{words}”, and p = {p} is below {alpha}.", "Ask which of the two is right."),
    "APPR-60": Wording(
        "{label}: no data set on {grid} (steps of {step}) has these means and SDs{statements}.",
        "Ask how the values were measured.",
    ),
    "APPR-61": Wording(
        "{label}: p = {p} is impossible on {grid} (steps of {step}): of {matching} data sets with these means and "
        "SDs{statements} none has it{constant}.",
        "Ask how the values were measured.",
    ),
    "APPR-62": Wording(
        "{label}: on {grid} (steps of {step}) {found} of {matching} data sets with these means and SDs{statements} "
        "have p = {p}, those that differ by swapping participants counted once; half up prints {half_up} of them so, "
        "half even {half_even}. {examples}",
        "Nothing has to be done.",
    ),
    "APPR-63": Wording(
        "{label}: on {grid} (steps of {step}) there are too many data sets to look at all{about}. {examples}",
        "Nothing has to be done.",
    ),
    "APPR-64": Wording(
        "{label}: on {grid} (steps of {step}) there are too many data sets to look at all, and of those that were made "
        "none had means, SDs and p as printed{statements}. This proves nothing.",
        "Ask for the single values.",
    ),
    "APPR-65": Wording(
        "{label}: “{words}”: data sets on {grid} with all these figures in which participants {first} changed by "
        "{sign} than {second}: {holds} of {found}.",
        "Ask for the differences of the participants.",
    ),
}
"""Changes and their p (`analysis.appraisal.changes`)."""

OF_COUNTS: dict[str, Wording] = {
    "APPR-70": Wording("{label}: {count} names are counted everywhere as in {where}.", "Nothing has to be done."),
    "APPR-71": Wording(
        "{label}: {place} counts {name} in {count}, {where} shows it in {own}.", "Ask which of the two is right."
    ),
    "APPR-72": Wording(
        "{label}: {name} stands in {where} for participant {who} and is not among those of {absent}.",
        "Ask whether it was given.",
    ),
    "APPR-73": Wording("{label}: {count} of {of} is {printed} %.", "Nothing has to be done."),
    "APPR-74": Wording(
        "{label}: {count} of {of} is {exact} %, and {printed} % is printed.", "Ask which of the figures is right."
    ),
    "APPR-75": Wording(
        "{label}: “{words}” from {count} of {of}; the 95 % interval ends at {high_percent} %.",
        "Nothing has to be done.",
    ),
    "APPR-76": Wording(
        "{label}: “{words}” from {count} of {of} goes beyond the figures: the 95 % interval is "
        "{low_percent} to {high_percent} %.",
        "Read it as: too few to tell.",
    ),
    "APPR-77": Wording("{label}: the parts make up {of}.", "Nothing has to be done."),
    "APPR-78": Wording(
        "{label}: the parts ({parts}) make up {added}, and {of} is printed.", "Ask which of the figures is right."
    ),
    "APPR-80": Wording(
        "{label}: a {direction} of at least {limit} % was also reached by participant {who}, who is not named.",
        "Ask why it was left out.",
    ),
    "APPR-81": Wording(
        "{label}: a {direction} of at least {limit} % was not reached by participant {who}, who is named.",
        "Ask which of the values is right.",
    ),
    "APPR-82": Wording(
        "{label}: those named are those with a {direction} of at least {limit} % ({count}).", "Nothing has to be done."
    ),
    "APPR-90": Wording(
        "{label}: the paper names none. It tests {count} changes ({tested}); of so many unrelated ones one or more "
        "would be called significant by chance in {chance_percent} % of studies without any effect.",
        "Read each p as one of {count}.",
    ),
    "APPR-91": Wording(
        "{label}: no exact two-sided test of {n} participants gives p below {least}. Significance at {alpha} rests on "
        "the assumption that changes are normal, which {n} values cannot bear out.",
        "Read p as a measure of distance, not as a proof.",
    ),
}
"""Counts, thresholds, and the paper as a whole."""

FINDINGS: dict[str, Wording] = {**IN_TABLES, **OF_CHANGES, **OF_COUNTS}
APPRAISAL: dict[str, Wording] = {**FILE_PROBLEMS, **FINDINGS}
"""Appraisal files and findings (`analysis.appraisal`)."""
