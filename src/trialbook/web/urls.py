"""The addresses as Django wants them, made from `routes`."""

from __future__ import annotations

from importlib import import_module

from django.urls import URLPattern, path, register_converter

from trialbook.web.routes import ROUTES, Route
from trialbook.web.veil import VeiledConverter


class CodeConverter:
    """A code in an address: `~1` stands for a slash and `~0` for a tilde."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """Read a code from an address."""
        return value.replace("~1", "/").replace("~0", "~")

    def to_url(self, value: str) -> str:
        """Write a code into an address."""
        return value.replace("~", "~0").replace("/", "~1")


def pattern(route: Route) -> URLPattern:
    """Return what Django needs to serve a route."""
    module, _, function = f"trialbook.web.{route.view}".rpartition(".")
    made: URLPattern = path(route.path, getattr(import_module(module), function), name=route.name)
    return made


register_converter(CodeConverter, "code")
register_converter(VeiledConverter, "veiled")
urlpatterns = [pattern(route) for route in ROUTES]
handler400 = "trialbook.web.refusals.bad_request"
handler403 = "trialbook.web.refusals.refused"
handler404 = "trialbook.web.refusals.not_found"
handler500 = "trialbook.web.refusals.failed"
