"""A certificate authority that this computer doesn't know."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from course.error_clinic import network, running
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell


def _judge(result: Any, given: Mapping[str, Any]) -> str:
    if any(options.get("verify") is False for options in given["network"].options):
        return "with `verify=False` nobody checks who answers: anybody on the way can take the secret"
    return running.no_token(result)


CASE = Case(
    title="Whom does this computer trust?",
    group="network",
    order=20,
    seen=("https://github.com/AzureAD/microsoft-authentication-library-for-python/issues/164",),
    story="The company's network shows certificates of the company's own authority. `REQUESTS_CA_BUNDLE` names a file with "
    "those of the public internet.",
    symptom="SSLError: certificate verify failed",
    predict="Many answers on the internet say: switch the verification off. What would that give away?",
    solved=cell("""
        import os


        def get_token(practice, make_app, network):
            bundle = network.ca_file  #: bundle = network.public_ca_file
            os.environ["REQUESTS_CA_BUNDLE"] = bundle
            app = make_app()
            return app.acquire_token_for_client(practice.scopes)


        check("07-company-ca", get_token)
    """),
    hints=(
        "The certificate may be all right. This program looks in the wrong file for who vouches for it.",
        "`network` has two files: `public_ca_file` and `ca_file`. The second one is the company's.",
    ),
    lesson="Name the file of the authority that really vouches for the server, and never switch the check off.",
    situation=partial(network.by_itself, REQUESTS_CA_BUNDLE="public_ca_file"),
    judge=_judge,
    wrong=(
        Wrong(old="make_app()", new="make_app(verify=False)", because="SSLError"),
        Wrong(
            old='os.environ["REQUESTS_CA_BUNDLE"] = bundle\n    app = make_app()',
            new='del os.environ["REQUESTS_CA_BUNDLE"]\n    app = make_app(verify=False)',
            because="nobody checks who answers",
        ),
        Wrong(old='"REQUESTS_CA_BUNDLE"', new='"SSL_CERT_FILE"', because="SSLError"),
    ),
)
