"""The link to the page where a registration's values stand: the practice tenant's portal, or the admin center."""

import ipywidgets as widgets

from . import fallback
from .registration import Registration
from .sign_in_link import link, reachable

ADMIN_CENTER = "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Overview/appId/"
STORED = "Open the app registration. (The link is live only.)"


class PortalLink(widgets.HTML):
    """A link to the page of the app in a registration. In practice the address has this run's key, so it isn't stored."""

    def __init__(self, registration: Registration):
        practice = registration.practice_tenant
        base = reachable(f"{practice.portal_url}/") if practice else ADMIN_CENTER
        page = link(base + registration.client_id, "Open the app registration")
        super().__init__(value=f"<p>{page} on a page of its own.</p>")
        self.add_class("course-widget")

    def _repr_mimebundle_(self, **kwargs):
        return fallback.with_fallback(super()._repr_mimebundle_(**kwargs), html=f"<p>{STORED}</p>", text=STORED)
