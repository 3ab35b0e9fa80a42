"""What makes an entry of `token_cache` a hit: the rules of msal 1.39.0 (application.py), as cases of an exercise.

MSAL compares client, host, tenant and account, wants every asked scope among those of the entry, as they are written,
and takes a token with less than five minutes left for expired.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from course.exercises import run_answer
from course.exercises.verdict import RIGHT, Verdict, shown, wrong

_NOW = 1_800_000_000
_SCOPE = "https://graph.microsoft.com/.default"
_ENTRY = {"realm": "a-tenant", "client_id": "an-app", "target": f"{_SCOPE} openid", "expires_on": str(_NOW + 3000)}
_WANTED = {"realm": "a-tenant", "client_id": "an-app", "scopes": [_SCOPE]}


@dataclass(frozen=True, kw_only=True)
class _Case:
    """One question, and the rule that answers it; `entry` and `wanted` are what is unlike the usual."""

    when: str
    hit: bool
    rule: str
    entry: dict = field(default_factory=dict)
    wanted: dict = field(default_factory=dict)


_CASES = (
    _Case(when="for an entry that has all that is wanted", hit=True, rule="nothing is missing"),
    _Case(
        when="for two scopes in another order",
        hit=True,
        rule="the order of scopes doesn't matter, so compare sets",
        wanted={"scopes": ["openid", _SCOPE]},
    ),
    _Case(
        when="with exactly 300 seconds left",
        hit=True,
        rule="five minutes are enough",
        entry={"expires_on": str(_NOW + 300)},
    ),
    _Case(
        when="with 299 seconds left",
        hit=False,
        rule="less than five minutes count as expired",
        entry={"expires_on": str(_NOW + 299)},
    ),
    _Case(
        when="for another tenant's token",
        hit=False,
        rule="`realm` has to be the same",
        entry={"realm": "another-tenant"},
    ),
    _Case(
        when="for another app's token",
        hit=False,
        rule="`client_id` has to be the same",
        entry={"client_id": "another-app"},
    ),
    _Case(
        when="for a scope that the entry hasn't",
        hit=False,
        rule="every wanted scope has to be in `target`",
        wanted={"scopes": [_SCOPE, "profile"]},
    ),
    _Case(
        when="for the beginning of a scope's name",
        hit=False,
        rule="whole scopes are compared, so split `target` into its words",
        wanted={"scopes": [_SCOPE[:-1]]},
    ),
    _Case(
        when="for a scope in capitals",
        hit=False,
        rule="scopes are compared as they are written",
        wanted={"scopes": [_SCOPE.upper()]},
    ),
)


def check(is_hit: object) -> Verdict:
    """The verdict on the learner's function of an entry, what is wanted, and the time in seconds."""
    for case in _CASES:
        returned = run_answer.call(is_hit, _ENTRY | case.entry, _WANTED | case.wanted, _NOW, when=case.when)
        if not isinstance(returned, bool):
            return wrong(f"{case.when} it returned {shown(returned)}: `True` or `False` is wanted")
        if returned is not case.hit:
            return wrong(f"{case.when} it returned {shown(returned)}: {case.rule}")
    return RIGHT
