"""The portal as gunicorn serves it, with static files straight from the checkout."""

from __future__ import annotations

from django.conf import settings

settings.WHITENOISE_USE_FINDERS = True

from portal.wsgi import application  # noqa: E402 settings come first

__all__ = ["application"]
