"""The bare view for gunicorn."""

from tests.bench.bare import make_application

application = make_application()
