"""A kernel of this Python, as JupyterLab starts it: in the notebooks' folder."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from jupyter_client import BlockingKernelClient, KernelManager
from jupyter_client.kernelspec import KernelSpecManager

from tests.environment import ROOT

_TIMEOUT = 120  # seconds


@contextmanager
def running(environment: Mapping[str, str]) -> Iterator[BlockingKernelClient]:
    """A kernel that is ready for its first cell, and is shut down at the end."""
    # No folders to look in, so that it is this very Python, whatever kernel called python3 is installed.
    manager = KernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    manager.start_kernel(cwd=str(ROOT / "notebooks"), env=dict(environment), extra_arguments=["--log-level=ERROR"])
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=_TIMEOUT)
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def printed(client: BlockingKernelClient, cell: str) -> str:
    """Run a cell; what it printed. Raises RuntimeError when it fails."""
    texts = []

    def keep(message: dict) -> None:
        if message["msg_type"] == "stream":
            texts.append(message["content"]["text"])

    reply = client.execute_interactive(cell, timeout=_TIMEOUT, output_hook=keep)["content"]
    if reply["status"] != "ok":
        raise RuntimeError(f"A measured cell failed: {reply['ename']}: {reply['evalue']}")
    return "".join(texts)
