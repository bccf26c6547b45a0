"""Django's tags of translation, of which the most frequent is worked out once a language: a page has a hundred of them.

The module has the name of Django's own, so that `{% load i18n %}` finds it in its place.
"""

from __future__ import annotations

from django import template
from django.template.base import Node, Parser, Token, Variable
from django.template.context import Context
from django.templatetags import i18n
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class Words(Node):
    """Words that stand in the template itself, said in the language of the reader."""

    def __init__(self, said: i18n.TranslateNode) -> None:
        self._said = said
        self._by_language: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        """Return the words, worked out by Django's own tag when they are first needed in a language."""
        language = get_language()
        found = self._by_language.get(language)
        if found is None:
            found = self._by_language[language] = self._said.render(context)
        return found


@register.tag("translate")
def translate(parser: Parser, token: Token) -> Node:
    """Say words in the language of the reader: Django's tag, but for words that stand in the template."""
    made = i18n.do_translate(parser, token)
    words = made.filter_expression
    is_plain = isinstance(words.var, Variable) and isinstance(words.var.literal, SafeString) and not words.filters
    return Words(made) if is_plain and made.asvar is None and made.message_context is None else made
