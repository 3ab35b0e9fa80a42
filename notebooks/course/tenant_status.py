"""A widget that lists the faults switched on in the practice tenant, and updates while a notebook goes on."""

import weakref

from . import static_html
from .accessibility import StatusLine
from .served_tenant import ControlError
from .tenant import AS_USUAL, HEADING, Tenant, as_html, as_text


class TenantStatus(StatusLine):
    """A line for each thing that is switched on. It looks again after each cell, and a screen reader tells changes.

    Args:
        tenant: the tenant to watch. The stored output lists the faults at the widget's creation.
    """

    def __init__(self, tenant: Tenant):
        super().__init__()
        self.add_class("course-widget")
        self._tenant = tenant
        self._stored = tenant.faults
        self._show(self._stored)
        _after_each_cell(self)

    def look(self) -> None:
        """Show the current faults."""
        try:
            self._show(self._tenant.faults)
        except ControlError as error:
            self.say(("plain", HEADING), ("caution", str(error)))

    def _show(self, faults: tuple[str, ...]) -> None:
        said = [("caution", sentence) for sentence in faults] or [("good", AS_USUAL)]
        self.say(("plain", HEADING), *said)

    def _repr_mimebundle_(self, **kwargs):
        stored = {"html": as_html(self._stored), "text": as_text(self._stored)}
        return static_html.with_fallback(super()._repr_mimebundle_(**kwargs), **stored)


def _after_each_cell(status: TenantStatus) -> None:
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        return
    # The shell outlives the widget, so it must not keep it.
    known = weakref.ref(status)

    def look(*_: object) -> None:
        shown = known()
        if shown is None or shown.comm is None:
            shell.events.unregister("post_run_cell", look)
        else:
            shown.look()

    shell.events.register("post_run_cell", look)
