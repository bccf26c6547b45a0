"""Receiving files: no more bytes than the limit are kept, and names that could lead elsewhere are refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from trialbook.errors import Place, Problem

MOST_BYTES = 20_000_000
"""Of all files of one import together; a larger one is imported in the terminal."""
MOST_FILES = 20
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")
MAP_ENDINGS = (".yaml", ".yml")
NAME = re.compile(r"(?!\.)[^\x00-\x1f\x7f/\\:*?\"<>|]{1,120}")
"""A name that is a file of its folder on every system."""


class Limited(FileUploadHandler):
    """Takes the files of one request into memory, and drops what is beyond the limit."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.left = MOST_BYTES
        self.is_too_much = False
        self._taken = BytesIO()

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self._taken = BytesIO()
        if self.is_too_much:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take a part of a file, unless the limit is reached."""
        del start
        self.left -= len(raw_data)
        if self.left < 0:
            self.is_too_much = True
            self._taken = BytesIO()
            raise SkipFile
        self._taken.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        """Return the file; nothing where it was dropped."""
        if self.is_too_much:
            return None
        self._taken.seek(0)
        return InMemoryUploadedFile(
            self._taken, self.field_name, self.file_name or "", self.content_type, file_size, self.charset
        )


def prepare(request: HttpRequest) -> None:
    """Let the files of a request be received by `Limited`; before anything of it is read."""
    request.upload_handlers = [Limited(request)]


def received(request: HttpRequest) -> tuple[Mapping[str, bytes], bytes | None, tuple[Problem, ...]]:
    """Return the files by name, the map, and what stands against them."""
    files = request.FILES
    sent, maps = files.getlist("files"), files.getlist("map")
    problems = [*_about_size(request), *_about_names(sent, ENDINGS), *_about_names(maps, MAP_ENDINGS)]
    if not sent and not problems:
        problems.append(Problem(code="SERVE-40"))
    if problems:
        return {}, None, tuple(problems)
    return {one.name or "": one.read() for one in sent}, maps[0].read() if maps else None, ()


def _about_size(request: HttpRequest) -> Iterator[Problem]:
    handlers = [one for one in request.upload_handlers if isinstance(one, Limited)]
    if any(one.is_too_much for one in handlers) or len(request.FILES.getlist("files")) > MOST_FILES:
        yield Problem(code="SERVE-41", values={"limit": f"{MOST_BYTES // 1_000_000}", "files": str(MOST_FILES)})


def _about_names(files: Iterable[UploadedFile[Any]], endings: tuple[str, ...]) -> Iterator[Problem]:
    known: set[str] = set()
    for one in files:
        name = one.name or ""
        if not NAME.fullmatch(name) or not name.casefold().endswith(endings):
            yield Problem(code="SERVE-42", place=Place(file=ascii(name)[1:-1]), values={"known": ", ".join(endings)})
        elif name.casefold() in known:
            yield Problem(code="SERVE-43", place=Place(file=name))
        known.add(name.casefold())
