"""Rendering a page: where its form may lead, and what every page says."""

import pytest
from jinja2 import UndefinedError

from practice_tenant.pages.page import page

MESSAGE = {"heading": "A heading", "sentences": ["One sentence."]}


def policy(response) -> dict[str, str]:
    """The directives of a page's Content-Security-Policy."""
    directives = response.headers["Content-Security-Policy"].split("; ")
    return dict(directive.split(" ", 1) for directive in directives)


@pytest.mark.parametrize(
    ("answer_to", "allowed"),
    [
        (None, "'self'"),
        ("http://localhost", "'self' http://localhost"),
        ("http://localhost:1234/signed-in?a=b", "'self' http://localhost:1234"),
        ("https://app.example/signin", "'self' https://app.example"),
        ("msal91d3c7b4://auth", "'self' msal91d3c7b4:"),
        ("com.example.app:/signed-in", "'self' com.example.app:"),
    ],
)
def test_a_form_leads_to_the_tenant_itself_and_to_the_apps_origin_only(answer_to, allowed):
    assert policy(page("message", answer_to=answer_to, **MESSAGE))["form-action"] == allowed


def test_a_value_that_is_missing_is_no_empty_text():
    with pytest.raises(UndefinedError, match="heading"):
        page("message", sentences=[])


def test_every_page_says_what_it_is_and_asks_for_no_real_password():
    html = page("message", **MESSAGE).body.decode()
    assert "is not an identity provider" in html
    assert "Never type a real password here." in html
