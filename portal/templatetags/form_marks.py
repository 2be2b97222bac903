"""What every form of ours carries unseen: a builtin of the templates, in place of Django's tag."""

from __future__ import annotations

from django import template
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.access import SEEN_ENVIRONMENT

register = template.Library()


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> SafeString:
    """Django's own token and, inside a company, for which environment the page was shown: another
    one may be chosen in another tab before the form is sent."""
    token = SafeString(CsrfTokenNode().render(context))
    place = context.get("place")
    if place is None:
        return token
    mark = format_html(
        '<input type="hidden" name="{}" value="{}">', SEEN_ENVIRONMENT, place.environment.id
    )
    return token + mark
