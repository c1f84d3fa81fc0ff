"""How is a number read out?  Telephone numbers, addresses and ports in words."""

from __future__ import annotations

from collections.abc import Callable

from generators.duration_words import number_words

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
Draw = Callable[[], float]


def speak_digits(digits: str, draw: Draw) -> str:
    """Return digits one by one: four four seven seven double oh nine."""
    zero = "oh" if draw() < 0.6 else "zero"
    doubles = draw() < 0.5
    words = []
    place = 0
    while place < len(digits):
        sign = digits[place]
        word = zero if sign == "0" else DIGITS[int(sign)]
        if doubles and digits[place + 1 : place + 2] == sign:
            words.append(f"double {word}")
            place += 2
        else:
            words.append(word)
            place += 1
    return " ".join(words)


def speak_phone(e164: str, draw: Draw) -> str:
    """Return an international number: plus four four seven seven ..."""
    said = speak_digits(e164[1:], draw)
    return f"plus {said}" if draw() < 0.85 else f"double oh {said}"


def speak_ipv4(address: str, draw: Draw) -> str:
    """Return an address or network: one nine two dot zero dot two dot fifty slash twenty-four."""
    plain, _, width = address.partition("/")
    kind = draw()
    octets = plain.split(".")
    if kind < 0.35:
        said = octets
    elif kind < 0.7:
        said = [" ".join(DIGITS[int(sign)] for sign in octet) for octet in octets]
    else:
        said = [speak_octet(octet) for octet in octets]
    text = " dot ".join(said)
    return f"{text} slash {number_words(int(width)).replace('-', ' ')}" if width else text


def speak_octet(octet: str) -> str:
    """Return one part of an address: one nine eight, fifty one, one hundred."""
    value = int(octet)
    if value < 100 or value % 100 == 0:
        return number_words(value).replace("-", " ")
    return " ".join(DIGITS[int(sign)] for sign in octet)


def speak_port(port: int) -> str:
    """Return a port as a number: eight thousand four hundred and forty-three."""
    return number_words(port)
