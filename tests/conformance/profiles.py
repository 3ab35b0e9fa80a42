"""The tenant's two profiles: ``entra`` answers as learners meet it in the cloud, ``strict`` as RFC 9700 has it.

A test without one of these marks runs in the ``entra`` profile.
"""

import pytest

in_both_profiles = pytest.mark.parametrize("profile", ["entra", "strict"])
in_strict_profile = pytest.mark.parametrize("profile", ["strict"])
