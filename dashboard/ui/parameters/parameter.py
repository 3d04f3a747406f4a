"""What a link remembers of a page: one choice, several, or a text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Parameter:
    """One choice of a page that a link remembers.

    Attributes:
        name: What the address calls it, and the key of its box.
        label: What stands above the box.
        options: What may be chosen, and what people call it; an address may say either.
        default: The option before anyone chose; the first where it is left empty.
    """

    name: str
    label: str
    options: Mapping[str, str]
    default: str = ""

    @property
    def usual(self) -> str:
        """The option before anyone chose."""
        return self.default or next(iter(self.options))

    def named(self, text: str) -> str | None:
        """The option that an address means by its name or its label; None for no option."""
        if text in self.options:
            return text
        return next((name for name, label in self.options.items() if label == text), None)

    def written(self, option: str) -> str:
        """An option as its box, and so the address, writes it."""
        return self.options[option]

    def refusal(self, text: str) -> str:
        """Why an address may not say this; empty where it may."""
        return "" if self.named(text) is not None else f"use one of: {', '.join(self.options)}"


@dataclass(frozen=True)
class Several(Parameter):
    """A choice of any number of options.

    Attributes:
        defaults: The options before anyone chose.
    """

    defaults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Text(Parameter):
    """A text that a link remembers.

    Attributes:
        judge: Says what is wrong with a text; empty where nothing is.
    """

    options: Mapping[str, str] = field(default_factory=dict)
    judge: Callable[[str], str] = field(default=lambda _text: "", compare=False)

    @property
    def usual(self) -> str:
        """The text before anyone wrote one."""
        return self.default

    def named(self, text: str) -> str | None:
        """The text, unless something is wrong with it."""
        return None if self.judge(text) else text

    def written(self, option: str) -> str:
        """A text is written as it is."""
        return option

    def refusal(self, text: str) -> str:
        """What is wrong with a text."""
        return self.judge(text)
