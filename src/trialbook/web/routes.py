"""Every address of the site, and what it needs: what is not declared here is not served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trialbook.capture.people import Right

Need = Literal["nothing", "account", "participants", "invitation", "versions", "results"] | Right
"""`nothing`: open to everybody. `account`: signed in. `participants`: a role, not blind, that is shown participants.
`invitation`: a participant's one-time link, judged by its page. `versions`: who sets up the study, records approvals,
or is shown participants. `results`: a role, not blind, that sees results or data. Otherwise the right that the acting
role must give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One address."""

    path: str
    """As Django's `path` takes it; `<code:...>` is a code of a participant, visit, form or row."""
    view: str
    """`module.function` below `trialbook.web`."""
    name: str
    needs: Need
    blind: bool = False
    """Whether a blind role is let in; what `participants` needs never is."""


ACCOUNTS: tuple[Route, ...] = (
    Route(path="first-run", view="accounts.views.first_run", name="first-run", needs="nothing", blind=True),
    Route(path="sign-in", view="accounts.views.sign_in", name="sign-in", needs="nothing", blind=True),
    Route(path="sign-out", view="accounts.views.sign_out", name="sign-out", needs="account", blind=True),
    Route(path="second-factor", view="accounts.views.second_factor", name="second-factor", needs="nothing", blind=True),
    Route(
        path="second-factor/set-up",
        view="accounts.views.set_up_second_factor",
        name="set-up-second-factor",
        needs="account",
        blind=True,
    ),
    Route(path="password", view="accounts.views.change_password", name="change-password", needs="account", blind=True),
    Route(path="sessions", view="accounts.views.sessions", name="sessions", needs="account", blind=True),
    Route(path="keep-alive", view="accounts.views.keep_alive", name="keep-alive", needs="nothing", blind=True),
    Route(path="accounts", view="accounts.views.accounts", name="accounts", needs="set up"),
    Route(path="new-account", view="accounts.views.new_account", name="new-account", needs="set up"),
    Route(path="account/<code:code>", view="accounts.views.account", name="account", needs="set up"),
)

OPERATION: tuple[Route, ...] = (
    Route(path="health", view="operating.pages.health", name="health", needs="nothing", blind=True),
    Route(path="health/live", view="operating.pages.live", name="health-live", needs="nothing", blind=True),
    Route(path="metrics", view="operating.pages.metrics", name="metrics", needs="nothing", blind=True),
)

HOME: tuple[Route, ...] = (
    Route(path="", view="pages.today.today", name="today", needs="account", blind=True),
    Route(path="role", view="pages.role.choose_role", name="choose-role", needs="account", blind=True),
    Route(path="language", view="pages.role.choose_language", name="choose-language", needs="nothing", blind=True),
)

PARTICIPANTS: tuple[Route, ...] = (
    Route(path="participants/", view="pages.participants.participants", name="participants", needs="participants"),
    Route(path="screen", view="pages.participants.new_participant", name="new-participant", needs="enrol"),
    Route(path="grid/", view="pages.grid.grid", name="grid", needs="participants"),
    Route(
        path="participants/<code:participant>/",
        view="pages.participant.participant",
        name="participant",
        needs="participants",
    ),
    Route(
        path="participants/<code:participant>/screening/",
        view="pages.screening.screening",
        name="screening",
        needs="participants",
    ),
    Route(path="participants/<code:participant>/status/", view="pages.status.status", name="status", needs="enrol"),
    Route(path="participants/<code:participant>/move/", view="pages.moving.moving", name="move", needs="enrol"),
    Route(
        path="participants/<code:participant>/identity/",
        view="pages.privacy.identity",
        name="identity",
        needs="identify",
    ),
    Route(path="find/", view="pages.privacy.find_identity", name="find-identity", needs="identify"),
    Route(path="erase/", view="pages.privacy.erasing", name="erasing", needs="erase"),
    Route(
        path="participants/<code:participant>/notes/", view="pages.participant.add_note", name="add-note", needs="note"
    ),
    Route(
        path="participants/<code:participant>/unscheduled/",
        view="pages.visit.unscheduled",
        name="unscheduled",
        needs="participants",
    ),
    Route(
        path="participants/<code:participant>/visits/<code:visit>/",
        view="pages.visit.visit",
        name="visit",
        needs="participants",
    ),
)
FORMS: tuple[Route, ...] = (
    Route(
        path="participants/<code:participant>/visits/<code:visit>/forms/<code:form>/",
        view="pages.form.form",
        name="form",
        needs="participants",
    ),
    Route(
        path="participants/<code:participant>/visits/<code:visit>/forms/<code:form>/rows/<code:repeat>/",
        view="pages.form.form",
        name="form-row",
        needs="participants",
    ),
    Route(
        path="participants/<code:participant>/forms/<code:form>/",
        view="pages.form.form",
        name="once-form",
        needs="participants",
    ),
    Route(
        path="participants/<code:participant>/forms/<code:form>/rows/<code:repeat>/",
        view="pages.form.form",
        name="form-row",
        needs="participants",
    ),
    Route(
        path="participants/<code:participant>/form-check",
        view="pages.form.check",
        name="form-check",
        needs="participants",
    ),
    Route(
        path="participants/<code:participant>/form-presence",
        view="pages.form.presence",
        name="form-presence",
        needs="participants",
    ),
    Route(
        path="participants/<code:participant>/form-history",
        view="pages.form.history",
        name="form-history",
        needs="participants",
    ),
    Route(
        path="participants/<code:participant>/saved/<code:asked>",
        view="pages.form.was_saved",
        name="form-saved",
        needs="participants",
    ),
)
QUESTIONNAIRES: tuple[Route, ...] = (
    Route(
        path="participants/<code:participant>/visits/<code:visit>/questionnaires/",
        view="pages.invitation.questionnaires",
        name="questionnaires",
        needs="participants",
    ),
    Route(
        path="participants/<code:participant>/visits/<code:visit>/questionnaires/hand-over",
        view="pages.invitation.hand_over",
        name="questionnaires-hand-over",
        needs="participants",
    ),
    Route(
        path="participants/<code:participant>/visits/<code:visit>/questionnaires/link",
        view="pages.invitation.make_link",
        name="questionnaires-link",
        needs="participants",
    ),
    Route(path="invitations/", view="pages.invitation.invitations", name="invitations", needs="participants"),
    Route(
        path="invitations/<veiled:number>/withdraw",
        view="pages.invitation.withdraw_invitation",
        name="invitation-withdraw",
        needs="participants",
    ),
    Route(path="wordings/", view="pages.wordings.wordings", name="wordings", needs="note"),
    Route(path="wordings/switch", view="pages.wordings.switch", name="wordings-switch", needs="note"),
    Route(
        path="participants/<code:participant>/visits/<code:visit>/paper/",
        view="pages.paper.paper_form",
        name="paper-form",
        needs="participants",
    ),
    Route(path="paper/", view="pages.paper.paper_all", name="paper-all", needs="participants"),
    Route(path="paper/<code:visit>/", view="pages.paper.paper_visit", name="paper-visit", needs="participants"),
    Route(path="q", view="pages.questionnaire.open_page", name="questionnaire-open", needs="invitation"),
    Route(path="q/begin", view="pages.questionnaire.begin", name="questionnaire-begin", needs="invitation"),
    Route(path="q/now", view="pages.questionnaire.resume", name="questionnaire", needs="invitation"),
    Route(path="q/step/<int:number>", view="pages.questionnaire.step", name="questionnaire-step", needs="invitation"),
    Route(
        path="q/step/<int:number>/here", view="pages.questionnaire.stay", name="questionnaire-here", needs="invitation"
    ),
    Route(path="q/review", view="pages.questionnaire.review", name="questionnaire-review", needs="invitation"),
    Route(path="q/finish", view="pages.questionnaire.finish", name="questionnaire-finish", needs="invitation"),
    Route(path="q/thanks", view="pages.questionnaire.thanks", name="questionnaire-thanks", needs="invitation"),
    Route(path="q/give-back", view="pages.questionnaire.give_back", name="questionnaire-give-back", needs="invitation"),
)
TREATMENT: tuple[Route, ...] = (
    Route(
        path="participants/<code:participant>/doses/<code:treatment>/",
        view="pages.doses.doses",
        name="dose",
        needs="participants",
    ),
    Route(
        path="participants/<code:participant>/doses/<code:treatment>/sheet/",
        view="pages.doses.sheet",
        name="dose-sheet",
        needs="participants",
    ),
    Route(
        path="participants/<code:participant>/doses/<code:treatment>/check",
        view="pages.doses.check",
        name="dose-check",
        needs="participants",
    ),
    Route(
        path="participants/<code:participant>/events/", view="pages.events.events", name="events", needs="participants"
    ),
    Route(path="events/", view="pages.events.all_events", name="all-events", needs="participants"),
    Route(path="events/terms/", view="pages.events.terms", name="event-terms", needs="participants"),
    Route(
        path="participants/<code:participant>/laboratory/",
        view="pages.laboratory.laboratory",
        name="laboratory",
        needs="participants",
    ),
    Route(
        path="participants/<code:participant>/laboratory/judge",
        view="pages.laboratory.judge",
        name="laboratory-judge",
        needs="participants",
    ),
    Route(path="signatures/", view="pages.signing.signing", name="signing", needs="participants"),
    Route(path="participants/<code:participant>/sign/", view="pages.signing.sign", name="sign", needs="participants"),
    Route(path="queries/", view="pages.queries.queries", name="queries", needs="participants"),
    Route(
        path="participants/<code:participant>/queries/<veiled:number>/",
        view="pages.queries.query",
        name="query",
        needs="participants",
    ),
    Route(
        path="participants/<code:participant>/queries/new/",
        view="pages.queries.new_query",
        name="new-query",
        needs="participants",
    ),
)
STUDY: tuple[Route, ...] = (
    Route(path="study/", view="pages.study.study", name="study", needs="participants"),
    Route(path="study/schedule/", view="pages.study.schedule", name="schedule", needs="participants"),
    Route(path="study/codebook/", view="pages.codebook.codebook", name="codebook", needs="participants"),
    Route(path="study/codebook.pdf", view="pages.codebook.codebook_pdf", name="codebook-pdf", needs="participants"),
    Route(path="study/forms.pdf", view="pages.codebook.annotated_pdf", name="annotated-pdf", needs="participants"),
    Route(path="calendar/", view="pages.calendar.calendar", name="calendar", needs="participants"),
    Route(path="calendar/feeds/make", view="pages.calendar.make_feed", name="calendar-feed-make", needs="participants"),
    Route(
        path="calendar/feeds/withdraw",
        view="pages.calendar.withdraw_feeds",
        name="calendar-feed-withdraw",
        needs="participants",
    ),
    Route(path="calendar/<str:token>.ics", view="pages.calendar.feed", name="calendar-feed", needs="invitation"),
)

AMENDMENTS: tuple[Route, ...] = (
    Route(
        path="participants/<code:participant>/earlier/",
        view="pages.amendments.earlier",
        name="earlier",
        needs="participants",
    ),
    Route(path="amendments/", view="pages.amendments.amendments", name="amendments", needs="versions"),
    Route(path="amendments/propose", view="pages.amendments.propose", name="amendment-propose", needs="set up"),
    Route(path="amendments/<code:version>/", view="pages.amendments.amendment", name="amendment", needs="versions"),
    Route(
        path="amendments/<code:version>/effects/",
        view="pages.amendments.effects",
        name="amendment-effects",
        needs="versions",
    ),
    Route(
        path="amendments/<code:version>/touched.csv",
        view="pages.amendments.touched_csv",
        name="amendment-csv",
        needs="participants",
    ),
    Route(
        path="amendments/<code:version>/study.yaml",
        view="pages.amendments.text",
        name="amendment-text",
        needs="versions",
    ),
    Route(
        path="amendments/<code:version>/adopt", view="pages.amendments.adopt_it", name="amendment-adopt", needs="set up"
    ),
    Route(
        path="amendments/<code:version>/discard",
        view="pages.amendments.discard_it",
        name="amendment-discard",
        needs="set up",
    ),
    Route(
        path="amendments/<code:version>/approve",
        view="pages.amendments.approve_it",
        name="amendment-approve",
        needs="approve",
    ),
)

RATINGS: tuple[Route, ...] = (
    Route(
        path="ratings/<code:participant>/<code:form>/",
        view="pages.rating.rating",
        name="rating",
        needs="account",
        blind=True,
    ),
    Route(path="alerts/<code:participant>/", view="pages.rating.alert", name="alert", needs="account", blind=True),
)

RESULTS: tuple[Route, ...] = (
    Route(path="results/", view="pages.results.results", name="results", needs="results"),
    Route(path="results/make", view="pages.results.make", name="results-make", needs="results"),
    Route(path="results/<code:key>/", view="pages.results.work", name="results-work", needs="results"),
    Route(path="results/<code:key>/<code:name>", view="pages.downloads.download", name="download", needs="results"),
    Route(path="unblinding/", view="pages.unblinding.unblinding", name="unblinding", needs="unblind"),
    Route(path="recordings/", view="pages.recordings.recordings", name="recordings", needs="participants"),
    Route(path="recordings/release", view="pages.recordings.release", name="recordings-release", needs="release"),
    Route(
        path="participants/<code:participant>/visits/<code:visit>/recordings/<code:form>/",
        view="pages.recordings.register",
        name="recording",
        needs="register",
    ),
)

MONITORING: tuple[Route, ...] = (
    Route(path="audit/", view="pages.audit.audit", name="audit", needs="participants"),
    Route(path="audit/trail.csv", view="pages.audit.audit_csv", name="audit-csv", needs="participants"),
    Route(path="sealing/", view="pages.sealing.sealing", name="sealing", needs="participants"),
    Route(path="sealing/study", view="pages.sealing.seal_study", name="seal-study", needs="participants"),
    Route(path="sealing/work/<code:key>/", view="pages.sealing.work", name="sealing-work", needs="participants"),
    Route(path="compared/", view="pages.verifying.verified", name="verified", needs="participants"),
    Route(
        path="participants/<code:participant>/visits/<code:visit>/compare/",
        view="pages.verifying.verifying",
        name="verifying",
        needs="participants",
    ),
    Route(
        path="participants/<code:participant>/compare/",
        view="pages.verifying.verifying",
        name="verifying-once",
        needs="participants",
    ),
    Route(path="quality/", view="pages.quality.quality", name="quality", needs="participants"),
    Route(path="quality/findings.csv", view="pages.quality.quality_csv", name="quality-csv", needs="participants"),
    Route(path="quality/finding", view="pages.quality.finding", name="quality-finding", needs="participants"),
    Route(path="audit/access/", view="pages.audit.access_log", name="access-log", needs="set up"),
    Route(path="audit/access.csv", view="pages.access_review.access_csv", name="access-csv", needs="set up"),
    Route(path="access/", view="pages.access_review.access", name="access", needs="review access"),
    Route(path="access/list.csv", view="pages.access_review.review_csv", name="access-list", needs="review access"),
    Route(path="delegation/", view="pages.delegation.delegation", name="delegation", needs="note"),
    Route(path="delegation/log.pdf", view="pages.delegation.delegation_pdf", name="delegation-pdf", needs="note"),
    Route(path="delegation/<veiled:number>/end", view="pages.delegation.end", name="delegation-end", needs="delegate"),
    Route(path="deviations/", view="pages.deviations.deviations", name="deviations", needs="participants"),
    Route(path="deviations/one", view="pages.deviations.deviation", name="deviation", needs="participants"),
    Route(
        path="deviations/list.csv", view="pages.deviations.deviations_csv", name="deviations-csv", needs="participants"
    ),
    Route(path="imports/", view="pages.imports.imports", name="imports", needs="import"),
    Route(path="imports/pattern/<code:form>.csv", view="pages.imports.pattern", name="import-pattern", needs="import"),
    Route(path="imports/<code:key>/", view="pages.imports.comparison", name="import", needs="import"),
    Route(path="imports/<code:key>/list.csv", view="pages.imports.comparison_csv", name="import-csv", needs="import"),
    Route(path="imports/<code:key>/throw-away", view="pages.imports.throw_away", name="import-away", needs="import"),
    Route(path="imports/<code:key>/done/", view="pages.imports.done", name="import-done", needs="import"),
)

ROUTES: tuple[Route, ...] = (
    *ACCOUNTS, *OPERATION, *HOME, *PARTICIPANTS, *FORMS, *QUESTIONNAIRES, *TREATMENT, *STUDY, *AMENDMENTS,
    *RATINGS, *RESULTS, *MONITORING,
)  # fmt: skip

BY_NAME = {route.name: route for route in ROUTES}
