"""The exercise "Read a claims challenge" of notebook 06: whole functions, right and wrong."""

import pytest

from course import exercises
from tests.course.exercise_cell import Tenant, registration_in, run

EXERCISE = exercises.find("06-claims-challenge")
CALL = '\n\ncheck("06-claims-challenge", claims_of)'
IMPORTS = "import base64, re\n\n\ndef claims_of(answer):\n"

WRONG = [
    ("    return None", "for a challenge it returned `None`"),
    (
        (
            "    found = re.search(r'claims=\"([^\"]+)\"', answer.headers.get('WWW-Authenticate', ''))\n"
            "    return found[1] if found else None"
        ),
        "the decoded text of `claims` is wanted",
    ),
    (
        (
            "    found = re.search(r'claims=\"([^\"]+)\"', answer.headers.get('WWW-Authenticate', ''))\n"
            "    return base64.b64decode(found[1]).decode() if found else ''"
        ),
        "so `None` is wanted",
    ),
]


@pytest.fixture
def registration():
    with registration_in(Tenant()) as values:
        yield values


@pytest.mark.parametrize(("body", "reason"), WRONG, ids=[reason for _, reason in WRONG])
def test_a_function_is_wrong_for_what_it_does(body: str, reason: str, registration):
    verdict = run(EXERCISE, IMPORTS + body + CALL, registration)
    assert verdict.kind == "wrong"
    assert reason in verdict.reason


def test_a_function_that_takes_the_quotes_apart_is_right(registration):
    body = (
        "    parts = answer.headers.get('WWW-Authenticate', '').split('\"')\n"
        "    for name, value in zip(parts, parts[1:]):\n"
        "        if name.endswith('claims='):\n"
        "            return base64.b64decode(value).decode()"
    )
    assert run(EXERCISE, IMPORTS + body + CALL, registration).kind == "right"


def test_a_function_that_takes_all_behind_the_claims_is_told_where_it_fails(registration):
    body = (
        "    encoded = answer.headers.get('WWW-Authenticate', '').rpartition('claims=\"')[2].rstrip('\"')\n"
        "    return base64.b64decode(encoded).decode() if encoded else None"
    )
    verdict = run(EXERCISE, IMPORTS + body + CALL, registration)
    assert verdict.kind == "raised"
    assert "for a challenge with more behind the claims" in verdict.reason


def test_a_function_that_wants_the_header_always_is_told_what_it_raised(registration):
    body = "    return base64.b64decode(answer.headers['WWW-Authenticate'].split('\"')[5]).decode()"
    verdict = run(EXERCISE, IMPORTS + body + CALL, registration)
    assert verdict.kind == "raised"
    assert "Error" in verdict.reason
