"""A practice tenant: an authorization server and a protected API that answer as Microsoft Entra ID and Microsoft Graph do.

It runs on this computer only, for learning and for tests. It is not an identity provider.

>>> from practice_tenant import start
>>> tenant = start()            # a daemon thread in this process; starting again is a no-op
>>> tenant.seeded.tenant_domain
'practice.example'

From a shell, in the ``notebooks`` folder: ``python -m practice_tenant serve | show | reset``.
"""

__all__ = ["RunningTenant", "SeededValues", "start"]


def __getattr__(name: str):
    # Loaded on first use: importing this package costs nothing until a tenant is wanted.
    if name in {"RunningTenant", "start"}:
        from . import server

        return getattr(server, name)
    if name == "SeededValues":
        from .directory.seed import SeededValues

        return SeededValues
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
