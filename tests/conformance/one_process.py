"""Which tests say nothing about a tenant of several processes, and why: the rest runs there as it is.

A key is a file, a test in it, or one case of a test. A file stands for its tests that don't ask the `tenant` of
`conftest.py`; they are left out there. A test that asks it is run all the same, and has to fail.
"""

from collections.abc import Mapping

import pytest

_OWN_LISTENER = "It has listeners of its own; tests/unit/test_workers.py and tests/load have some with workers."
_NO_PROCESS = "It asks no tenant."
_INSIDE = "It changes the server's code, in the test's own process."
_FAULTS = "Faults are each process's own, so with several the control API is refused."
_OWN_KEYS = "It counts how often one API fetches the keys; each process fetches them by itself."
_CLIENT = "No HTTP client sends such a header, so it comes to an application that is called directly only."
_GUARD = "The listener refuses it before the application does, in its own words."

REASONS: Mapping[str, str] = {
    "test_authorization_code.py::test_values_are_long_and_never_repeat": _NO_PROCESS,
    "test_b2c_grants.py::test_a_person_who_is_gone_gets_no_more_tokens": _INSIDE,
    "test_b2c_grants.py::test_a_fault_that_is_switched_on_is_told_in_b2cs_words": _FAULTS,
    "test_b2c_grants.py::test_only_a_post_redeems_and_a_large_form_is_not_read": _GUARD,
    "test_client_credentials.py::test_very_many_scopes_are_invalid_and_soon_refused": _GUARD,
    "test_confidentiality.py": _OWN_LISTENER,
    "test_confidentiality.py::test_a_fault_of_the_server_shows_no_secret_in_its_traceback": _INSIDE,
    "test_key_rotation_at_api.py::test_a_key_set_that_cannot_be_read_is_no_key": _NO_PROCESS,
    "test_key_rotation_at_api.py::test_a_hundred_unknown_keys_bring_one_fetch_in_five_minutes": _OWN_KEYS,
    "test_key_rotation_at_api.py::test_good_tokens_are_served_meanwhile_without_a_fetch": _OWN_KEYS,
    "test_key_rotation_at_api.py::test_failing_fetches_back_off_too": _OWN_KEYS,
    "test_key_rotation_at_api.py::test_the_first_token_of_a_new_key_works": _OWN_KEYS,
    "test_key_rotation_at_api.py::test_a_key_that_the_api_never_saw_is_fetched": _OWN_KEYS,
    "test_key_rotation_at_api.py::test_a_withdrawn_key_stops_within_a_day": _OWN_KEYS,
    "test_key_rotation_at_api.py::test_an_unknown_key_brings_the_withdrawal_forward": _OWN_KEYS,
    "test_key_rotation_at_api.py::test_the_last_known_keys_serve_for_an_hour_when_fetching_fails": _OWN_KEYS,
    "test_key_rotation_at_api.py::test_a_new_key_that_signs_at_once_is_what_rotation_avoids": _OWN_KEYS,
    "test_limits.py": _OWN_LISTENER,
    "test_malformed_input.py::test_any_bytes_in_the_authorization_header_are_refused": _CLIENT,
    "test_malformed_input.py::test_any_bytes_as_a_token_are_unauthorized": _CLIENT,
    "test_national_clouds.py::test_what_forgets_expired_values_knows_the_shifted_clock_in_every_cloud": _NO_PROCESS,
    "test_national_clouds.py::test_a_fault_that_is_switched_on_is_met_in_every_cloud": _FAULTS,
    "test_private_run.py": _OWN_LISTENER,
    "test_protected_api.py::test_what_is_no_bearer_token_is_unauthorized[Bearer ]": _CLIENT,
    "test_several_processes.py::test_reuse_in_the_middle_of_the_first_use_ends_its_tokens_too": _INSIDE,
    "test_statements.py": _NO_PROCESS,
    "test_token_endpoint.py::test_another_method_than_post_is_refused[BREW]": _GUARD,
    "test_token_lifetime.py::test_a_lifetime_that_somebody_chose_counts_for_every_client": _FAULTS,
    "test_token_signature.py::test_what_is_no_json_object_is_refused[b'{\"a\":{']": _GUARD,
    "test_transport_layer.py": _OWN_LISTENER,
    "test_transport_layer.py::test_the_application_refuses_two_hosts_by_itself": _CLIENT,
    "test_unavailable.py::test_the_token_endpoint_says_when_to_come_back": _FAULTS,
    "test_unavailable.py::test_the_api_says_when_to_come_back": _FAULTS,
    "test_unavailable.py::test_a_page_says_when_to_come_back": _FAULTS,
    "test_unavailable.py::test_a_person_is_told_why_where_waiting_alone_does_not_help": _INSIDE,
    "test_unavailable.py::test_msal_waits_that_long_before_it_asks_again": _FAULTS,
    "test_uncacheable.py::test_a_refusal_of_a_body_is_uncacheable[too large]": _GUARD,
}


def reason(item: pytest.Function) -> str | None:
    """Why a test says nothing about several processes; None if it does."""
    test = f"{item.path.name}::{item.originalname}"
    found = REASONS.get(f"{item.path.name}::{item.name}") or REASONS.get(test)
    return found if asks_tenant(item) else found or REASONS.get(item.path.name)


def asks_tenant(item: pytest.Function) -> bool:
    """Whether a test asks the tenant of `conftest.py`."""
    return "tenant" in item.fixturenames


def choose(items: list[pytest.Function]) -> list[pytest.Function]:
    """The tests to run with several processes; those that there is a reason for are marked, as they have to fail.

    Raises:
        pytest.UsageError: a test asks no tenant, for no reason.
    """
    for item in items:
        why = reason(item)
        if why is None and not asks_tenant(item):
            raise pytest.UsageError(f"{item.nodeid} asks no tenant; one_process.py has no reason for that.")
        if why is not None:
            # What a client can't send, hypothesis finds on some days only.
            item.add_marker(pytest.mark.xfail(reason=why, strict=True, run=why is not _CLIENT))
    return [item for item in items if asks_tenant(item)]
