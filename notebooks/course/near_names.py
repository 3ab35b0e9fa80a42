"""Names in `.env` that are nearly the course's own: without a word about them, their values would count for nothing."""

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

from .problem import Problem, listed

# What portals, samples and other libraries call the same values.
_OTHER_NAMES = {
    "TENANT_ID": ("TENANT",),
    "DIRECTORY_ID": ("TENANT",),
    "AUTHORITY": ("INSTANCE", "TENANT"),
    "APPLICATION_ID": ("CLIENT_ID",),
    "APP_ID": ("CLIENT_ID",),
    "CLIENT_CREDENTIAL": ("CLIENT_SECRET",),
    "CLIENT_SECRET_VALUE": ("CLIENT_SECRET",),
    "SECRET_VALUE": ("CLIENT_SECRET",),
    "SCOPES": ("SCOPE",),
    "ENDPOINT": ("API_ENDPOINT",),
}
# Names that begin with AZURE_ are read by Azure's own tools, and a secret's ID is not meant as its value.
_MEANT_AS_WRITTEN = ("AZURE_", "CLIENT_SECRET_ID")
# One letter wrong or missing in TENANT is nearer than this; SCORE is not, beside SCOPE.
_NEAR = 0.82


def warnings(names: Iterable[str], known: Collection[str]) -> Iterator[Problem]:
    """A warning for each of `names` that is not among `known` but nearly so; its key is the name that was meant."""
    for name in names:
        meant = () if name in known else _meant(name.upper().replace("-", "_"), known)
        if meant:
            yield Problem(
                key=meant[0],
                message=f"{name} is not a name the course reads. Did you mean {listed([*meant])}?",
                severity="warning",
            )


def _meant(name: str, known: Collection[str]) -> tuple[str, ...]:
    # What is no plain name may have a part of a value in it.
    if not name.isidentifier() or name.startswith(_MEANT_AS_WRITTEN):
        return ()
    return _OTHER_NAMES.get(name) or tuple(get_close_matches(name, known, n=1, cutoff=_NEAR))
