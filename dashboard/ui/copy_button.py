"""A button that copies text at one click; Streamlit's own appears only under a mouse."""

import streamlit as st

_HTML = '<button type="button" aria-live="polite">Copy</button>'
_CSS = """
button {
  padding: 0.4rem 0.9rem;
  border: 1px solid var(--st-primary-color);
  border-radius: var(--st-button-radius);
  background: var(--st-primary-color);
  color: #ffffff;
  font: inherit;
  cursor: pointer;
}
button:focus-visible { outline: 2px solid var(--st-text-color); outline-offset: 2px; }
"""
_JS = """
const byHand = (text) => {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
};

// Browsers offer navigator.clipboard only over https and on localhost.
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return byHand(text);
  }
};

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  button.textContent = data.label;
  button.onclick = async () => {
    button.textContent = (await copy(data.text)) ? "Copied" : "Select it and copy by hand";
  };
}
"""

_BUTTON = st.components.v2.component("doorstep_copy", html=_HTML, css=_CSS, js=_JS)


def copy_button(label: str, text: str, key: str) -> None:
    """A button that puts text on the clipboard and says so."""
    _BUTTON(data={"label": label, "text": text}, key=key, height="content")
