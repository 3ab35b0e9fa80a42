"""The typist of the canary's tests uses every widget that takes text, and names one that it doesn't know."""

import anywidget
import ipywidgets
import pytest
from ipywidgets.widgets import widget as registry

from course.secret_field import SecretField
from tests.notebooks import typist


class Typed(anywidget.AnyWidget):
    _esm = "export default { render({ model, el }) { model.set('text', el.value); model.save_changes(); } };"


class Shown(anywidget.AnyWidget):
    _esm = "export default { render({ model, el }) { el.textContent = model.get('text'); } };"


@pytest.fixture(autouse=True)
def no_other_widgets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_instances", {})


def test_it_types_with_each_choice_and_presses_the_button_afterwards():
    seen = []
    field, choice, button = ipywidgets.Text(description="Name"), ipywidgets.Dropdown(options="ab"), ipywidgets.Button()
    field.observe(lambda change: seen.append((choice.value, change.new)), names="value")
    # As a field for a secret does.
    field.observe(lambda _: setattr(field, "value", ""), names="value")
    button.on_click(lambda _: seen.append("pressed"))
    Shown()
    assert typist.type_everywhere("typed") == ["Name"]
    assert [event for event in seen if event == "pressed" or event[1]] == [
        ("a", "typed"),
        ("b", "typed"),
        ("a", "typed"),
        "pressed",
    ]


def test_it_sends_a_secret_as_the_secrets_own_field_does():
    seen = []
    field = SecretField(description="Secret")
    field.observe(lambda change: seen.append(change.new), names="value")
    assert typist.type_everywhere("canary") == ["Secret"]
    assert seen == ["canary"] and "canary" not in str(field.get_state())


@pytest.mark.parametrize("kind", [Typed, ipywidgets.Textarea, ipywidgets.FileUpload, ipywidgets.TagsInput])
def test_a_widget_that_nobody_thought_of_is_named(kind: type):
    kind()
    with pytest.raises(TypeError, match=f"what a person can do with {kind.__name__}"):
        typist.type_everywhere("typed")
