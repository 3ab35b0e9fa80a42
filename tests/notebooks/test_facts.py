"""Every fact that the course must teach is shown by a code cell, which has the fact's tag.

The facts come from two pages of Microsoft's documentation, in our own words:
https://learn.microsoft.com/entra/msal/python/getting-started/client-applications
https://learn.microsoft.com/entra/msal/python/advanced/client-credentials
"""

import re

import pytest

from tests.notebooks.book import NOTEBOOKS

FACTS = {
    1: "public and confidential clients differ in whether they can authenticate themselves and keep a secret",
    2: "before any code there is an app registration, and the code needs values from it",
    3: "the application (client) ID is a GUID, unique to the app",
    4: "the instance and the sign-in audience together are the authority",
    5: "the tenant ID, a GUID too, is for an app of one organisation",
    6: "a confidential client also needs a secret: a string or a certificate",
    7: "a web app sets its redirect URI; a desktop app without a broker adds http://localhost",
    8: "PublicClientApplication(client_id, authority=…)",
    9: "ConfidentialClientApplication(client_id, authority=…, client_credential=…)",
    10: "two parameters set the caching: token_cache and http_cache",
    11: "token_cache is in memory by default; serialising and persisting it is the app's choice",
    12: "http_cache keeps non-token responses; a dict by default, persisted by a command-line app",
    13: "after instantiating comes acquiring tokens",
    14: "confidential clients run on servers and hold secrets that users can't extract",
    15: "in the client credentials flow the app acts on its own behalf, with no user",
    16: "application permissions are granted to the app itself, by an administrator",
    17: "services, console apps and APIs that call other APIs use the flow",
    18: "as there is no user, the resource checks what the app itself may do",
    19: "MSAL signs in work, school and personal accounts and customers; tokens are for Graph or APIs of one's own",
    20: "one ConfidentialClientApplication is created and reused",
}


@pytest.mark.parametrize("number", FACTS)
def test_a_cell_shows_the_fact(number: int):
    tag = f"fact-{number:02}"
    assert [str(notebook) for notebook in NOTEBOOKS if notebook.tagged(tag)], (
        f"no code cell is tagged {tag}: {FACTS[number]}"
    )


def test_no_tag_is_for_a_fact_that_there_is_not():
    tags = {tag for notebook in NOTEBOOKS for cell in notebook.cells for tag in cell.metadata.get("tags", [])}
    known = {f"fact-{number:02}" for number in FACTS}
    assert {tag for tag in tags if re.match("fact", tag)} - known == set()
