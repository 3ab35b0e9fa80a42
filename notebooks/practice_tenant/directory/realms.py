"""One directory, asked by several authorities: which names each knows, and what is apart between them.

People, apps and consent are shared, so that what a learner registers works everywhere. Signing keys, issued values and
wrong attempts are each authority's own: a code or token of one cloud means nothing in another, as in Microsoft's clouds.
"""

import copy
from typing import Self

from ..clouds import WORLDWIDE, Cloud
from .wrong_attempts import WrongAttempts


class Realms(WrongAttempts):
    """A directory as one authority sees it; ``cloud`` is the one whose names it knows."""

    cloud: Cloud = WORLDWIDE

    def in_cloud(self, cloud: Cloud) -> Self:
        """The same directory as it is in a cloud; itself where it is in that one."""
        return self if cloud is self.cloud else self.apart(cloud.name, cloud)

    def apart(self, realm: str, cloud: Cloud = WORLDWIDE) -> Self:
        """The same directory for an authority with signing keys and issued values of its own, under the name *realm*."""
        view = copy.copy(self)
        view.realm, view.cloud = realm, cloud
        return view

    def kept_identifier(self, uri: str) -> str:
        """The identifier URI that an API is kept under. Microsoft Graph is kept under its worldwide name, which another
        cloud doesn't know; that one is empty."""
        name = uri.lower()
        if self.cloud is WORLDWIDE:
            return name
        kept = {WORLDWIDE.graph_url: "", self.cloud.graph_url: WORLDWIDE.graph_url}
        return kept.get(name.removesuffix("/"), name)
