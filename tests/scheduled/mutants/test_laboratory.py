"""The laboratory tells a mutant that is caught from one that is not, from one that can't be tried and from one that hangs."""

from dataclasses import replace
from pathlib import Path

import pytest

from .laboratory import Laboratory
from .table import SERVER, Mutant

TEST = "test_token_endpoint.py::test_a_good_request_is_answered_with_a_bearer_token"
GOOD = Mutant(
    rule=1,
    breaks="a token's type is written in small letters",
    file="authority/grants/client_credentials.py",
    old='"token_type": "Bearer"',
    new='"token_type": "bearer"',
    caught_by=(TEST,),
)


def sources() -> dict[Path, bytes]:
    """What the server is made of."""
    return {path: path.read_bytes() for path in SERVER.rglob("*.py")}


def test_a_mutant_fails_its_test_and_is_gone_afterwards(laboratory: Laboratory):
    before = sources()
    failure = laboratory.run((TEST,), GOOD).failure
    assert (failure.test, failure.phase, failure.exception) == (TEST, "call", "AssertionError")
    assert laboratory.run((TEST,)).passed == 1
    assert sources() == before


def test_a_change_without_consequences_is_not_caught(laboratory: Laboratory):
    outcome = laboratory.run((TEST,), replace(GOOD, new='"token_type": "Bear" "er"'))
    assert (outcome.passed, outcome.failure) == (1, None)


def test_an_exception_is_no_assertion(laboratory: Laboratory):
    failure = laboratory.run((TEST,), replace(GOOD, new='"token_type": {}["Bearer"]')).failure
    assert (failure.phase, failure.exception, failure.asserted) == ("call", "KeyError", False)


@pytest.mark.parametrize("new", ["GRANT_TYPE =", "GRANT_TYPE = 1 / 0"], ids=["no Python", "raises"])
def test_what_cannot_be_imported_is_neither_caught_nor_passed(laboratory: Laboratory, new: str):
    outcome = laboratory.run((TEST,), replace(GOOD, old='GRANT_TYPE = "client_credentials"', new=new))
    assert (outcome.passed, outcome.failure) == (0, None)


def test_a_test_that_is_not_there_is_not_passed(laboratory: Laboratory):
    outcome = laboratory.run(("test_token_endpoint.py::test_nothing",), GOOD)
    assert (outcome.passed, outcome.failure) == (0, None)


def test_a_trial_that_hangs_ends_and_the_next_one_goes_on(laboratory: Laboratory):
    hanging = replace(GOOD, new='"token_type": [None for _ in iter(int, 1)]')
    with pytest.raises(TimeoutError, match="took over 5 seconds"):
        laboratory.run((TEST,), hanging, longest=5)
    assert laboratory.run((TEST,)).passed == 1
