"""A secret: given away only where somebody asks for its value."""

import copy
import dataclasses
import json
import pickle
import pprint

import pytest

from course.secret import Secret

CANARY = "canary~Q8-Grüße"


@dataclasses.dataclass
class Holder:
    secret: Secret


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        lambda secret: f"{secret}",
        lambda secret: f"{secret!r}",
        lambda secret: "%s" % secret,  # noqa: UP031
        lambda secret: pprint.pformat({"secret": secret}),
        lambda secret: repr(dataclasses.asdict(Holder(secret))),
        lambda secret: repr(copy.deepcopy([secret])),
    ],
    ids=["repr", "str", "f-string", "f-string with !r", "percent", "pprint", "asdict", "deepcopy"],
)
def test_a_secret_shows_itself_as_four_stars(show):
    text = show(Secret(CANARY))
    assert "****" in text
    assert CANARY not in text


def test_the_value_is_there_for_who_asks():
    assert Secret(CANARY).value == CANARY


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_cannot_be_pickled(protocol):
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(Secret(CANARY), protocol)


def test_a_secret_cannot_become_json():
    with pytest.raises(TypeError):
        json.dumps(Secret(CANARY))


def test_a_copy_is_the_same_object_so_no_second_one_lies_about():
    secret = Secret(CANARY)
    assert copy.copy(secret) is secret
    assert copy.deepcopy({"secret": secret})["secret"] is secret


def test_a_secret_has_no_dictionary_for_a_variable_inspector_to_show():
    with pytest.raises(TypeError):
        vars(Secret(CANARY))


def test_secrets_are_equal_when_their_values_are():
    assert Secret(CANARY) == Secret(CANARY)
    assert hash(Secret(CANARY)) == hash(Secret(CANARY))
    assert Secret(CANARY) != Secret(CANARY + " ")


def test_secrets_are_compared_in_constant_time(monkeypatch):
    compared = []
    monkeypatch.setattr("hmac.compare_digest", lambda one, other: compared.append((one, other)) or True)
    assert Secret("one") == Secret("another")
    assert compared == [(b"one", b"another")]


def test_a_secret_is_no_string():
    assert Secret("same") != "same"


def test_an_undecodable_environment_variable_makes_a_comparable_secret():
    assert Secret("a\udcff") == Secret("a\udcff")


@pytest.mark.parametrize(("value", "truth"), [("", False), (" ", True), (CANARY, True)])
def test_a_secret_is_false_only_when_empty(value, truth):
    assert bool(Secret(value)) is truth


def test_a_secret_cannot_be_changed():
    secret = Secret(CANARY)
    with pytest.raises(AttributeError):
        secret._value = "other"
    with pytest.raises(AttributeError):
        secret.note = "other"
    with pytest.raises(AttributeError):
        del secret._value
    assert secret.value == CANARY


@pytest.mark.parametrize("value", [None, b"canary", 5, Secret(CANARY)], ids=["None", "bytes", "number", "secret"])
def test_only_a_string_makes_a_secret_and_the_refusal_does_not_quote_it(value):
    with pytest.raises(TypeError, match="A secret is a string") as refusal:
        Secret(value)
    assert "canary" not in str(refusal.value)
