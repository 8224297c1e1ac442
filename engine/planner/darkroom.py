"""Reading what photographers say of light: kelvins, gamma, balance, levels, detail that is lost."""

from __future__ import annotations

import math
import re
from typing import Any, Final

from engine.expressions import regex
from engine.operations import Adjust, Property, Restore, Style
from engine.planner.amounts import number, numerals
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading
from engine.planner.tone import tone_of

DAYLIGHT: Final = 5500.0
"""K: the white balance that changes nothing."""
PERCENT_OF_MIRED: Final = 1 / 1.3
"""Warmth of 100 percent multiplies red over blue by e^0.92, as 130 mired do between two black bodies (Planck's law)."""
_LOSES: Final = frozenset(["highlights", "whites"])
"""Tones whose detail is lost in too much light."""
_TOWARDS: Final[dict[str, tuple[Property, int]]] = {
    **dict.fromkeys(("yellow", "orange", "amber", "warm", "gold", "golden", "red"), ("warmth", 1)),
    **dict.fromkeys(("blue", "cool", "cold", "cyan", "teal"), ("warmth", -1)),
    **dict.fromkeys(("magenta", "pink", "purple"), ("tint", 1)),
    "green": ("tint", -1),
}
"""Where the ends of a colour balance lie."""
_TO_COLOUR: Final = regex(
    r"^(?:(?:an?|the|some|more|cool|warm|cooler|warmer|cold|colder|icy|soft|muted|rich|deep) )+(?=\S)"
    r"|(?<=[a-z])s?(?: (?:side|end|tones?|hues?|shades?|tints?|palette|range))?(?: ,.*)?$"
)
"""What stands around the colour that a balance leans to: "warmer oranges", "golden hues , as if it were late"."""
_FIGURE: Final = regex(r"(?:about |another )?(\d{1,3})(?: ?%| percent| points)?")
_OTHER: Final = regex(
    r"(?:(?:the|my|that|this) )?(?:(?:other|second|2nd|first|1st|next|attached|reference|sample|example|last) )+"
    r"(?:picture|photo|image|shot|one|reference|file|attachment)|(?:the|my|that|this) (?:reference|attachment|sample)"
)
"""Another picture that came along."""
_LOST: Final = regex(r"(?i)^(?:(?:the|any|some|my|its|blown|burnt|blocked|out|up|blown-out|clipped|crushed|lost) )+")


def read_kelvin(reading: Reading) -> Operations | None:
    """A white balance in kelvins, against daylight; a higher number is warmer, as in every raw converter."""
    kelvins = number(re.sub(r"(?<=\d),(?=\d{3})", "", reading["kelvin"]))
    if kelvins is None or not 1500 <= kelvins <= 20000:
        return None
    mireds = 1e6 / DAYLIGHT - 1e6 / kelvins
    return [Adjust(property="warmth", amount=round(max(-100.0, min(100.0, mireds * PERCENT_OF_MIRED))))]


def read_gamma(reading: Reading) -> Operations | None:
    """Gamma as an exponent: 1 changes nothing, 2 is 100 percent."""
    said = numerals(reading["exponent"])
    value = number(said)
    if value is None or "." not in said or not 0.1 <= value <= 10 or said.startswith(("+", "-")):
        return None
    return [Adjust(property="gamma", amount=round(max(-100.0, min(100.0, 100 * math.log2(value)))))]


def read_lost(reading: Reading) -> Operations | None:
    """Detail that is to be seen again: bright tones lowered, dark ones lifted, anything else made clearer."""
    where = _LOST.sub("", reading["where"])
    tone = tone_of(where)
    amount = reading.degree.of(reading.vocabulary.tables["tone"]["degrees"]["plain"])
    if tone is not None and not tone.direction:
        return [Adjust(property=tone.property, amount=-amount if tone.property in _LOSES else amount)]
    if reading.kind:
        return None
    owner, _, part = low(where).rpartition("'s ")
    if owner and (lit := tone_of(part)) is not None and not lit.direction:
        way = -amount if lit.property in _LOSES else amount
        return [Adjust(target=reading.target(where[: len(owner)]), property=lit.property, amount=way)]
    return [Adjust(target=reading.scoped(where), property="clarity", amount=amount)]


def read_figures(reading: Reading) -> Operations | None:
    """A figure added to a slider or taken off it: "take 10 off the saturation"."""
    match, tone = _FIGURE.fullmatch(numerals(low(reading["amount"]))), tone_of(reading["property"])
    if match is None or tone is None or tone.direction:
        return None
    way = 1 if low(reading.clause).startswith(("add", "give", "put")) else -1
    return [Adjust(property=tone.property, amount=max(-100.0, min(100.0, way * float(match[1]))))]


def read_leaning(reading: Reading) -> Operations | None:
    """A balance moved towards a colour: "push the white balance towards blue"."""
    name, way = _TOWARDS.get(_TO_COLOUR.sub("", low(reading["colour"])), (None, 0))
    amount = reading.degree.of(reading.vocabulary.tables["tone"]["degrees"]["plain"])
    return [Adjust(property=name, amount=way * amount)] if name else None


def read_auto(reading: Reading) -> Operations | None:
    """A converter's automatic buttons: levels and tone, or the white balance."""
    return [Restore(defect="colour" if reading.kind == "colour" else "faded")]


def read_exposed(reading: Reading) -> Operations | None:
    """A wrong exposure: "underexposed by a stop" is lifted by as much."""
    where = reading["where"]
    amount = reading.degree.of(reading.vocabulary.tables["tone"]["degrees"]["plain"])
    whole = not where or reading.is_whole(where)
    way = -1 if "over" in low(reading.clause) else 1
    if way > 0 and reading.degree.percent is None:
        return None
    return [Adjust(target=None if whole else reading.target(where), property="exposure", amount=way * amount)]


def read_inverted(reading: Reading) -> Operations | None:
    """The negative of the picture, or of one thing."""
    return [Style(prompt="negative", target=reading.scoped(reading["target"]))]


def read_borrowed(reading: Reading) -> Operations | None:
    """The colours of another picture that came with this one."""
    other = reading["other"]
    return [Style(prompt=f"the {reading.kind} of {reading.spoken(other)}")] if _OTHER.fullmatch(low(other)) else None


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {
        "kelvin": read_kelvin,
        "gamma": read_gamma,
        "lost": read_lost,
        "auto": read_auto,
        "figures": read_figures,
        "leaning": read_leaning,
        "exposed": read_exposed,
        "inverted": read_inverted,
        "borrowed": read_borrowed,
    }
