"""Rendering a page: what its headers forbid, where its form may lead, and that nothing on it is taken for markup."""

import base64
import hashlib
import re
from html import unescape

import pytest
from jinja2 import UndefinedError

from practice_tenant.pages.page import page

MESSAGE = {"heading": "A heading", "sentences": ["One sentence."]}


def policy(response) -> dict[str, str]:
    """The directives of a page's Content-Security-Policy."""
    directives = response.headers["Content-Security-Policy"].split("; ")
    return dict(directive.split(" ", 1) for directive in directives)


def sha256(text: str) -> str:
    """A hash as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def form_post(action: str, fields: dict[str, str]):
    """The page that posts an answer to the app."""
    return page("form_post", action=action, answer_to=action, fields=fields.items())


def test_no_other_site_frames_keeps_or_learns_the_address_of_a_page():
    headers = page("message", **MESSAGE).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin", "the address has this run's key in it"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Set-Cookie" not in headers


def test_the_policy_allows_the_pages_own_style_and_script_and_nothing_else():
    response = form_post("http://localhost:1234/", {"code": "x"})
    html = response.body.decode()
    [style] = re.findall("<style>(.*?)</style>", html, re.DOTALL)
    [script] = re.findall("<script>(.*?)</script>", html, re.DOTALL)
    assert policy(response) == {
        "default-src": "'none'",
        "style-src": sha256(style),
        "script-src": sha256(script),
        "form-action": "'self' http://localhost:1234",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    assert not re.search(r"\son\w+=|\sstyle=|javascript:", html)


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


def test_what_is_shown_is_escaped():
    mean = "</p><script>alert('é & \"')</script>"
    response = page("message", heading=mean, sentences=[mean])
    html = response.body.decode()
    assert mean not in html
    assert unescape(html).count(mean) == 3, "the title, the heading and the sentence"


def test_what_is_sent_to_the_app_is_escaped_and_complete():
    fields = {"state": 'a"><b>&é', "code": "x"}
    html = form_post("http://localhost/?a=1&b=2", fields).body.decode()
    assert 'action="http://localhost/?a=1&amp;b=2"' in html
    found = re.findall('name="([^"]*)" value="([^"]*)"', html)
    assert {name: unescape(value) for name, value in found} == fields


def test_the_status_is_the_one_asked_for():
    assert page("message", **MESSAGE).status_code == 200
    assert page("message", status=404, **MESSAGE).status_code == 404


def test_a_value_that_is_missing_is_no_empty_text():
    with pytest.raises(UndefinedError, match="heading"):
        page("message", sentences=[])


def test_every_page_says_what_it_is_and_asks_for_no_real_password():
    html = page("message", **MESSAGE).body.decode()
    assert "is not an identity provider" in html
    assert "Never type a real password here." in html
