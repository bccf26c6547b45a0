"""Report and data: what a statistician takes out, closed as to endpoints until the planned cut of the data."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from trialbook.capture.acts import look
from trialbook.capture.people import is_code
from trialbook.conduct.looks import CutState, assess_cut, closed, endpoint_forms
from trialbook.errors import TrialbookError
from trialbook.web.actor import other_plans
from trialbook.web.errands import ERRANDS
from trialbook.web.looking import casebooks_for
from trialbook.web.outcome.data_files import data_archive, with_erased
from trialbook.web.outcome.report_files import Wanted, report_steps
from trialbook.web.outcome.shelf import MADE
from trialbook.web.refusals import told
from trialbook.web.request import StudyRequest
from trialbook.web.site import LONGEST_ID

Steps = list[tuple[str, Callable[[], object]]]
KINDS = ("report", "data")


@require_safe
def results(request: StudyRequest) -> HttpResponse:
    """Show what can be taken out, and whether the results of endpoints are open."""
    return _page(request)


def _page(request: StudyRequest, problems: object = (), reason: str = "") -> HttpResponse:
    state = _state(request)
    context = {
        "state": state,
        "cut": _cut(request),
        "waits": len(state.still_out),
        "looks": request.view.marks.looks,
        "may_look": not state.is_open and request.actor.may("look"),
        "may_report": _may_report(request),
        "may_data": request.actor.sees_data(),
        "request_id": request.site.new_id(),
        "problems": problems,
        "reason": reason,
        "sealed": sorted(_labels(request, endpoint_forms(request.actor.study))),
    }
    return render(request, "results.html", context, status=422 if problems else 200)


def _state(request: StudyRequest) -> CutState:
    """Tell whether results are open; judged on everything recorded, of which nothing but that is shown."""
    return assess_cut(request.actor.study, request.view.casebooks, request.site.today())


def _cut(request: StudyRequest) -> str:
    """Say when the data are cut."""
    study, cut = request.actor.study, request.actor.study.analysis.cut
    if cut is None or cut.kind == "lock":
        return "" if cut is None else gettext("at the lock of the study")
    if cut.on is not None:
        return gettext("on %(day)s") % {"day": cut.on.isoformat()}
    planned = study.schedule.visits.get(cut.visit or "")
    label = "" if planned is None else study.say(planned.label, request.LANGUAGE_CODE)
    return gettext("when every planned participant has completed “%(visit)s”, or has left") % {
        "visit": label or cut.visit or ""
    }


def _labels(request: StudyRequest, forms: frozenset[str]) -> list[str]:
    study = request.actor.study
    return [study.say(study.forms[one].label, request.LANGUAGE_CODE) for one in forms if request.actor.sees(one)]


def _may_report(request: StudyRequest) -> bool:
    """Tell whether the role sees results, and of the whole study: results are not made of one site alone."""
    return request.actor.sees_results() and request.actor.grant is not None and request.actor.grant.site is None


@require_POST
def make(request: StudyRequest) -> HttpResponse:
    """Begin to make the report or the data; with a reason, an earlier look is recorded first."""
    kind, reason = request.POST.get("kind", ""), request.POST.get("reason", "").strip()
    may = {"report": _may_report(request), "data": request.actor.sees_data()}
    if not may.get(kind):
        raise Http404
    asked = request.POST.get("request", "")
    key = f"{asked[:LONGEST_ID]}-{kind}" if is_code(asked) else request.site.new_id()
    is_early = request.POST.get("look") == "yes" and not _state(request).is_open
    if is_early:
        what = gettext("report and results") if kind == "report" else gettext("data of the endpoints")
        try:
            receipt = request.site.record(look(what, reason=reason), by=request.actor.person, request=key)
        except TrialbookError as error:
            return _page(request, told(error), reason)
        if receipt.repeated:
            return redirect("results-work", key)
        request.view = request.site.view()
    files = MADE.begin(request.actor.person, key)
    steps = _report(request, files, is_early) if kind == "report" else _data(request, files, is_early)
    # nothing is made of a ledger that fails its own check
    ERRANDS.begin(key, request.actor.person, [("ledger", request.site.refuse_damaged), *steps], is_chain=True)
    return redirect("results-work", key)


def _report(request: StudyRequest, files: dict[str, bytes], is_early: bool) -> Steps:  # noqa: FBT001 - not public
    study, is_open = request.actor.study, is_early or _state(request).is_open
    plans = other_plans(request.actor, request.view)
    versions = (study, *plans.values())
    wanted = Wanted(
        book=request.site.book, study=study if is_open else closed(*versions), head=request.view.head,
        plans=plans if is_open else {site: closed(plan, *versions) for site, plan in plans.items()},
        casebooks=request.view.casebooks, role=request.actor.role or "", now=request.site.now(),
    )  # fmt: skip
    return report_steps(wanted, files)


def _data(request: StudyRequest, files: dict[str, bytes], is_early: bool) -> Steps:  # noqa: FBT001 - not public
    study, casebooks = request.actor.study, casebooks_for(request)
    plans = other_plans(request.actor, request.view)
    ends = {form for plan in (study, *plans.values()) for form in endpoint_forms(plan)}
    shut = frozenset() if is_early or _state(request).is_open else frozenset(ends)
    count, book, role = request.view.head.count, request.site.book, request.actor.role

    def archive() -> None:
        told = with_erased(study, casebooks, role, book.columns(count).answers, plans)
        files[f"{study.identity.id}-data.zip"] = data_archive(
            study, told, role=role, closed=shut, count=count, plans=plans
        )

    return [("data", archive)]


@require_safe
def work(request: StudyRequest, key: str) -> HttpResponse:
    """Show how far the making is, and the files that are made."""
    errand = ERRANDS.of(request.actor.person, key)
    if errand is None:
        messages.info(request, gettext("These files are not kept any more. Make them anew."))
        return redirect("results")
    files = MADE.of(request.actor.person, key) if errand.is_over and not errand.refused else {}
    problems = [one for _, error in list(errand.refused) for one in told(error)]
    sizes = [(name, max(1, len(content) // 1024)) for name, content in sorted(files.items())]
    context = {"errand": errand, "files": sizes, "problems": problems, "key": key}
    return render(request, "results_work.html", context)
