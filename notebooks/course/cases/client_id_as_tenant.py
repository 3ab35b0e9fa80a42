"""The client ID where the tenant belongs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from course.error_clinic import situations
from course.error_clinic.case import Case, Wrong
from course.exercises.solved_cell import cell
from course.exercises.verdict import shown


def _judge(app: Any, given: Mapping[str, Any]) -> str:
    tenant = getattr(getattr(app, "authority", None), "tenant", None)
    if tenant is None:
        return f"a client application is wanted, and it returned {shown(app)}"
    if tenant in ("common", "organizations", "consumers"):
        return (
            f"{shown(tenant)} is an audience and no tenant: it makes an app, and no token for a program without a user"
        )
    return "" if tenant == given["practice"].tenant else f"{shown(tenant)} is another tenant than the app's own"


CASE = Case(
    title="The client ID where the tenant belongs",
    group="values",
    order=10,
    seen=("https://github.com/Azure/azure-cli/issues/24376",),
    story="Two GUIDs stand one above the other on the registration's overview page. The program can't even make its "
    "client application.",
    symptom="ValueError: Unable to get authority configuration for "
    "https://login.microsoftonline.com/2f8e6a10-94b7-4d2c-a3e5-71c0d9b8f642",
    predict="No token was asked for yet. What did MSAL ask for, and what was the answer?",
    solved=cell("""
        def make_client(practice, make_app):
            tenant = practice.tenant  #: tenant = practice.client_id
            return make_app(authority=practice.instance + "/" + tenant)


        check("07-client-id-as-tenant", make_client)
    """),
    hints=(
        (
            "MSAL reads the tenant's discovery document first. The last part of the authority names the tenant: whose ID is "
            "this one?"
        ),
        "The page calls it *Directory (tenant) ID*. The registration has it under its short name.",
    ),
    lesson="MSAL asks the authority before anything else, so a wrong tenant fails where the client is made.",
    situation=situations.practising,
    judge=_judge,
    wrong=(
        Wrong(old="practice.client_id", new='"common"', because="is an audience and no tenant"),
        Wrong(old="practice.client_id", new='"contoso.com"', because="another tenant than the app's own"),
    ),
)
