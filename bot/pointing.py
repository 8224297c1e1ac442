"""Words about the pictures of a message: all are meant alike, or one is an example for the others."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

ORDINALS: Final = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "5th": 4,
    "sixth": 5, "6th": 5, "seventh": 6, "7th": 6, "eighth": 7, "8th": 7, "ninth": 8, "9th": 8, "tenth": 9, "10th": 9,
}  # fmt: skip

_NOUN: Final = r"(?:pictures?|photos?|photographs?|images?|pics?|shots?|screenshots?|attachments?)"
_END: Final = r"(?: \s* (?: $ | [.,;:!?)] ) )"
_ALONE: Final = rf"""(?= {_END}
    | \s+ (?: (?:two|three|four|five|\d+) \s+ )? (?: ones? | {_NOUN} ) \b
    | \s+ (?: to | into | in | on | onto | for | as | by | at | with | like | from | and | a | an | too | please | look
        | have | more | less | much | slightly | very | black | brighter | darker | lighter | warmer | cooler | sharper
        | softer | smaller | bigger | larger ) \b
)"""
"""What follows a word that stands for pictures, as in "crop both to squares", and not for a thing: "both dogs"."""
_EACH: Final = re.compile(
    rf"""
      \b (?: each | every | both | these | those ) {_ALONE}
    | \b (?: all | any | each | both | every\s+one ) \s+ of \s+
        (?: them | these | those | (?:the|my) \s+ (?: \w+ \s+ )? {_NOUN} ) \b
    | \b all \s+ (?: (?:the|my|these|those) \s+ )? (?: \w+ \s+ )? {_NOUN} \b
    | \b (?: them | these | those ) \s+ (?: all | both ) \b
    | \b (?: make | turn | paint | colou?r ) \s+ (?: each | both | these ) \s+ \w+ (?: {_END} | \s+ and \b )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ORDINAL: Final = rf"(?: {'|'.join(ORDINALS)} | last | other )"
_POINTED: Final = rf"""(?:
      (?: the | my | this | that ) \s+ (?: {_ORDINAL} \s+ )? (?: attached \s+ )? (?: {_NOUN} | one ) \b
    | the \s+ {_ORDINAL} (?= {_END} | \s+ (?: and | to | on | in | onto | into | for | but | with | here ) \b )
    | (?: this | that ) (?= {_END} )
)"""
"""Words that stand for one picture; "the second dog" does not."""
_TAKEN_AWAY: Final = r"(?<! \w ) (?: remove | erase | delete | clear | rid ) \b [^.,;]* \b from \b"
_EXAMPLE: Final = re.compile(
    rf"""
      {_TAKEN_AWAY}
    | (?P<example>
          \b (?: like (?: \s+ in )? | as (?: \s+ in )? | from | with | using | use | match (?:ing|es)? | similar \s+ to
              | based \s+ on | (?: style | look | mood | colou?rs? | palette | lighting | background | sky ) \s+ of )
          \s+ (?P<pointed> {_POINTED} )
        | \b the \s+ (?P<said> {_ORDINAL} (?: \s+ (?: {_NOUN} | one ) )? ) \s+ (?: is | as ) \s+ (?: (?:a|the|my) \s+ )?
            (?: \w+ \s+ )? reference
        | \b (?: this | that ) \s+ style \b | \b references? \b | \b as \s+ in \b
      )
    """,
    re.IGNORECASE | re.VERBOSE,
)


def means_each(instruction: str) -> bool:
    """Whether the words are about several pictures alike: "both", "all of them", "each photo"; not "both dogs"."""
    return _EACH.search(instruction) is not None


def example_among(instruction: str, pictures: Collection[int]) -> int | None:
    """Which of the pictures, told by their indices, the words make an example for the others.

    The one that is named last ("like the second"), or, where none is ("this style", "from the other"), the last one.
    None where the words make none of them an example.
    """
    found = [match for match in _EXAMPLE.finditer(instruction) if match["example"]]
    if not found or not pictures:
        return None
    words = " ".join(match["pointed"] or match["said"] or "" for match in found).lower().split()
    named = [ORDINALS[word] for word in words if ORDINALS.get(word) in pictures]
    return named[-1] if named else max(pictures)
