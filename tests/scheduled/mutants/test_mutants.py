"""Each rule of statements.md has a mutant of the server, and the rule's own tests notice it.

A class for each part of the page, so that xdist can spread them: `--dist loadscope` keeps a class in one process.
"""

from functools import cache

import pytest

from .laboratory import Laboratory
from .table import Mutant, read_table
from .trial import Outcome

TABLE = read_table()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "mutant" in metafunc.fixturenames:
        mutants = TABLE[metafunc.cls.part]
        metafunc.parametrize("mutant", mutants, ids=[f"{mutant.rule}: {mutant.breaks}" for mutant in mutants])


@cache
def outcomes(laboratory: Laboratory, mutant: Mutant) -> tuple[Outcome, ...]:
    """What became of each test that the mutant has to fail."""
    return tuple(laboratory.run((test,), mutant) for test in mutant.caught_by)


class Rules:
    """What is shown of each part of the page. `part` is its letter."""

    part: str

    def test_a_mutant_is_caught(self, laboratory: Laboratory, mutant: Mutant):
        for test, outcome in zip(mutant.caught_by, outcomes(laboratory, mutant), strict=True):
            failure = outcome.failure
            assert failure or outcome.passed, f"{test} can't be run.\n{outcome.output}"
            assert failure, f"Nobody noticed that {mutant.breaks}: {test} passes.\n{outcome.output}"
            assert failure.phase == "call", f"{test} could not even begin: {failure}\n{outcome.output}"
            # An exception that the row doesn't name is a mutant that is broken in another way than it says.
            assert failure.exception == mutant.raises if mutant.raises else failure.asserted, outcome.output

    def test_what_failed_passes_with_the_server_as_it_is(self, laboratory: Laboratory):
        tried = [outcome for mutant in TABLE[self.part] for outcome in outcomes(laboratory, mutant)]
        cases = tuple({outcome.failure.test for outcome in tried if outcome.failure})
        outcome = laboratory.run(cases)
        assert outcome.passed == len(cases) > 0, outcome.output


class TestTokenEndpoint(Rules):
    part = "A"


class TestClientAuthentication(Rules):
    part = "B"


class TestAuthorizationEndpoint(Rules):
    part = "C"


class TestRefreshAndAppGrants(Rules):
    part = "D"


class TestDeviceCodeFlow(Rules):
    part = "E"


class TestMetadataKeysTransport(Rules):
    part = "F"


class TestProtectedApi(Rules):
    part = "G"


class TestOtherNames(Rules):
    part = "H"


class TestSeveralProcesses(Rules):
    part = "I"


class TestGraphsObjects(Rules):
    part = "J"
