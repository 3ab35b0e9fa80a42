"""Hundreds of cells hunt for secrets in one process: under every setting's name, of the practice tenant, of MSAL's objects."""

import json
import logging
import os
from pathlib import Path

import msal
import pytest
import requests

from course import (
    Administrator,
    PortalLink,
    Registration,
    RegistrationForm,
    Tenant,
    TenantStatus,
    TokenInspector,
    WireTrace,
    served_tenant,
)
from course.problem import SECRET_KEYS
from course.registration import KEYS
from practice_tenant import RunningTenant
from practice_tenant.directory.seed import SECRET_NAMES
from tests.notebooks import canary, hunt

TENANT, CLIENT = "8f1c2d3e-4b5a-4c6d-8e9f-0a1b2c3d4e5f", "6731de76-14a6-49ae-97bc-6eba6914391e"
SETTINGS = [key for key in KEYS if key not in SECRET_KEYS]
AROUND = ("{}", "https://{}/v2.0?x='y';")


class Hunt:
    """The secrets of a run, and the objects that a learner has in a notebook."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        own = {key: canary.new() for key in SECRET_KEYS}
        self.secrets = dict(own)
        given = own | {"COURSE_MODE": "practice", "CLIENT_ID": CLIENT}
        self.registration = Registration.load(folder / "none.env", given)
        self.seeded = Registration.practice()
        running = self.seeded.practice_tenant
        self.secrets |= {name: str(getattr(running.seeded, name)) for name in SECRET_NAMES}
        self.secrets |= {"control token": str(running.control_token), "run token": str(running.face_header[1])}
        live = given | {"COURSE_MODE": "live", "TENANT": TENANT, "PUBLIC_CLIENT_ID": CLIENT}
        self.live = Registration.load(folder / "none.env", live)
        self.misplaced = [self.load_misplaced(key, around) for key in SETTINGS for around in AROUND]
        self.form = self.filled_form()
        self.apps = [self.used_app(self.registration), self.used_app(self.seeded)]
        self.administrator = Administrator(registration=self.seeded)
        self.administrator.grant("User.Read.All")
        self.tenant = Tenant.of(self.seeded)
        self.served = self.read_served(running)

    def load_misplaced(self, key: str, around: str) -> Registration:
        """A registration with a secret under another setting's name, from a file and from the environment by turns."""
        secret = self.secrets[f"{key} {around}"] = canary.new()
        values = {"COURSE_MODE": "practice", key: around.format(secret)}
        if AROUND.index(around) % 2:
            return Registration.load(self.folder / "none.env", values)
        path = self.folder / f"{len(self.secrets)}.env"
        path.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
        return Registration.load(path, {})

    def filled_form(self) -> RegistrationForm:
        """A form into which a secret was typed, each field's own."""
        form = RegistrationForm(self.seeded)
        for name, field in form._fields.items():
            secret = self.secrets[f"typed into {name}"] = canary.new()
            if name == "client_secret":
                field.control._handle_custom_msg({"secret": secret}, [])
            elif hasattr(field.control, "continuous_update"):
                field.control.set_state({"value": secret})
        return form

    def ask_for_a_token(self, registration: Registration) -> msal.ConfidentialClientApplication:
        """A new app of MSAL's that asked for a token."""
        app = msal.ConfidentialClientApplication(
            registration.client_id,
            authority=registration.authority,
            client_credential=registration.client_secret.value,
            http_client=registration.session,
        )
        self.result = app.acquire_token_for_client(registration.scopes)
        return app

    def used_app(self, registration: Registration) -> msal.ConfidentialClientApplication:
        """The same, and a request that has the secret in every part."""
        app = self.ask_for_a_token(registration)
        secret = registration.client_secret.value
        registration.session.post(
            f"https://graph.microsoft.com/v1.0/{secret}",
            params={"x": secret},
            headers={"X-Anything": secret},
            data=json.dumps({"x": json.dumps({"y": secret})}),
        )
        try:
            registration.session.get(f"https://elsewhere.example/{secret}")
        except requests.ConnectionError as refused:
            self.refused = refused
        return app

    def read_served(self, running: RunningTenant) -> served_tenant.ServedTenant:
        """What is read of a tenant that `serve` runs, with the secrets of this one."""
        ca = self.folder / "ca.pem"
        ca.write_text(running.ca_certificate)
        values = {
            **{name: getattr(running, name) for name in ("https_port", "http_port", "face_header", "control_token")},
            "ca_certificate": str(ca),
            "seeded": {"client_id": running.seeded.client_id},
        }
        (self.folder / f"serve-{running.https_port}.json").write_text(json.dumps(values))
        secrets = {name: getattr(running.seeded, name) for name in SECRET_NAMES}
        (self.folder / "seeded-secrets.json").write_text(json.dumps(secrets))
        return served_tenant.find(self.folder)

    def namespace(self) -> dict[str, object]:
        """The objects by the names that cells give them."""
        return {
            "registration": self.registration,
            "seeded": self.seeded,
            "live": self.live,
            "form": self.form,
            "tenant": self.tenant,
            "administrator": self.administrator,
            "served": self.served,
            "status": TenantStatus(self.tenant),
            "trace": WireTrace(self.registration.session.trace),
            "seeded_trace": WireTrace(self.seeded.session.trace),
            "portal": PortalLink(self.seeded),
            "inspector": TokenInspector(self.result.get("access_token", "")),
            "refused": self.refused,
            "misplaced": self.misplaced,
            "apps": self.apps,
            "result": self.result,
        }


SUBJECTS = [
    *("registration", "seeded", "live", "form", "tenant", "administrator", "served", "status", "trace", "seeded_trace"),
    *("portal", "inspector", "result", "tenant._control", "served.seeded"),
    *(f"misplaced[{number}]" for number in range(len(SETTINGS) * len(AROUND))),
    *(f"misplaced[{number}].problems[0]" for number in range(0, len(SETTINGS) * len(AROUND), len(AROUND))),
    *("registration._source", "registration.session", "registration.session.trace", "registration.session.trace[-2]"),
    *("registration.redaction", "registration.client_secret", "seeded._source", "seeded.practice_tenant"),
    *(
        "seeded.practice_tenant.seeded",
        "seeded.session",
        "seeded.session.trace[0]",
        "seeded.session.adapters['https://']",
    ),
    *("form.registration", "form._fields['client_secret']", "form._fields['scope']", "live._source", "live.redaction"),
]
PLAIN = [
    "refused",
    "apps[0]",
    "apps[0].client",
    "apps[1]",
    "apps[1].client",
    "administrator._client",
    "administrator._client.client",
]


@pytest.fixture(scope="module")
def hunted(tmp_path_factory: pytest.TempPathFactory) -> Hunt:
    return Hunt(tmp_path_factory.mktemp("hunt"))


def test_no_cell_finds_a_secret(hunted: Hunt, record_property):
    namespace = hunted.namespace()
    subjects, plain = ({name: eval(name, namespace) for name in names} for names in (SUBJECTS, PLAIN))
    outputs = {cell: hunt.shown(cell, namespace) for cell in hunt.cells(subjects, plain)}
    assert "****" in outputs["seeded.practice_tenant.control_token"] and "****" in outputs["vars(apps[0].client)"]
    # Most lines of tracebacks and widgets are the same in all cells.
    everything = "\n".join({line for text in outputs.values() for line in text.splitlines()}).encode()
    found = {name for name, secret in hunted.secrets.items() if canary.spellings(secret, everything)}
    told = f"{len(outputs)} cells hunted for {len(hunted.secrets)} secrets, {len(found)} found"
    print(told)
    record_property("hunt", told)
    where = [
        (cell, name)
        for cell, text in outputs.items()
        for name in found
        if canary.spellings(hunted.secrets[name], text.encode())
    ]
    assert where == [], told
    assert len(outputs) >= 300 and len(hunted.secrets) >= 30


def test_the_libraries_debug_logs_have_no_secret(hunted: Hunt, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    for name in ("msal", "urllib3", "requests", "asyncio", "uvicorn", "course"):
        caplog.set_level(logging.DEBUG, logger=name)
    hunted.ask_for_a_token(hunted.seeded)
    assert "POST" in caplog.text and "msal" in {record.name.split(".")[0] for record in caplog.records}
    assert [name for name, secret in hunted.secrets.items() if canary.spellings(secret, caplog.text.encode())] == []


def test_the_usual_recipe_to_see_requests_prints_the_secret(
    hunted: Hunt, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    """SECURITY.md says so, and what to do instead."""
    monkeypatch.setattr("http.client.HTTPConnection.debuglevel", 1)
    # A new connection: one that is open already has its own level.
    hunted.ask_for_a_token(Registration.practice())
    assert canary.spellings(hunted.secrets["client_secret"], capsys.readouterr().out.encode())


def test_a_cell_that_shows_a_secret_is_found(hunted: Hunt):
    secret = hunted.secrets["CLIENT_SECRET"]
    namespace = {**hunted.namespace(), "os": os}
    for cell in ("print(registration.client_secret.value)", f"{secret[:25]!r} + 'x'", f"fail_with({secret!r})"):
        assert canary.spellings(secret, hunt.shown(cell, namespace).encode())
