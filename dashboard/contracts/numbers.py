"""Numbers of a contract: text in the file, exact in memory, never a float."""

import re
from fractions import Fraction
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, InstanceOf, PlainSerializer

_WRITTEN: Final = re.compile(r"-?\d{1,15}(\.\d{1,12})?(/\d{1,15})?")


def exact(text: object) -> Fraction:
    """Read a number as it is written in a contract.

    Args:
        text: A decimal or a fraction in quotes: '0.95', '-0.5', '1/3'.

    Raises:
        ValueError: It is no such text; the message says what to write.

    >>> exact("0.95"), exact("1/3")
    (Fraction(19, 20), Fraction(1, 3))
    """
    if isinstance(text, Fraction):
        return text
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        message = f'is the bare number {text}; put it in quotes, like "{text}"'
        raise ValueError(message)  # noqa: TRY004  (pydantic collects ValueErrors)
    if not isinstance(text, str) or not _WRITTEN.fullmatch(text):
        message = f'is {text!r:.60}, no exact number; write a decimal or a fraction like "0.95"'
        raise ValueError(message)
    whole, _, divisor = text.partition("/")
    if divisor and int(divisor) == 0:
        message = f'is "{text}", which divides by 0; write a decimal or a fraction like "0.95"'
        raise ValueError(message)
    return Fraction(whole) / int(divisor or 1)


def written(number: Fraction) -> str:
    """An exact number as a contract writes it.

    >>> written(Fraction(19, 20)), written(Fraction(1, 3)), written(Fraction(825))
    ('0.95', '1/3', '825')
    """
    twos_and_fives = number.denominator
    for prime in (2, 5):
        while twos_and_fives % prime == 0:
            twos_and_fives //= prime
    if twos_and_fives != 1:
        return f"{number.numerator}/{number.denominator}"
    places = 0
    while (number * 10**places).denominator != 1:
        places += 1
    return f"{float(number):.{places}f}" if places else str(number.numerator)


def _share(number: Fraction) -> Fraction:
    if not 0 <= number <= 1:
        percent = number / 100
        as_share = f'write {written(number)} % as "{written(percent)}"'
        remedy = as_share if 0 <= percent <= 1 else 'write a share like "0.95"'
        message = f'is "{written(number)}", outside 0 to 1; {remedy}'
        raise ValueError(message)
    return number


def _not_negative(number: Fraction) -> Fraction:
    if number < 0:
        message = f'is "{written(number)}", below 0; write how much without a sign'
        raise ValueError(message)
    return number


def _positive(number: Fraction) -> Fraction:
    if number <= 0:
        message = f'is "{written(number)}"; write a number above 0'
        raise ValueError(message)
    return number


_Fraction = Annotated[
    InstanceOf[Fraction], BeforeValidator(exact), PlainSerializer(written, return_type=str)
]
Exact = _Fraction
Share = Annotated[_Fraction, AfterValidator(_share)]
NotNegative = Annotated[_Fraction, AfterValidator(_not_negative)]
Positive = Annotated[_Fraction, AfterValidator(_positive)]
