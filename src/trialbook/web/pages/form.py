"""The page of a form: it is shown, checked while it is filled in, saved, and every value tells its history."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trialbook.capture.people import is_code
from trialbook.conduct.casebook import VISIT_FORM, Cell
from trialbook.web.amending.earlier import gone_items, to_earlier
from trialbook.web.following.seen import see
from trialbook.web.following.tables import DeviationLine, deviation_line, shown_deviations
from trialbook.web.following.words import day_words
from trialbook.web.forms.history import entries_of, ever_recorded, lines_of, rows_ever, stored_by
from trialbook.web.forms.new_rows import is_new, row_of_request, taken_words, where_saved
from trialbook.web.forms.presence import Open
from trialbook.web.forms.presence import presence as present
from trialbook.web.forms.questions import Said, codes_of, derived_of, sections_of
from trialbook.web.forms.reading import read_answers
from trialbook.web.forms.rows import columns_of, counts_of, next_row, table_of
from trialbook.web.forms.saving import DAY, PAPER, WHOLE, Kept, Saved, clear_all, fresh, save
from trialbook.web.forms.seals import (
    SealShown,
    closed_words,
    queries_by_item,
    ranged_queries,
    seals_of,
    void_signatures,
)
from trialbook.web.forms.sheet import Sheet, address_if_any, address_of, sheet_for
from trialbook.web.forms.state import ends_screening, is_asked, is_due, is_of_screening, next_address, shut_by, state_of
from trialbook.web.forms.typed import Typed, as_it_stands, read_typed, reason_in, seen_words
from trialbook.web.forms.words import common_reasons, local_time, with_words
from trialbook.web.request import StudyRequest
from trialbook.web.treatment.event_rows import event_rows
from trialbook.web.treatment.urgent import reading_for
from trialbook.web.veil import veiled

REFUSED = 422
"""Status of an answer to a save that was refused; the page comes with it, with everything typed."""


@require_http_methods(["GET", "HEAD", "POST"])
def form(request: StudyRequest, participant: str, form: str, visit: str = "", repeat: str = "") -> HttpResponse:
    """Show a form, or the rows of one that has several, and save what is sent."""
    try:
        sheet = sheet_for(request, participant, form, visit, repeat)
    except Http404:
        return to_earlier(request, participant, visit=visit, form=form)
    if sheet.form.repeating and not repeat:
        return show_rows(request, sheet)
    return save_sheet(request, sheet) if request.method == "POST" else show_sheet(request, sheet)


# ---- showing ----------------------------------------------------------------------------------------------------


def show_rows(request: StudyRequest, sheet: Sheet) -> HttpResponse:
    """Show the rows of a form as a table."""
    if request.method == "POST":
        raise Http404
    new = sheet.at(next_row(rows_ever(entries_of(request.site, sheet))))
    closed = closed_words(new, request.view.marks)
    context = {
        **frame(sheet),
        "columns": [sheet.say_item(item) for item in columns_of(sheet)],
        "rows": table_of(sheet),
        "counts": counts_of(sheet),
        "shut": shut_by(sheet, request.actor),
        "add": new.address() if sheet.may_record and not closed else "",
        "closed": closed if sheet.may_record else "",
        "stored": stored(request, sheet),
        "next": next_address(sheet, request.actor),
    }
    return render(request, "form_rows.html", context)


def show_sheet(request: StudyRequest, sheet: Sheet) -> HttpResponse:
    """Show a form as it stands, or why it cannot be begun yet."""
    shut = shut_by(sheet, request.actor)
    if shut:
        return render(request, "form_shut.html", {**frame(sheet), "shut": shut})
    typed = as_it_stands(sheet)
    kept = Kept(typed=typed, reading=read_answers(sheet, typed), wrong={})
    return show_kept(request, sheet, kept, request_id=request.site.new_id())


def show_kept(request: StudyRequest, sheet: Sheet, kept: Kept, *, request_id: str, status: int = 200) -> HttpResponse:
    """Show a form with what is typed in it, and what stands against saving that."""
    queries, seals = queries_by_item(sheet), seals_of(sheet, request.view.marks)
    said = Said(
        wrong=kept.wrong,
        theirs=kept.theirs,
        ever=ever_recorded(request.site, sheet),
        queries=queries,
        ranged=ranged_queries(sheet),
    )
    sections = sections_of(sheet, kept.typed, kept.reading, said)
    context = {
        **frame(sheet),
        "sections": sections,
        "derived": list(derived_of(sheet, kept.reading)),
        "kept": kept,
        "whole": kept.wrong.get(WHOLE, ()),
        "queries": queries.get("", ()),
        "seals": seals,
        "void": void_signatures(sheet),
        "may_correct": sheet.may_record and not any(seal.is_closing for seal in seals),
        "wrong_day": kept.wrong.get(DAY, ()),
        "wrong_paper": kept.wrong.get(PAPER, ()),
        "wrong_items": [one for section in sections for one in section.questions if one.wrong],
        "taken": [sheet.say_item(sheet.form.items[name]) for name in kept.taken],
        "request_id": request_id,
        "seen": seen_words(kept.typed.seen),
        "items": " ".join(sheet.form.items),
        "is_new": is_new(request.site, sheet),
        "reason_options": reason_options(sheet),
        "whole_reason": kept.typed.reasons.get(WHOLE, ""),
        "codes": codes_of(sheet, kept.typed.others) if sheet.form.id != VISIT_FORM else "",
        "asks_day": asks_day(request, sheet),
        "today": request.site.today().isoformat(),
        "has_paper": "participant" in sheet.form.by,
        "is_refused": status == REFUSED,
        "is_due": is_due(sheet),
        "is_asked": is_asked(sheet),
        "stored": stored(request, sheet),
        "is_standing": any(sheet.standing(name) is not None for name in sheet.form.items),
        "next": next_address(sheet, request.actor, is_answered=True),
    }
    template = "form.html" if sheet.may_record and is_open(request, seals) else "form_read.html"
    return render(request, template, context, status=status)


def is_open(request: StudyRequest, seals: list[SealShown]) -> bool:
    """Tell whether a form may be filled in as far as seals go: what is signed, once the person says so."""
    is_closed = any(seal.is_closing for seal in seals)
    return not is_closed and (not seals or request.method == "POST" or "correct" in request.GET)


def reason_options(sheet: Sheet) -> SafeString:
    """Return the reasons to choose from, as options that are written once for all items."""
    reasons = with_words(sheet.study, common_reasons(sheet.study))
    return format_html_join("", '<option value="{}">{}</option>', reasons)


def frame(sheet: Sheet) -> dict[str, Any]:
    """Return what every page on a form names."""
    participant, visit = sheet.casebook.participant, sheet.visit
    day = sheet.casebook.visit_date(visit) if visit else None
    whole = sheet.at("")
    return {
        "sheet": sheet,
        "participant": participant,
        "address": sheet.address(),
        "whole_address": whole.address() if sheet.repeat else "",
        "to_participant": address_if_any("participant", participant=participant),
        "to_visit": address_if_any("visit", participant=participant, visit=visit) if visit else "",
        "to_screening": address_if_any("screening", participant=participant) if is_of_screening(sheet) else "",
        "to_day": address_of(participant, VISIT_FORM, visit) if visit and sheet.form.id != VISIT_FORM else "",
        "day": "" if day is None else day_words(day),
        "state": None if sheet.form.repeating and not sheet.repeat else state_of(sheet),
        "place": urlencode(sheet.place()),
    }


def asks_day(request: StudyRequest, sheet: Sheet) -> bool:
    """Tell whether the page asks for the date of the visit: the asker may record it, and there is none."""
    if not sheet.visit or sheet.form.id == VISIT_FORM or not request.actor.sees(VISIT_FORM):
        return False
    is_known = Cell(sheet.visit, VISIT_FORM, "", "date") in sheet.casebook.answers
    return not is_known and request.actor.may("record", VISIT_FORM)


def stored(request: StudyRequest, sheet: Sheet) -> dict[str, Any] | None:
    """Return what the save recorded that led here, looked up in the ledger; None where none did."""
    asked, form = request.GET.get("saved", ""), request.GET.get("of", sheet.form.id)
    if not is_code(asked):
        return None
    repeat = request.GET.get("row", sheet.repeat)
    try:
        saved = sheet_for(request, sheet.casebook.participant, form, sheet.visit, repeat)
    except Http404:
        return None
    found = stored_by(sheet.study, entries_of(request.site, saved), asked, request.actor.person)
    return {
        "what": found,
        "sheet": saved,
        "state": state_of(saved),
        "deviations": deviations_in(request, saved),
        "doubts": doubts_in(request, saved),
    }


def deviations_in(request: StudyRequest, sheet: Sheet) -> list[DeviationLine]:
    """Return what deviates from the plan in a form, or in one row of it, as far as the asker may be told."""
    seen, place = see(request, sheet.casebook.participant), (sheet.visit, sheet.form.id)
    here = (one for one in shown_deviations(seen) if (one.visit, one.form) == place)
    return [deviation_line(seen, one) for one in here if sheet.repeat in {one.repeat, *one.repeats}]


def doubts_in(request: StudyRequest, sheet: Sheet) -> tuple[str, ...]:
    """Return what cannot be of the days of a serious event."""
    rows = event_rows(reading_for(request, sheet.study), sheet.casebook, (sheet.form,)) if sheet.form.events else ()
    return next((one.doubts for one in rows if (one.visit, one.repeat) == (sheet.visit, sheet.repeat)), ())


# ---- saving -----------------------------------------------------------------------------------------------------


def save_sheet(request: StudyRequest, sheet: Sheet) -> HttpResponse:
    """Save a form, or clear all of it; what is refused comes back with everything typed."""
    if not sheet.may_record:
        raise Http404
    asked = request.POST.get("request", "")
    typed = read_typed(sheet.form, sheet.study.missing, request.POST)
    here, done = save_in_row(request, sheet, typed, asked)
    tell_taken(request, sheet, here)
    if isinstance(done, Saved):
        return saved(request, here, done)
    again = asked if is_code(asked) else request.site.new_id()
    return show_kept(request, fresh(request, here), done, request_id=again, status=REFUSED)


def save_in_row(request: StudyRequest, sheet: Sheet, typed: Typed, asked: str) -> tuple[Sheet, Saved | Kept]:
    """Save what a page holds, and say in which row: of a new one once more, where somebody was quicker just now."""
    here = where_saved(request, sheet, typed, asked)
    done = save_typed(request, here, typed, asked)
    if isinstance(done, Saved) or where_saved(request, here, typed, asked).repeat == here.repeat:
        return here, done
    return save_in_row(request, sheet, typed, asked)


def save_typed(request: StudyRequest, sheet: Sheet, typed: Typed, asked: str) -> Saved | Kept:
    """Save what a page holds, or clear all of its form."""
    news = (*unknown_seals(request, sheet), *gone_items(request, frozenset(sheet.form.items)))
    if news:
        return Kept(typed=typed, reading=read_answers(sheet, typed), wrong={WHOLE: news})
    if request.POST.get("do") == "clear":
        return clear_all(request, sheet, typed, asked, reason_in(request.POST, "clear"))
    return save(request, sheet, typed, asked, request.POST.get("hand", ""))


def tell_taken(request: StudyRequest, sheet: Sheet, saved: Sheet) -> None:
    """Let the next page say that a row was taken meanwhile, where what was typed is in another one."""
    words = taken_words(request.site, sheet, saved)
    if words:
        messages.warning(request, words)


def unknown_seals(request: StudyRequest, sheet: Sheet) -> tuple[str, ...]:
    """Return signatures that the page did not tell of when it was shown: saving would make them void."""
    known = set(request.POST.get("sealed", "").split())
    news = [
        seal for seal in seals_of(sheet, request.view.marks) if not seal.is_closing and veiled(seal.seq) not in known
    ]
    return tuple(f"{seal.words} {seal.remedy} {gettext('If you want that, save again.')}" for seal in news)


def saved(request: StudyRequest, sheet: Sheet, done: Saved) -> HttpResponse:
    """Lead on after a save: to the next form, or the verdict where none is left; or back to this one."""
    present().leave(opened(sheet), request.actor.person)
    now = fresh(request, sheet)
    target = next_page(request, now, done.request)
    if request.headers.get("Accept") != "application/json":
        return HttpResponse(status=303, headers={"Location": target})
    at = local_time(sheet.study, request.site.now())
    return JsonResponse({"next": target, "at": at, **page_state(request, now)})


def next_page(request: StudyRequest, sheet: Sheet, request_id: str) -> str:
    """Return the address that follows a save, as was asked for, where it is told what was recorded."""
    is_next = request.POST.get("do") == "next"
    address = next_address(sheet, request.actor) if is_next else ""
    if is_next and not address and ends_screening(sheet):
        messages.success(request, saved_words(request, sheet, request_id))
        return address_if_any("screening", participant=sheet.casebook.participant)
    back = sheet.at("") if sheet.form.repeating and request.POST.get("do") in {"next", "clear"} else sheet
    return told_there(address or back.address(), sheet, request_id)


def saved_words(request: StudyRequest, sheet: Sheet, request_id: str) -> str:
    """Say of which form something was recorded, and when; or that nothing was."""
    found = stored_by(sheet.study, entries_of(request.site, sheet), request_id, request.actor.person)
    if found is None:
        return gettext("Nothing had changed, so nothing was recorded.")
    when = gettext("Saved at %(at)s (%(zone)s).") % {"at": found.at, "zone": sheet.study.identity.timezone}
    return f"{sheet.label}: {when}"


def told_there(address: str, sheet: Sheet, request_id: str) -> str:
    """Return the address of a page that tells what a save recorded."""
    return f"{address}?{urlencode({'saved': request_id, 'of': sheet.form.id, 'row': sheet.repeat})}"


def page_state(request: StudyRequest, sheet: Sheet) -> dict[str, str]:
    """Return what a page that stays open after a save goes on with, and in which row."""
    seen = as_it_stands(sheet).seen
    place = {"address": sheet.address(), "row": sheet.repeat}
    return {"request": request.site.new_id(), "seen": seen_words(seen), **place}


@require_GET
def was_saved(request: StudyRequest, participant: str, asked: str) -> HttpResponse:
    """Tell whether what was sent under a request id is stored: a page asks whose save had no answer."""
    sheet = asked_sheet(request, participant)
    entries = entries_of(request.site, sheet.at(""))
    found = stored_by(sheet.study, entries, asked, request.actor.person)
    if found is None:
        return JsonResponse({"stored": False})
    here = sheet.at(row_of_request(entries, asked, request.actor.person) if sheet.repeat else "")
    tell_taken(request, sheet, here)
    next_page = told_there(here.address(), here, asked)
    return JsonResponse({"stored": True, "at": found.at, "next": next_page, **page_state(request, here)})


# ---- while it is filled in --------------------------------------------------------------------------------------


def asked_sheet(request: StudyRequest, participant: str) -> Sheet:
    """Return the sheet that the parts of a query or of a form name; 404 as `sheet_for`."""
    sent = request.POST if request.method == "POST" else request.GET
    names = ("form", "visit", "repeat")
    form, visit, repeat = (sent.get(f"at_{name}") or sent.get(name) or "" for name in names)
    return sheet_for(request, participant, form, visit, repeat)


@require_POST
def check(request: StudyRequest, participant: str) -> HttpResponse:
    """Judge a form while it is filled in, with the engine of the save; nothing is recorded."""
    sheet = asked_sheet(request, participant)
    if not sheet.may_record:
        raise Http404
    typed = read_typed(sheet.form, sheet.study.missing, request.POST)
    sheet = where_saved(request, sheet, typed, request.POST.get("request", ""))
    reading = read_answers(sheet, typed)
    said = Said(queries=queries_by_item(sheet), ranged=ranged_queries(sheet))
    sections = sections_of(sheet, typed, reading, said)
    questions = [one for section in sections for one in section.questions]
    context = {
        "sheet": sheet,
        "questions": questions,
        "hidden": " ".join(one.key for one in questions if one.is_hidden),
        "changed": " ".join(one.key for one in questions if one.is_changed or one.is_doomed),
        "doomed": " ".join(one.key for one in questions if one.is_doomed),
        "derived": list(derived_of(sheet, reading)),
        "live": True,
    }
    return render(request, "form_check.html", context)


def opened(sheet: Sheet) -> Open:
    """Return the key of a sheet in the table of who has what open."""
    return sheet.casebook.participant, sheet.cell("")


@require_GET
def presence(request: StudyRequest, participant: str) -> HttpResponse:
    """Tell who else has the form open now."""
    sheet = asked_sheet(request, participant)
    others = present().enter(opened(sheet), request.actor.person, request.site.now()) if sheet.may_record else ()
    return render(request, "form_presence.html", {"others": others})


@require_GET
def history(request: StudyRequest, participant: str) -> HttpResponse:
    """Tell the history of one value: as a part of its form, or as a page of its own."""
    sheet = asked_sheet(request, participant)
    item = sheet.form.items.get(request.GET.get("item", ""))
    if item is None:
        raise Http404
    context = {
        **frame(sheet),
        "item": sheet.say_item(item),
        "item_id": item.id,
        "lines": lines_of(request.site, sheet, item.id),
        "may_ask": request.actor.may("query", sheet.form.id),
    }
    is_part = request.headers.get("HX-Request") == "true"
    return render(request, "history_part.html" if is_part else "history.html", {**context, "is_part": is_part})
