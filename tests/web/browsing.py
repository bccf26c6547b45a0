"""The served study over a real socket, and a real Chromium in front of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.db import connections


class Quiet(WSGIRequestHandler):
    """Writes no log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
        """Say nothing."""


class Threads(ThreadingMixIn, WSGIServer):
    """Answers each request in a thread: a browser keeps a spare connection open, which would block a single one."""

    daemon_threads = True


def closing(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Return the application with the database of its thread closed after each answer."""

    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        body = application(environ, start)
        whole = b"".join(body)
        if hasattr(body, "close"):
            body.close()
        connections.close_all()
        return [whole]

    return answer


@contextmanager
def at_an_address() -> Iterator[str]:
    """Serve the study that is open in this process on a free port of this machine; yield its address."""
    from trialbook.web.wsgi import application

    with make_server("127.0.0.1", 0, closing(application), server_class=Threads, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def chromium_page(executable: str, **options: Any) -> Iterator[Any]:
    """Open a page of a headless Chromium; whatever it asks of another host fails, and is an error at the end."""
    from playwright.sync_api import sync_playwright

    strangers: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        context = browser.new_context(**options)
        page = context.new_page()
        page.on("request", lambda asked: None if "//127.0.0.1" in asked.url else strangers.append(asked.url))
        yield page
        context.close()
        browser.close()
    assert strangers == []


def sign_in(page: Any, address: str, client: Any) -> None:
    """Let the browser be signed in as a test client is."""
    value = client.cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": value, "url": address}])
