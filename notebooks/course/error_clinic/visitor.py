"""A scripted person for cases with a sign-in: so that an error in it can be met again and again, also on a hub."""

from __future__ import annotations

import html
from urllib.parse import urljoin

import requests

from course.person import MOST_STEPS, Page, chosen, refusal, visit


class ErrorPage(Exception):
    """The sign-in ended on a page with an error, which the person sees and the program never hears of."""

    # The last line of a traceback then has the name alone: where it is defined says nothing to a learner.
    __module__ = "builtins"


def sign_in_at(url: str) -> dict[str, str]:
    """What the browser brings back from the sign-in page at *url*: the fields of the form for the redirect URI.

    Raises ErrorPage with what a page says instead.
    """
    session = requests.Session()
    # The pages are on this computer; proxy variables are meant for the internet.
    session.trust_env = False
    response = session.get(url, timeout=30)
    for _ in range(MOST_STEPS):
        page = Page(response.text)
        if said := refusal(response.text):
            raise ErrorPage(said)
        if "state" in page.forms[0].fields:
            return page.forms[0].fields
        form = chosen(page)
        response = session.post(urljoin(response.url, form.action), data=form.fields, timeout=30)
    raise RuntimeError("The sign-in did not come to an end.")


def enter_code(flow: dict) -> None:
    """Sign in on the page of a device code flow.

    Raises ErrorPage if the page doesn't say so at the end: the program would otherwise wait for a quarter of an hour.
    """
    last = html.unescape(visit(f"{flow['verification_uri']}?otc={flow['user_code']}"))
    if "You're signed in" not in last:
        raise ErrorPage("The page for device codes didn't sign the person in")
