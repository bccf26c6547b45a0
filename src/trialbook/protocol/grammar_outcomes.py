"""The sections of what an endpoint may bring from outside or ask for beside its planned test."""

from __future__ import annotations

from trialbook.protocol import kinds
from trialbook.protocol.kinds import TEXT, Key, Section, Word

RELIABILITY = Section(
    name="reliability",
    title="a reliability",
    doc=(
        "How well the measurement agrees with itself where nothing has changed, from published work: a handful of "
        "participants cannot tell. Each participant’s change is then laid beside the error of measurement (reliable "
        "change index of Jacobson and Truax)."
    ),
    keys=(
        Key("is", kinds.SHARE, "Reliability, such as the correlation of test and retest.", required=True),
        Key(
            "sd",
            kinds.POSITIVE,
            "Standard deviation of the population that it is of.",
            otherwise="that of the baselines of the analysis set",
        ),
        Key("source", TEXT, "Publication and population.", required=True),
    ),
)

ENTRY = Section(
    name="entry",
    title="a limit at entry",
    doc=(
        "A value that participants had to have in order to enter, and the distribution of everybody before that "
        "selection. It tells how far the mean would come back without any effect (regression to the mean)."
    ),
    one_of=("at_least", "at_most"),
    keys=(
        Key("at_least", kinds.NUMBER, "The value had to be this or more."),
        Key("at_most", kinds.NUMBER, "The value had to be this or less."),
        Key("mean", kinds.NUMBER, "Mean of everybody, before selection.", required=True),
        Key("sd", kinds.POSITIVE, "Standard deviation of everybody, before selection.", required=True),
        Key(
            "correlation",
            kinds.SHARE,
            "Correlation of two measurements so far apart as baseline and visit.",
            otherwise="the `reliability` of the endpoint",
        ),
        Key("times", kinds.COUNT, "Measurements at entry whose mean had to pass the limit.", default="1"),
        Key("source", TEXT, "Publication and population of mean and standard deviation.", required=True),
    ),
)

TIME_TO = Section(
    name="time_to",
    title="a time to an event",
    doc="The time until a condition first holds, or, once it held, until it no longer does (Kaplan and Meier).",
    keys=(
        Key(
            "event",
            Word(("response", "relapse")),
            "`response`: the first visit at which the condition holds, in days from day 0. `relapse`: after that the "
            "first at which it does not hold, in days from the response.",
            required=True,
        ),
        Key(
            "censor",
            Word(("last judged", "end of follow-up")),
            "Until when those without it are followed: the last visit at which the condition could be judged, or the "
            "end of their participation.",
            default="last judged",
        ),
    ),
)

DESIGN = Section(
    name="design",
    title="a design",
    doc="How many of how many had to respond for the treatment to be worth more study, as planned beforehand.",
    keys=(
        Key("endpoint", kinds.IDENTIFIER, "Endpoint that is a condition.", required=True),
        Key(
            "kind",
            Word(("single stage", "simon optimal", "simon minimax")),
            "One stage with the exact test (A’Hern), or one of the two designs of Simon with two stages.",
            required=True,
        ),
        Key("p0", kinds.PERCENT, "Share of responders that is not worth more study.", required=True),
        Key("p1", kinds.PERCENT, "Share that is.", required=True),
        Key("alpha", kinds.PERCENT, "Probability to go on where the share is p0.", default="5 %"),
        Key("power", kinds.PERCENT, "Probability to go on where it is p1.", default="80 %"),
    ),
)
