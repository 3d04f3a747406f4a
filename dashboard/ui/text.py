"""Text from the data, made safe for the two languages a page is written in."""

import re
from html import escape

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:&])")


def plain(text: str) -> str:
    r"""Text as Markdown that shows it letter by letter.

    >>> plain("a*b :red[c]")
    'a\\*b \\:red\\[c\\]'
    """
    return _MARKDOWN.sub(r"\\\1", text)


def safe(text: str) -> str:
    """Text as HTML that shows it letter by letter."""
    return escape(text, quote=True)
