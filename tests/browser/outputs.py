"""What a notebook's code cells give, as nbformat 4 has it: stored in its file, or after a run."""


def code_cells(notebook: dict) -> dict[str, dict]:
    """The code cells by their ids."""
    return {cell["id"]: cell for cell in notebook["cells"] if cell["cell_type"] == "code"}


def texts(cell: dict) -> list[str]:
    """Each output as plain text; an exception as its name and message."""
    found = []
    for output in cell["outputs"]:
        text = (
            output.get("text") or output.get("data", {}).get("text/plain") or [output["ename"], ": ", output["evalue"]]
        )
        found.append("".join(text).rstrip("\n"))
    return found
