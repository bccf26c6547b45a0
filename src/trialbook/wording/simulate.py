"""What can be wrong with a scenario, and with a rehearsal."""

from __future__ import annotations

from trialbook.wording.base import Wording

SIMULATE: dict[str, Wording] = {
    "SCEN-01": Wording("The study has no criterion “{name}”.", "{near}The criteria are: {known}."),
    "SCEN-02": Wording(
        "The study has no item, group, derived number or score “{name}” that can be drawn.",
        "{near}Write form and name, such as enzymes.ck; a number of rows follows from the rows.",
    ),
    "SCEN-03": Wording("“{name}” is no form that is answered once.", "{near}Write one of: {known}."),
    "SCEN-04": Wording("“{name}” is no form of several rows.", "{near}Write one of: {known}."),
    "SCEN-05": Wording("No form of the study can record a background drug “{name}”.", "{near}Write one of: {known}."),
    "SCEN-06": Wording(
        "“{name}” and “{other}” both say how “{item}” is answered.", "Keep the one that should be drawn."
    ),
    "SCEN-07": Wording("“{key}” says nothing of “{name}”.", "Take it away; what can stand here is: {keys}."),
    "SCEN-08": Wording("“{name}” is no answer to this item.", "{near}The answers are: {known}."),
    "SCEN-09": Wording("All weights are 0, so that nothing can be drawn.", "Give at least one a weight."),
    "SCEN-10": Wording("“{name}” cannot happen in this study.", "{near}What can happen is: {known}."),
    "SCEN-11": Wording("There is no type “{name}”.", "{near}Name it under “types”, or write one of: {known}."),
    "SCEN-12": Wording("“{name}” is no visit after day 0.", "{near}Write one of: {known}."),
    "SCEN-13": Wording(
        "It is not said how “{name}” is spread at the beginning.", "Write it, such as “baseline: 'mean 5.3, sd 3.8'”."
    ),
    "SCEN-14": Wording(
        "The distributions of “{name}” are of two kinds, and nothing can lie between them.",
        "Write all by mean and SD, or all by median and spread.",
    ),
    "SCEN-15": Wording(
        "“{name}” cannot be spread like this about {centre}: it lies within {bounds}.",
        "Choose a smaller SD or another mean, or write other “bounds”.",
    ),
    "SCEN-20": Wording(
        "This folder holds something that no rehearsal made; nothing was written.",
        "Name an empty or a new folder with --out, or move what stands here.",
    ),
    "SCEN-21": Wording(
        "Of {screened} invented participants too few could be enrolled: {reasons}.",
        "Give the items of these criteria values in a scenario that meet them.",
    ),
    "SCEN-22": Wording(
        "The study file does not say in one place whether its data are real, so that no rehearsal can say so.",
        "Write “data: real” or “data: invented” in the section “study”.",
    ),
}
"""Scenarios and rehearsals (`simulate`)."""
