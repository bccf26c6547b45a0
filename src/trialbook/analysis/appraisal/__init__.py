"""Appraisal of published numbers: can the figures of a paper stand beside each other, and under which conditions."""

from __future__ import annotations

from trialbook.analysis.appraisal.appraise import appraise
from trialbook.analysis.appraisal.findings import ALARMS, Finding
from trialbook.analysis.appraisal.model import Paper
from trialbook.analysis.appraisal.read import AppraisalFileError, parse_appraisal, read_appraisal

__all__ = ["ALARMS", "AppraisalFileError", "Finding", "Paper", "appraise", "parse_appraisal", "read_appraisal"]
