"""The link to the page of an app registration: live it leads there, stored it says nothing that varies."""

from types import SimpleNamespace

import pytest

from course.links import STORED, PortalLink

CLIENT_ID = "00001111-aaaa-2222-bbbb-3333cccc4444"
PORTAL = "http://localhost:8400/this-runs-key/portal"


def registration(portal_url: str | None = PORTAL) -> SimpleNamespace:
    practice = SimpleNamespace(portal_url=portal_url) if portal_url else None
    return SimpleNamespace(client_id=CLIENT_ID, practice_tenant=practice)


def test_in_practice_it_leads_to_the_apps_page_in_the_portal():
    assert f'href="{PORTAL}/{CLIENT_ID}"' in PortalLink(registration()).value


def test_live_it_leads_to_the_apps_page_in_the_admin_center():
    value = PortalLink(registration(portal_url=None)).value
    assert 'href="https://entra.microsoft.com/' in value and CLIENT_ID in value


def test_on_a_hub_it_leads_through_the_hubs_proxy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/learner/")
    expected = f'href="/user/learner/proxy/8400/this-runs-key/portal/{CLIENT_ID}"'
    assert expected in PortalLink(registration()).value


def test_it_looks_like_a_link_although_jupyterlab_unsets_links_in_widgets():
    value = PortalLink(registration()).value
    assert "--jp-content-link-color" in value and "text-decoration: underline" in value


def test_what_is_stored_has_no_address():
    bundle = PortalLink(registration())._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["text/plain"] == STORED and data["text/html"] == f"<p>{STORED}</p>"
