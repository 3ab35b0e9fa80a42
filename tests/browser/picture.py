"""The one command that makes the README's picture of the course:

python -m tests.browser.picture                    run notebook 04 in JupyterLab and store images/course.png
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import chromium
from tests.browser import server as jupyterlab
from tests.browser.lab import Lab
from tests.environment import ROOT

PICTURE = ROOT / "images" / "course.png"
SIZE = {"width": 1400, "height": 900}
HEADING = "Read the token"


def main() -> int:
    path = chromium.find()
    if not path:
        print(f"There is no browser: none of {', '.join(chromium.NAMES)} is on PATH.", file=sys.stderr)
        return 1
    with (
        tempfile.TemporaryDirectory(prefix="course picture ", ignore_cleanup_errors=True) as folder,
        jupyterlab.running(Path(folder)) as server,
        chromium.running(path) as browser,
    ):
        lab = Lab(server, browser.new_page(viewport=SIZE))
        lab.open("04-client-credentials-flow")
        lab.run_all()
        lab.execute("docmanager:save")
        expect(lab.page.get_by_text("Saving completed")).to_have_count(0)
        lab.execute("filebrowser:toggle-last-modified")  # room for the whole names
        lab.page.get_by_role("heading", name=HEADING).evaluate("node => node.scrollIntoView()")
        lab.page.screenshot(path=PICTURE)
    print(f"{PICTURE.relative_to(ROOT)}: stored")
    return 0


if __name__ == "__main__":
    sys.exit(main())
