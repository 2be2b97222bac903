"""A Sage company's own server: its self-tests, and the rights that Tieout's login needs."""

from __future__ import annotations

from typing import Any, get_args

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from integrations.connections import profiles, site_tests
from integrations.connections.models import Connection
from integrations.sagepro.rights_script import Product, script
from portal.access import PlacedRequest, member_view
from portal.web.profile import sage_company

_MOST_TESTS = 5
_PRODUCTS: dict[str, Product] = {product: product for product in get_args(Product)}


@require_safe
@member_view()
def rights_script(request: PlacedRequest, connection_id: str, product: str) -> HttpResponse:
    """The script that the site's administrator runs, as a file."""
    found = sage_company(request, connection_id)
    wanted = _PRODUCTS.get(product)
    if wanted is None or found.settings["edition"] != "sql":
        raise Http404("Not found")
    text = script(profiles.in_force(found), product=wanted)
    name = f"tieout-rights-{found.settings['company_number']}-{wanted}.sql"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


def site_context(found: Connection) -> dict[str, Any]:
    """What the connection's page shows of the server."""
    made = site_tests.history(found.id, limit=_MOST_TESTS)
    return {
        "site_test": made[0] if made else None,
        "former_site_tests": made[1:],
        "is_foxpro": found.settings["edition"] == "dbf",
        "writes_itself": site_tests.is_needed(found),
        "may_post": site_tests.may_post(found),
    }
