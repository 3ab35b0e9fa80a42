"""A session that reaches a given practice tenant, wherever this process's other sessions lead to."""

from course import transport
from course.http_trace import Trace
from course.redaction import NOTHING_KNOWN, Redaction


def session_of(tenant: object, redaction: Redaction = NOTHING_KNOWN) -> transport.TenantSession:
    """A session for a running tenant, or for what stands in for one, with a trace of its own."""
    return transport.session(transport.Practice(tenant=tenant, redaction=redaction, trace=Trace()))
