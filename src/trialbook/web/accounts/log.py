"""The log of sign-ins: each line written as it happens, none ever taken back."""

from __future__ import annotations

from django.http import HttpRequest

from trialbook.web.accounts.models import SignIn, What


def note(request: HttpRequest, code: str, what: What, *, by: str = "", remark: str = "") -> None:
    """Write a line; `by` is who did it where that is not the account itself."""
    other = by if by != code else ""
    SignIn.objects.create(code=code, what=what, by=other, address=address_of(request), note=remark[:200])


def address_of(request: HttpRequest) -> str:
    """Return the address that a request came from."""
    return str(request.META.get("REMOTE_ADDR") or "")[:45]
