"""The authority's errors beside recorded ones: every AADSTS code of the practice tenant's table."""

import re

import pytest

from practice_tenant.authority.error_table import ENTRIES
from practice_tenant.faults import Throttled

from .comparison import assert_only_known_gaps
from .conftest import Tenant
from .records import no_record, of_errors, records
from .refusals import REFUSALS
from .told import Told, told
from .user_refusals import USER_REFUSALS

GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
TAIL = rf"Trace ID: {GUID} Correlation ID: {GUID} Timestamp: \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\dZ"


def refusal(tenant: Tenant, code: int) -> Told:
    """Provoke an error."""
    return told((REFUSALS | USER_REFUSALS)[code](tenant))


@pytest.mark.parametrize("code", of_errors())
def test_an_error_is_the_recorded_one(tenant, code):
    error = refusal(tenant, code)
    assert error.body.get("error_codes", [code]) == [code]
    assert error.description.startswith(f"AADSTS{code}: ")
    assert_only_known_gaps(of_errors()[code], error.body, status=error.status, headers=error.headers)


@pytest.mark.parametrize("code", ENTRIES)
def test_a_description_is_laid_out_as_entra_has_done_since_late_2023(tenant, code):
    error = refusal(tenant, code)
    tail = TAIL if "error" in error.body else r"[^\r\n]"
    if "trace_id" in error.body:
        sent = "Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {timestamp}"
        tail = re.escape(sent.format_map(error.body))
    assert re.fullmatch(rf"AADSTS{code}: [^\r\n]+ ?{tail}", error.description)


@pytest.mark.parametrize("code", [50011, 500113])
def test_a_page_tells_the_times_and_ids_beside_the_sentence(tenant, code):
    page = USER_REFUSALS[code](tenant)
    assert not re.search(TAIL, page.text)
    assert re.search(rf"Request Id.*{GUID}.*Timestamp.*\d{{4}}-\d\d-\d\dT.*AADSTS{code}", page.text, re.DOTALL)


def test_too_many_requests_are_refused_as_recorded_in_plain_text(tenant):
    tenant.faults.add(Throttled(endpoint="token", retry_after=60, plain_text=True))
    answer, record = tenant.authority.token(tenant.form()), records()["throttled"]
    assert_only_known_gaps(record, answer.text, status=answer.status_code, headers=answer.headers)


def test_every_entry_of_the_table_is_compared_or_listed_as_without_a_record():
    assert set(ENTRIES) == set(of_errors()) | {int(code) for code in no_record()}


@pytest.mark.parametrize("code", no_record())
def test_who_says_that_there_is_no_record_says_where_the_entry_comes_from(code):
    assert no_record()[code] == ENTRIES[int(code)].seen
    assert no_record()[code].startswith("https://")
