"""The drill of notebook 08: a daemon meets, one after the other, what daemons meet in years, and is judged from outside.

A practice tenant runs in a process of its own, the daemon in another. The drill makes things go wrong at the tenant,
reads what the daemon has done, and reports. It never looks at the daemon's code.
"""

from .daemon_process import my_daemon
from .report import Report, Timeline
from .run import drill

__all__ = ["Report", "Timeline", "drill", "my_daemon"]
