"""Codes, refresh tokens and device codes in any order of events, beside a model of what has to come of each.

No code and no device code brings tokens twice, and nothing makes the tenant fail.
"""

from urllib.parse import urlencode

import httpx
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from practice_tenant.directory import seed
from practice_tenant.hosts import RUN_HEADER
from tests.tenant.clients import FORM, Authority
from tests.tenant.clock import START, Clock
from tests.tenant.person import Page, Person
from tests.tenant.practice import RUN_TOKEN, new_app, new_directory
from tests.tenant.relying_party import RelyingParty, sent_back

from .model import Device, Issued, Question, SignIn
from .tenant import NeverFails

MINUTE, DAY = 60, 24 * 3600
CODE_LASTS = 10 * MINUTE
DEVICE_CODE_LASTS = PAGE_LASTS = 15 * MINUTE
REFRESH_TOKEN_LASTS = 90 * DAY
# Mostly moments, because little can happen any more once everything has expired.
WAITS = [1, 5] * 6 + [CODE_LASTS - 1, CODE_LASTS, PAGE_LASTS, REFRESH_TOKEN_LASTS]

# The same runs each time, nothing written to disk.
reproducible = settings(derandomize=True, database=None, deadline=None, max_examples=50, stateful_step_count=40)


class Grants(RuleBasedStateMachine):
    """A desktop app, the person who signs in to it, and time."""

    codes = Bundle("codes")
    refresh_tokens = Bundle("refresh_tokens")
    devices = Bundle("devices")
    questions = Bundle("questions")

    def __init__(self):
        super().__init__()
        self.clock = Clock(START)
        self.directory, seeded = new_directory()
        tenant = new_app(self.directory, self.clock)
        headers = ((RUN_HEADER, RUN_TOKEN),)
        self.cloud = NeverFails(app=tenant, base_url="https://login.microsoftonline.com", headers=headers)
        self.person = Person(
            http=NeverFails(app=tenant, base_url="http://localhost:8400"),
            username=f"learner@{seed.TENANT_DOMAIN}",
            password=seeded.user_password,
        )
        self.app = self.an_app(seed.DESKTOP_CLIENT_ID)
        self.another_app = self.an_app(seed.MULTI_TENANT_DESKTOP_CLIENT_ID)
        self.sign_ins: list[SignIn] = []

    def teardown(self):
        self.directory.close()

    @rule(seconds=st.sampled_from(WAITS))
    def wait(self, seconds: int):
        self.clock.advance(seconds)

    # Authorization codes

    @initialize(target=refresh_tokens)
    def sign_in_and_redeem(self):
        return self.redeem(self.sign_in())

    @rule(target=codes)
    def sign_in(self):
        code = sent_back(self.person.sign_in(self.app.link()))["code"]
        return Issued(value=code, expires=self.clock() + CODE_LASTS, sign_in=self.new_sign_in())

    @rule(target=refresh_tokens, code=codes)
    def redeem(self, code: Issued):
        response = self.app.redeem(code.value)
        if code.sign_in.revoked or self.clock() >= code.expires:
            return refused(response, "invalid_grant")
        if code.used:
            code.sign_in.revoked = True
            return refused(response, "invalid_grant")
        code.used = True
        return self.granted(response, code.sign_in)

    @rule(code=codes)
    def redeem_what_was_stolen(self, code: Issued):
        """Without its verifier, or as another app. It can still be redeemed afterwards."""
        refused(
            self.app.redeem(code.value, code_verifier="another-verifier-of-43-characters-or-more.~"), "invalid_grant"
        )
        refused(self.another_app.redeem(code.value), "invalid_grant")

    # Refresh tokens

    @rule(target=refresh_tokens, token=refresh_tokens)
    def refresh(self, token: Issued):
        response = self.app.refresh(token.value)
        if not self.works(token):
            return refused(response, "invalid_grant")
        return self.granted(response, token.sign_in)

    @rule(token=refresh_tokens)
    def refresh_for_more_than_was_consented_to(self, token: Issued):
        response = self.app.refresh(token.value, scope=f"{seed.RECORDS_API_URI}/Records.Read")
        refused(response, "invalid_grant")

    @rule(token=refresh_tokens)
    def refresh_as_another_app(self, token: Issued):
        refused(self.another_app.refresh(token.value), "invalid_grant")

    @rule(token=refresh_tokens)
    def revoke(self, token: Issued):
        issued = self.directory.issued("refresh_token", token.value)
        # Of one token alone it would show little.
        if issued and len(token.sign_in.refresh_tokens) > 1:
            self.directory.revoke_family(issued.family)
            token.sign_in.revoked = True

    # Device codes

    @initialize(target=devices)
    def let_a_device_in(self):
        device = self.show_a_device_code()
        self.let_the_device_in_or_not(self.type_the_code(device), accept=True)
        return device

    @rule(target=devices)
    def show_a_device_code(self):
        body = urlencode({"client_id": self.app.client_id, "scope": self.app.scope}).encode()
        path = f"/{seed.TENANT_ID}/oauth2/v2.0/devicecode"
        response = self.cloud.request("POST", path, headers=[("Content-Type", FORM)], content=body)
        return Device(answer=response.json(), expires=self.clock() + DEVICE_CODE_LASTS, sign_in=self.new_sign_in())

    @rule(target=refresh_tokens, device=devices)
    def poll(self, device: Device):
        kind = "urn:ietf:params:oauth:grant-type:device_code"
        response = self.app.token(grant_type=kind, device_code=device.answer["device_code"])
        if device.status == "signed in":
            return refused(response, "bad_verification_code")
        if self.clock() >= device.expires:
            # It is remembered as expired for some days, and then no more.
            return refused(response, "expired_token", "bad_verification_code")
        if device.status == "declined":
            return refused(response, "authorization_declined")
        if device.status == "pending":
            too_fast = self.clock() - device.polled < device.interval
            device.polled, device.interval = self.clock(), device.interval + (5 if too_fast else 0)
            return refused(response, "slow_down" if too_fast else "authorization_pending")
        device.status = "signed in"
        return self.granted(response, device.sign_in)

    @rule(target=questions, device=devices)
    def type_the_code(self, device: Device):
        page = self.person.submit(self.person.http.get("/devicelogin"), user_code=device.answer["user_code"])
        if page.status_code == 429:
            return multiple()  # too many wrong ones in a minute
        if device.status != "pending" or self.clock() >= device.expires:
            assert "user_code" in Page(page.text).fields
            return multiple()
        page = self.person.consent(self.person.log_in(page))
        return Question(page=page, device=device, expires=self.clock() + PAGE_LASTS)

    @rule(question=questions, accept=st.booleans())
    def let_the_device_in_or_not(self, question: Question, accept: bool):
        page = self.person.submit(question.page, decision="accept" if accept else "decline")
        if question.answered or self.clock() >= question.expires or question.device.status != "pending":
            assert page.status_code == 403
        else:
            assert page.status_code == 200
            question.device.status = "approved" if accept else "declined"
        question.answered = True

    @invariant()
    def a_revoked_sign_in_has_no_refresh_token_that_works(self):
        assert not any(self.live(sign_in) for sign_in in self.sign_ins if sign_in.revoked)

    # What the rules share

    def an_app(self, client_id: str) -> RelyingParty:
        authority = Authority(http=self.cloud, tenant=seed.TENANT_ID)
        return RelyingParty(authority=authority, client_id=client_id, redirect_uri="http://localhost:1")

    def new_sign_in(self) -> SignIn:
        self.sign_ins.append(SignIn())
        return self.sign_ins[-1]

    def granted(self, response: httpx.Response, sign_in: SignIn) -> Issued:
        """The refresh token of a request that has to be granted."""
        assert response.status_code == 200, response.text
        value, expires = response.json()["refresh_token"], self.clock() + REFRESH_TOKEN_LASTS
        sign_in.refresh_tokens.append(Issued(value=value, expires=expires, sign_in=sign_in))
        return sign_in.refresh_tokens[-1]

    def works(self, token: Issued) -> bool:
        """Whether a refresh token that is presented now has to work."""
        return not token.sign_in.revoked and self.clock() < token.expires

    def live(self, sign_in: SignIn) -> int:
        """How many refresh tokens of a sign-in the directory would take."""
        kept = [self.directory.issued("refresh_token", token.value) for token in sign_in.refresh_tokens]
        return sum(issued is not None and self.clock() < issued.expires for issued in kept)


def refused(response: httpx.Response, *errors: str):
    """Nothing: the request has to be refused, for one of these reasons."""
    assert response.status_code == 400, "tokens were given"
    assert response.json()["error"] in errors, response.text
    return multiple()


TestGrants = Grants.TestCase
TestGrants.settings = reproducible
