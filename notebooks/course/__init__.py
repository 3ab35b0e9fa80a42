"""The learner's side of the course: registration values, widgets, exercises and progress.

>>> from course import Registration
>>> registration = Registration.load()
"""

from importlib import import_module

_HOME = {
    "Administrator": "administrator",
    "Measurements": "figures",
    "Picture": "figures",
    "PortalLink": "links",
    "Registration": "registration",
    "RegistrationForm": "form",
    "SignInLink": "links",
    "Tenant": "tenant",
    "TenantStatus": "tenant_status",
    "TokenInspector": "token_inspector",
    "WireTrace": "trace_widget",
    "check": "exercises.check",
    "clinic": "error_clinic.clinic",
    "kernel_is_remote": "browser",
    "progress": "exercises.progress",
    "trace": "transport",
}

__all__ = [
    "Administrator",
    "Measurements",
    "Picture",
    "PortalLink",
    "Registration",
    "RegistrationForm",
    "SignInLink",
    "Tenant",
    "TenantStatus",
    "TokenInspector",
    "WireTrace",
    "check",
    "clinic",
    "kernel_is_remote",
    "progress",
    "trace",
]


def __getattr__(name: str):
    # Loaded on first use, so that a notebook pays only for what it shows.
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
