"""The cases of the error clinic: each shows the symptom that it claims, is cured by its repair, and by no other."""

import ast
import logging
import os
import re
import time
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace

import msal
import pytest
import requests

from course import clinic, diagnosis, transport
from course.cases import no_json, throttled
from course.error_clinic import network, symptom
from course.error_clinic.case import GROUPS, Case, Wrong, every_case, find_case
from course.error_clinic.clinic import Opened, Overview
from course.exercises.check import Feedback
from course.exercises.verdict import Verdict
from course.message import Message, inline
from course.registration import Registration
from course.tenant import Tenant

CASES = every_case()
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
every_wrong_repair = pytest.mark.parametrize(
    ("case", "repair"),
    [
        pytest.param(case, repair, id=f"{case.name}-{number}")
        for case in CASES
        for number, repair in enumerate(case.wrong, start=1)
    ],
)
# What each case claims to be, beside what the notebook needs: 20 of the confusions that recur in public threads.
LEAST = 20


@pytest.fixture(scope="module", autouse=True)
def practice() -> Registration:
    """The practice tenant, started; the environment's state folders are the run's own."""
    return Registration.practice()


@pytest.fixture(autouse=True)
def learners_place(practice, monkeypatch) -> Iterator[None]:
    """A learner's notebook in live mode: cases must not look at its registration, and leave everything as it was."""
    monkeypatch.setenv("COURSE_MODE", "live")
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(user_ns={"registration": None}))

    def surroundings() -> tuple:
        # pytest itself notes each phase of a test there.
        environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
        return environment, list(logging.getLogger("msal").handlers), Tenant.of(practice).faults

    before = surroundings()
    yield
    assert surroundings() == before
    assert before[-1] == ()


@pytest.fixture(autouse=True)
def no_time_to_wait(monkeypatch) -> None:
    """What a case waits, MSAL's HTTP cache is older by: the notebook's solutions, run with `-m slow`, really wait."""
    waited: list[float] = []
    monkeypatch.setattr("msal.individual_cache.time", SimpleNamespace(time=lambda: time.time() + sum(waited)))
    for case in (throttled, no_json):
        monkeypatch.setattr(case, "time", SimpleNamespace(sleep=waited.append))


@cache
def opened(name: str) -> Opened:
    """A case that was opened, once for all that is looked at in it."""
    return clinic(name)


def judged(case: Case, source: str) -> Verdict:
    """The verdict on a cell in the place of the case's."""
    answers = []
    exec(compile(source, "<cell>", "exec"), {"msal": msal, "check": lambda name, answer: answers.append(answer)})  # noqa: S102
    return case.exercise.judge(answers[0])


@every_case
def test_the_broken_program_shows_the_symptom_that_the_case_claims(case: Case):
    assert symptom.headline(opened(case.name).result) == case.symptom
    assert case.symptom in repr(opened(case.name))


@every_case
def test_the_repair_cures_it(case: Case):
    assert judged(case, case.solved.solution) == Verdict(kind="right")


@every_case
def test_the_program_as_it_is_given_is_not_tried(case: Case):
    assert judged(case, case.solved.start).kind == "not tried"


@every_wrong_repair
def test_a_wrong_repair_stays_red_and_is_told_why(case: Case, repair: Wrong):
    assert case.solved.start.count(repair.old) == 1
    verdict = judged(case, case.solved.start.replace(repair.old, repair.new))
    assert verdict.kind in ("wrong", "raised")
    assert repair.because in verdict.reason


@every_case
def test_what_is_shown_is_the_same_twice(case: Case):
    first, second = opened(case.name), clinic(case.name)
    assert repr(first) == repr(second)
    assert first._repr_mimebundle_()["text/html"] == second._repr_mimebundle_()["text/html"]


@every_case
def test_what_is_shown_holds_no_secret_and_no_token(case: Case):
    shown = "".join(opened(case.name)._repr_mimebundle_().values())
    assert Registration.practice().client_secret.value not in shown
    assert "eyJ" not in shown


def html_of(case: Case) -> str:
    return opened(case.name)._repr_mimebundle_()["text/html"]


@every_case
def test_no_asterisks_are_left_around_words(case: Case):
    help_with_it = Feedback(exercise=case.exercise, verdict=Verdict(kind="wrong", reason="no"))
    shown = html_of(case) + help_with_it._repr_mimebundle_()["text/html"]
    assert not re.search(r"\*\w[^*<]*\*", re.sub(r"<(pre|code)>.*?</\1>", "", shown, flags=re.DOTALL))


@every_case
def test_the_box_explains_each_parameter_once(case: Case):
    line = next(line for line in repr(opened(case.name)).splitlines() if line.startswith("You have: "))
    assert [re.match(r"`(\w+)", part)[1] for part in line.removeprefix("You have: ").split("; ")] == list(
        case.parameters
    )
    assert inline(line) in html_of(case)
    assert set(case.given) <= set(case.parameters)


@every_case
def test_what_the_box_says_about_a_helper_is_there_to_be_called(case: Case):
    line = next(line for line in repr(opened(case.name)).splitlines() if line.startswith("You have: "))
    with case.situation() as given:
        for name, member in re.findall(r"`(\w+)\.(\w+)", line):
            assert hasattr(given[name], member)
        for name in re.findall(r"(?:^You have: |; )`(\w+)\(", line):
            assert callable(given[name])
        if "administrator" in case.parameters:
            for member in ("add_secret", "grant", "allow_public_client_flows"):
                assert f"`{member}(" in line
                assert callable(getattr(given["administrator"], member))


@every_case
def test_the_whole_answer_is_where_the_evidence_says(case: Case):
    trace = opened(case.name).trace
    answers = [sent for sent in trace if sent.response_body and not sent.path.endswith("/discovery/instance")]
    place = re.search(r"\.trace\[(-\d)\]\.response_body", html_of(case))
    assert (trace[int(place[1])] if place else None) is (answers[-1] if answers else None)


@pytest.mark.parametrize(
    ("name", "audience", "roles"),
    [
        ("no-admin-consent", "https://graph.microsoft.com", "none"),
        ("wrong-audience", "{id}", "none"),
        ("validating-graphs-token", "https://graph.microsoft.com", "['User.Read.All']"),
        ("silent-for-an-app", "https://graph.microsoft.com", "['User.Read.All']"),
    ],
)
def test_the_evidence_says_what_is_in_the_token(name: str, audience: str, roles: str):
    shown = repr(opened(name)).splitlines()
    assert [line for line in shown if "token: " in line] == [f"  token: aud = {audience}", f"  token: roles = {roles}"]


def test_a_case_without_a_token_says_nothing_of_one():
    assert "token: " not in repr(opened("secret-id"))


def test_times_are_told_by_their_distance_from_the_first_one():
    text = repr(opened("clock-an-hour-behind"))
    assert "Current time: T, assertion valid from T − 60 min, expiry time of assertion T − 50 min." in text


def test_a_thread_is_named_by_its_repository_and_number():
    assert ">msal issue 466</a>, <a" in html_of(find_case("closed-network"))
    assert ">msal pull request 407</a>" in html_of(find_case("old-answer"))


@every_case
def test_a_case_has_all_that_it_takes(case: Case):
    assert case.group in GROUPS
    assert len(case.wrong) >= 2
    assert case.seen
    assert all(url.startswith("https://github.com/") for url in case.seen)
    assert case.predict.endswith("?")
    assert case.story.endswith(".")
    functions = [node for node in ast.parse(case.solved.start).body if isinstance(node, ast.FunctionDef)]
    assert len(functions) == 1, "the program is one function"
    assert f'check("{case.id}", {functions[0].name})' == case.solved.start.splitlines()[-1]
    assert max(map(len, case.solved.solution.splitlines() + case.solved.start.splitlines())) <= 75


def test_there_are_cases_in_every_group_and_20_or_more():
    assert {case.group for case in CASES} == set(GROUPS)
    assert len(CASES) >= LEAST


def test_the_order_is_by_group_then_by_the_cases_own_order():
    places = [(tuple(GROUPS).index(case.group), case.order) for case in CASES]
    assert places == sorted(places)


def test_no_program_returns_a_secret_that_the_verdict_shows(practice: Registration):
    case = find_case("secret-id")
    leaking = case.solved.start.replace(
        "return app.acquire_token_for_client(practice.scopes)", "return practice.client_secret.value"
    )
    verdict = judged(case, leaking)
    assert verdict.kind == "wrong"
    assert practice.client_secret.value not in verdict.reason
    assert "****" in verdict.reason


def test_an_unknown_case_names_the_one_that_was_meant():
    message = clinic("secretid")
    assert isinstance(message, Message)
    assert "secret-id" in repr(message)


def test_something_else_than_a_name_lists_the_cases():
    assert "dead-proxy" in repr(clinic(7))


def test_without_a_name_it_tells_which_are_cured():
    assert isinstance(clinic(), Overview)
    overview = Overview(cured=frozenset({"07-secret-id", "04-roles"}))
    assert f"1 of {len(CASES)} cases cured." in repr(overview)
    assert '✓ clinic("secret-id")' in repr(overview)
    assert "(cured)" in overview._repr_mimebundle_()["text/html"]


def test_the_requests_of_an_opened_case_are_there_for_the_wire_trace():
    case = clinic("secret-id")
    assert isinstance(case, Opened)
    assert [exchange.status for exchange in case.trace if exchange.method == "POST"] == [401]


def test_a_case_never_leaves_this_computer():
    with transport.scope(network.ClosedNetwork()) as sent:
        with pytest.raises(requests.ConnectionError, match="Failed to resolve 'example.com'"):
            requests.get("https://example.com/")
        assert [(exchange.host, exchange.error) for exchange in sent] == [("example.com", "ConnectionError")]


@every_case
def test_the_courses_own_function_explains_what_msal_returned_or_raised(case: Case):
    result = opened(case.name).result
    if result is None or isinstance(result, dict | Exception):
        who, said = diagnosis.explain(result)
        assert who in ("person", "developer", "network", "wait")
        assert said
        assert "Trace ID" not in said


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("secret-id", "developer"),
        ("client-id-as-tenant", "developer"),
        ("state-mismatch", "developer"),
        ("nobody-named", "person"),
        ("device-code-expired", "person"),
        ("dead-proxy", "network"),
        ("company-ca", "network"),
        ("no-answer", "network"),
        ("throttled", "wait"),
        ("no-json", "wait"),
    ],
)
def test_who_has_to_act(name: str, who: str):
    assert diagnosis.explain(opened(name).result)[0] == who


def test_a_token_is_explained_without_being_shown():
    result = {"access_token": "eyJ-a-token", "token_source": "cache"}
    assert diagnosis.explain(result) == ("nobody", "cache")
