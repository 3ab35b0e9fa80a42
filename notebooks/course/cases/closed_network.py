"""Instance discovery in a network without internet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from course import transport
from course.error_clinic import network, running, situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell


@contextmanager
def _situation() -> Iterator[situations.Given]:
    with network.by_itself() as given, transport.scope(network.ClosedNetwork()):
        yield given


CASE = Case(
    title="No way to the internet",
    group="network",
    order=30,
    seen=(
        "https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/466",
        "https://github.com/Azure/azure-cli/issues/26433",
    ),
    story="A closed network has an authority of its own, and no way to the internet. The authority answers; MSAL gives up all "
    "the same.",
    symptom="ConnectionError: Failed to resolve 'login.microsoftonline.com'",
    predict="The authority isn't at `login.microsoftonline.com`. What does MSAL want to know from there?",
    solved=cell("""
        def get_token(practice, network):
            app = msal.ConfidentialClientApplication(
                practice.client_id,
                authority=network.authority,
                client_credential=practice.client_credential,
                instance_discovery=False,  #:
            )
            return app.acquire_token_for_client(practice.scopes)


        check("07-closed-network", get_token)
    """),
    hints=(
        (
            "MSAL doesn't know this host, so it asks one that it knows whether the host is an authority. That is instance "
            "discovery."
        ),
        (
            "You know the authority and trust it. A parameter of the client switches the question off; it is named after "
            "what it switches off."
        ),
    ),
    lesson="Where you name an authority that you trust, `instance_discovery=False` spares the question about it.",
    situation=_situation,
    judge=lambda result, given: running.no_token(result),
    wrong=(
        Wrong(
            old="authority=network.authority,", new="authority=network.authority, timeout=1,", because="ConnectionError"
        ),
        Wrong(old="network.authority,", new="network.authority, http_cache={},", because="ConnectionError"),
    ),
)
