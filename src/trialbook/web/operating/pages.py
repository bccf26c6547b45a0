"""What the site tells a load balancer, and whoever watches over it: nothing of the study."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from trialbook.web import site
from trialbook.web.accounts.models import OpenSession
from trialbook.web.accounts.second import is_near
from trialbook.web.operating.counting import COUNTS
from trialbook.web.operating.exposition import CONTENT_TYPE, Now, exposition
from trialbook.web.operating.health import backup_age, failing, here, is_backup_late, is_writer_alive

LOG = logging.getLogger("trialbook.health")


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    del request
    return JsonResponse({"live": True})


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Say whether the site can serve: 200, or 503; what fails stands in the log alone."""
    del request
    wrong = failing()
    told: dict[str, object] = {"ready": not wrong}
    if wrong:
        LOG.error("not ready: %s", ", ".join(wrong))
    late = is_backup_late(site.now())
    if late is not None:
        told["backup"] = "late" if late else "ok"
    return JsonResponse(told, status=503 if wrong else 200)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Give the numbers of this process to whoever may have them; to others there is no such page."""
    if not may_measure(request):
        raise Http404
    return HttpResponse(exposition(COUNTS.told(), standing()), content_type=CONTENT_TYPE)


def may_measure(request: HttpRequest) -> bool:
    """Tell whether the settings give the numbers to who asks."""
    match settings.POLICY.metrics:
        case "here":
            return is_near(request)
        case "token":
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            return scheme == "Bearer" and constant_time_compare(token, settings.POLICY.metrics_token)
    return False


def standing() -> Now:
    """Return what stands at this moment."""
    age = backup_age(site.now())
    return Now(
        waiting=here().waiting,
        is_writing=is_writer_alive(),
        sessions=sessions(),
        backup_age=None if age is None else age.total_seconds(),
        is_ready=not failing(),
    )


def sessions() -> int:
    """Return how many sessions have not ended; 0 where the accounts cannot be read."""
    try:
        return OpenSession.objects.filter(expire_date__gt=site.now()).count()
    except DatabaseError:
        return 0
