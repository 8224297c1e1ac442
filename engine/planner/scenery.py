"""Reading changes of the whole scene: its background, its look, its weather and season, and its defects."""

from __future__ import annotations

import re
from typing import Any, cast

from engine.operations import Alter, Background, Blur, Defect, Restore, Style
from engine.planner.amounts import take_degree
from engine.planner.colours import colour_in
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, without_article
from engine.planner.targets import conjuncts

_BEHIND = re.compile(r"^(?:everything|what's|whatever is|all|what is) behind ")
_LOOK_NOUN = re.compile(
    r" (?:style|styles|filter|effect|look|aesthetic|aesthetics|vibe|feel|treatment|art style|styling)\b"
)
_DEFECTS = ("noise", "blur", "haze", "rain", "snow", "scratches", "lowlight", "jpeg", "faded", "colour", "blemishes")
_DEFECT_NOISE = re.compile(
    r"^(?:(?:the|any|all|unwanted|visual|this|that|some|of|traces|image|its|most|excess|obvious|annoying|heavy|ugly|a bit|visible|digital|atmospheric|entire|my|his|her|their|on|degradation such as|every|slight|residual|bit)\s)+"
)
_DEFECT_TAIL = re.compile(
    r" (?:effect|effects|overlay|interference|distortion|distortions|atmosphere|ambiance|aura|mood|streaks|particles|elements|element|shadows|influence|presence|splatters|layer|veil|shroud|appearance|"
    r"setting|backdrop|background|details|parts|portions|portion|areas|sections|view|elements|details|and clutter|look|problem|issue|issues|weather|drops|marks|spots|removal|texture|areas|conditions)$"
)
_WHOLE_PLACES = re.compile(
    r"^(?:the |this |that |my )*(?:whole |entire |old |this |my |faded |damaged |torn |vintage |blurry |noisy |grainy |hazy |scanned |black and white |family |dark |underexposed |ruined |historic )*(?:image|photo|picture|photograph|pic|scene|shot|it|scan|everything|view|sky and scene|frame)$"
)
_QUALITY = re.compile(
    r"\b(?:quality|clarity|sharpness|focus|definition|clearer|sharper|details?|resolution|crisp|high[- ]quality|image quality|photo quality)\b"
)
_VISUAL = re.compile(r"\b(?:visual|visibility|obscured|distortion|imperfections|hidden)\b")


def _backdrop(reading: Reading) -> bool:
    return reading.is_clear_background(reading["backdrop"])


def read_background_remove(reading: Reading) -> Operations | None:
    """A cutout of the subject."""
    if reading["whole"]:
        return (
            [Background(action="remove")]
            if reading.is_whole(reading["whole"]) or reading.is_pronoun(reading["whole"])
            else None
        )
    if reading["thing"]:
        return [Background(action="remove")] if reading.is_whole(reading["thing"]) else None
    if reading["backdrop"] and not (_backdrop(reading) or _BEHIND.match(low(reading["backdrop"]))):
        return None
    return [Background(action="remove")]


def read_background_blur(reading: Reading) -> Operations | None:
    """Only what is behind the subject goes soft."""
    if reading["backdrop"] and not _backdrop(reading):
        return None
    return [Background(action="blur")]


def read_background_change(reading: Reading) -> Operations | None:
    """A new background: a colour where one is named, else whatever the prompt describes."""
    backdrop, prompt = reading["backdrop"], reading["prompt"]
    if backdrop and not _backdrop(reading) or not prompt or reading.verb in ("set", "lay", "rest", "drop"):
        return None
    headed = re.search(r" (?:backdrop|background|bg|scenery)$", low(reading.clause))
    if not backdrop and headed and re.search(r" (?:in|of|on|with|to|from|behind|at) ", f" {low(prompt)} "):
        return None
    return background_becomes(reading, prompt)


def background_becomes(reading: Reading, prompt: str) -> Operations | None:
    """What happens to the background when it turns into `prompt`."""
    from engine.planner.tone import tones_of

    small = low(take_degree(re.sub(r"(?i)^(?:bit|little|lot|touch) ", "", prompt), reading.vocabulary)[0])
    if (
        small in ("blurry", "blurred", "out of focus", "softer", "bokeh", "blurrier")
        or "bokeh" in small
        and len(small.split()) < 4
    ):
        return [Background(action="blur")]
    if small in ("transparent", "transparency", "nothing", "invisible", "none"):
        return [Background(action="remove")]
    if colour := colour_in(
        re.sub(r"(?i)^(?:solid |plain |flat |pure |a |be |clean |simple |just )*", "", prompt) or prompt,
        reading.vocabulary,
    ):
        return [Background(action="colour", colour=colour)]
    tones = tones_of(prompt)
    if tones or small.startswith(("more ", "less ")) or _is_lookless(small):
        return None
    prompt = re.sub(
        r"(?i)^(?:be |become |look like |look |show |depict |illustrate |portray |evoke |convey |reflect |resemble |simulate |capture |represent |feature |display |showcase |have |of |with |that of |something like |mimic |into |in |on |at |in front of |against )+",
        "",
        prompt,
    )
    return [Background(action="replace", prompt=reading.spoken(prompt))] if prompt else None


def _is_lookless(small: str) -> bool:
    return small in ("better", "nicer", "different", "good", "nice", "beautiful", "cool", "great", "interesting")


def look_in(reading: Reading, text: str) -> bool:
    """Whether the words name a look for a whole picture."""
    small = low(text)
    return reading.vocabulary["looks.words"].find(small) is not None or bool(
        re.search(r"\b(?:style|filter|aesthetic|art)\b", small)
    )


def look_of_thing(reading: Reading, text: str) -> bool:
    """Whether the words name a look for one thing: "3D cartoon style", "sketch"; "a cartoon dog" is another thing."""
    small = low(text)
    looks, heads = reading.vocabulary["looks.words"], reading.vocabulary["looks.heads"]
    if looks.find(small) is None and "style" not in small.split(" "):
        return False
    head = re.split(r" (?:with|by|of|in|,|similar|like|that|featuring|emphasizing|highlighting|and) ", small)[0]
    return heads.trailing(head) is not None or head in looks


def read_style(reading: Reading) -> Operations | None:
    """A named look for the picture, or for one thing in it."""
    target_text, look = reading["target"], reading["look"]
    small = low(look)
    if low(target_text) in ("there", "there be"):
        return None
    whole = (
        not target_text
        or reading.is_whole(target_text)
        or re.fullmatch(
            r"(?:the |this )?(?:overall |image |art |artistic |photo |visual |entire )*(?:style|aesthetic|look|appearance|theme)(?: of (?:it|the scene))?",
            low(target_text),
        )
        is not None
    )
    if target_text and (reading.is_background(target_text) or not whole and changes_attribute(reading, target_text)):
        return None
    if (
        not target_text
        and reading.verb
        and re.match(r"(?:the|everything|all|his|her|my|this)\b", small)
        and "whole" not in small
        and not re.match(r"(?:the|this) style", small)
    ):
        return None
    if not target_text and not reading.verb and not _is_bare_look(reading, small):
        return None
    if (
        not target_text
        and "add" in reading.vocabulary.openings.get(reading.verb, ())
        and not (re.search(rf"{_LOOK_NOUN.pattern}$", small) or small in reading.vocabulary["looks.bare"])
    ):
        return None
    if whole and reading.is_pronoun(target_text) is False and not look_in(reading, look):
        return None
    if reading.is_pronoun(target_text) and not (
        look_of_thing(reading, look) or small in reading.vocabulary["looks.bare"]
    ):
        return None
    if not whole and not (
        look_of_thing(reading, look)
        and (
            "style" in small
            or small in reading.vocabulary["looks.bare"]
            or not small.startswith(("a painting", "a drawing"))
            or reading.verb not in ("put", "add")
        )
    ):
        return None
    if (
        whole
        and re.search(r"\b(?:a|an|the) (?:winter|summer|snowy|night|sunset)\b", small)
        and "style" not in small
        and "painting" not in small
    ):
        return None
    if (
        not whole
        and reading.verb in ("replace", "add", "put", "apply")
        and "style" not in small
        and "filter" not in small
        and "effect" not in small
    ):
        return None
    if not whole and (reading.verb == "paint" or re.search(r"\b(?:pattern|texture|makeup)\b", small)):
        return None
    prompt = reading.spoken(_plain_look(look))
    return [Style(prompt=prompt, target=None if whole else reading.target(target_text))] if prompt else None


def changes_attribute(reading: Reading, text: str) -> bool:
    """Whether the words are about a thing's content, pose or colour rather than the thing."""
    match = re.match(r"(?:the )?(\w+(?: \w+)?) (?:of|on) ", low(text))
    words = match.group(1) if match else low(text).rpartition("'s ")[2]
    return any(words in reading.vocabulary[f"attributes.{name}"] for name in ("state", "display", "colour"))


def _is_bare_look(reading: Reading, small: str) -> bool:
    core = without_article(re.sub(r" (?:style|filter|effect|look|version)$", "", small))
    return (
        core in reading.vocabulary["looks.bare"]
        or small != core
        and look_in(reading, small)
        and len(small.split()) <= 5
    )


def _plain_look(look: str) -> str:
    """The look without the words that lead to it, its own words kept."""
    return re.sub(
        r"(?i)^(?:(?:be|look like|look|resemble|appear as if it is|appear as|in|into|like|have|a|an|the|that of|style of|of|become|as|to|it|something|one|if it is|if it's|if it were|as if) )+",
        "",
        look,
    )


def scene_in(reading: Reading, text: str) -> bool:
    """Whether the words tell of weather, season or time of day."""
    return reading.vocabulary["scenes.words"].find(low(text)) is not None


def read_scene(reading: Reading) -> Operations | None:
    """Another weather, season or time of day for the whole scene."""
    weather = reading["weather"]
    if weather:
        core = re.sub(
            r"^(?:some|a bit of|a little|heavy|light|falling|more|a light|thick|gentle|soft|lots of|a layer of|dense|a|an|the|warm|morning|bright|golden) ",
            "",
            low(weather),
        )
        known = core in reading.vocabulary["weather.words"] or low(weather) in reading.vocabulary["weather.words"]
        return (
            [Alter(target=None, prompt=reading.spoken(weather))]
            if known and (not reading["whole"] or reading.is_whole(reading["whole"]))
            else None
        )
    scene = reading["scene"]
    if reading["whole"] and not (
        reading.is_whole(reading["whole"])
        or _is_scene_noun(reading["whole"])
        or reading.is_pronoun(reading["whole"])
        and _is_scene_only(reading, scene)
    ):
        return None
    if not reading["whole"] and not _is_scene_only(reading, scene):
        return None
    if reading["whole"] and not scene_in(reading, scene):
        return None
    if reading["old"] and not scene_in(reading, reading["old"]):
        return None
    return [Alter(target=None, prompt=reading.spoken(_plain_scene(scene)))]


def _is_scene_noun(text: str) -> bool:
    return (
        re.fullmatch(
            r"(?:the |its )?(?:scene|season|weather|time of day|time|atmosphere|lighting|daytime|mood|light|sky and scene|day|climate|setting)(?: of (?:the scene|day|it))?",
            low(text),
        )
        is not None
    )


_SCENE_FILLER = re.compile(
    r"^(?:a|an|the|in|at|to|of|it|its|it's|be|is|are|during|like|look|looks|scene|scenes|setting|time|day|very|light|heavy|more|with|some|season|weather|bright|dark|deep|late|early|clear|on|as|if|though|were|was|taken|under|into|whole|entire|for|happening|appear|night|by|full|beautiful|cold|warm|there|and|for|but|sky|mood|atmosphere|outside|slightly|nice|landscape|lighting|version|photo|image|picture|ing|evening|foliage|s|'s|through|that|this|set|place|takes|mid|middle|from|just|bit|lot|little|really|vibe|sunny|so|shot)$"
)


def _is_scene_only(reading: Reading, text: str) -> bool:
    """The phrase is nothing but weather, season or time: "a snowy night", "late autumn"; "snow on the roof" is more."""
    if not text or not scene_in(reading, text):
        return False
    words = low(text).split(" ")
    scenes = reading.vocabulary["scenes.words"]
    return all(
        word.strip(",") in scenes
        or not word.strip(",")
        or _SCENE_FILLER.match(word.strip(","))
        or " ".join(words[i : i + 2]) in scenes
        for i, word in enumerate(words)
    ) or bool(re.match(r"(?:the |this )?(?:scene|image|picture) (?:during|in|at) ", low(text)))


def _plain_scene(scene: str) -> str:
    return re.sub(
        r"(?i)^(?:(?:the (?:whole |entire )?(?:scene|image|photo|picture)|as if it's|as if it is|as if it were|as though it is|happening|it's happening|set|taking place|taken|during|be|to be|look like|look|appear to be|appear as if it's|appear as if it is|appear|depict|show|to|into|like|it's|it is|it|is|the scene in|the scene during|having|have) )+",
        "",
        scene,
    )


def defect_of(reading: Reading, text: str) -> Defect | None:
    """The defect a phrase names and nothing else: "the grain", "any traces of haze"."""
    words = _DEFECT_NOISE.sub("", low(text).strip(" ,."))
    for _ in range(3):
        for name in _DEFECTS:
            if words in reading.vocabulary[f"defects.{name}"]:
                return cast(Defect, name)
        shorter = _DEFECT_TAIL.sub("", words)
        if shorter == words:
            return None
        words = shorter
    return None


def defects_of(reading: Reading, text: str) -> list[Defect] | None:
    """The defects a list names; parts of other kinds are passed over when the first is a defect."""
    found: list[Defect] = []
    for part in re.split(r" (?:, and|and|,|&) ", text):
        defect = defect_of(reading, part)
        if defect is None:
            return found or None
        if defect not in found:
            found.append(defect)
    return found


def read_restore(reading: Reading) -> Operations | None:
    """Defects of the photo undone; snow on a roof and rain on a window are things."""
    text, where = reading["defect"] or reading["free"], reading["where"]
    if reading["free"]:
        return _freed(reading, text, where)
    if reading["verb"] and not re.match(r"\w+(?: \w+)?$", reading["verb"]):
        return None
    defects = _placed_defects(reading, text)
    if not defects:
        return None
    here = not where or _WHOLE_PLACES.match(low(where)) is not None or reading.is_whole(where)
    if not here and any(defect in ("rain", "snow") for defect in defects):
        return None
    if (
        "colour" in defects
        and ("remove" in reading.vocabulary.openings.get(reading.verb, ()) or reading["verb"])
        and low(_DEFECT_NOISE.sub("", low(text))) in ("color", "colors", "colour", "colours")
    ):
        return None
    if reading["verb"] and (
        reading["verb"].split(" ")[0]
        in (
            "add",
            "more",
            "increase",
            "make",
            "give",
            "paint",
            "draw",
            "insert",
            "show",
            "apply",
            "let",
            "blur",
            "replace",
            "change",
            "turn",
            "include",
            "put",
        )
        or low(reading["verb"]) not in reading.vocabulary.openings
        and defects[0] not in ("haze", "noise")
    ):
        return None
    if reading.verb in ("add", "increase", "apply"):
        return None
    target = None if here else reading.target(where)
    if target is None and (owner := _blemished(reading, text)):
        target = reading.target(owner)
    return [Restore(defect=defect, target=target) for defect in defects]


def _placed_defects(reading: Reading, text: str) -> list[Defect] | None:
    """Defects, also where the phrase says on whose skin they are."""
    if defects := defects_of(reading, text):
        return defects
    head = re.split(r" (?:on|under|around|from|in|of) ", text)[0]
    owner, _, thing = head.rpartition("'s ")
    first = defect_of(reading, thing or head)
    return [first] if first in ("blemishes", "scratches", "noise") and (head != text or owner) else None


def _blemished(reading: Reading, text: str) -> str | None:
    match = re.search(r" (?:on|under|around|from|in) (.+)$", text)
    if match and defect_of(reading, text[: match.start()]):
        return match.group(1)
    owner = text.rpartition("'s ")[0]
    return f"{owner}'s face" if owner else None


def _freed(reading: Reading, text: str, where: str) -> Operations | None:
    """ "make the photo haze-free", "make it less noisy"."""
    if where and not (reading.is_whole(where) or reading.is_pronoun(where)):
        return None
    small = low(text)
    match = re.match(r"(?:less )?([a-z ]+?)(?:-free| free)?\b(?: and .*)?$", small)
    defect = (
        defect_of(reading, match.group(1))
        if match and ("free" in small or "less " in f"{small} " or " less " in f" {low(reading.clause)} ")
        else None
    )
    return [Restore(defect=defect)] if defect else None


def read_restore_named(reading: Reading) -> Operations | None:
    """Verbs that carry their defect, and "improve it by removing the noise"."""
    if repair := reading["repair"]:
        small = low(repair)
        found = re.match(
            r"(?:removing|reducing|eliminating|clearing|cleaning up|cleaning|erasing|fixing|getting rid of|lifting|deleting|correcting|minimizing|taking out|cutting|repairing)? ?(.+?)(?: (?:removal|reduction|correction|from .*|in .*|effectively))?$",
            small,
        )
        defects = defects_of(reading, found.group(1)) if found else None
        named = next((defect for word, defect in _NAMED.items() if word in small), None)
        return [Restore(defect=defect) for defect in defects] if defects else [Restore(defect=named)] if named else None
    first = low(reading.clause).split(" ")[0].replace("-", "")
    thing = reading["thing"]
    defect = next((defect for word, defect in _NAMED.items() if first.startswith(word)), None)
    if defect is None:
        return None
    thing = re.sub(r"(?i) ?(?:for|to) .*$", "", thing) if not reading.is_pronoun(thing) else thing
    whole = (
        not thing
        or reading.is_whole(thing)
        or reading.is_pronoun(thing)
        or _WHOLE_PLACES.match(low(thing)) is not None
        or defect not in ("blur", "noise", "blemishes", "haze")
    )
    return [Restore(defect=defect, target=None if whole else reading.target(thing))]


_NAMED: dict[str, Defect] = {
    "denois": "noise",
    "degrain": "noise",
    "dehaz": "haze",
    "defog": "haze",
    "unfog": "haze",
    "uncloud": "haze",
    "demist": "haze",
    "derain": "rain",
    "desnow": "snow",
    "deblur": "blur",
    "unblur": "blur",
    "refocus": "blur",
    "colori": "colour",
    "colouri": "colour",
    "unfade": "faded",
    "unyellow": "faded",
    "airbrush": "blemishes",
}


def read_enhance(reading: Reading) -> Operations | None:
    """Better quality without a named defect: a blurred, an old or a dark photo."""
    where, quality = reading["where"], low(reading["quality"])
    whole = not where or reading.is_whole(where) or _WHOLE_PLACES.match(low(where)) is not None
    if not whole:
        return None
    if quality:
        if re.search(r"\bdark|light", quality) and reading.verb not in ("make", "get", "have"):
            return None
        return [Restore(defect="blur")] if _QUALITY.search(quality) and len(quality.split()) <= 8 else None
    if not where:
        return None
    small = low(where)
    if re.search(r"\b(?:dark|underexposed)\b", small):
        return [Restore(defect="lowlight")]
    if re.search(r"\bblurry\b", small):
        return [Restore(defect="blur")]
    if re.search(r"\b(?:noisy|grainy)\b", small):
        return [Restore(defect="noise")]
    if re.search(r"\bfaded\b", small):
        return [Restore(defect="faded")]
    if re.search(r"\b(?:old|damaged|torn|vintage|scanned|ruined|historic)\b", small) or reading.verb in (
        "restore",
        "repair",
        "revive",
        "rescue",
        "salvage",
        "mend",
        "refurbish",
        "rejuvenate",
    ):
        return [Restore(defect="scratches")] if not reading.is_pronoun(where) else None
    return None


def read_blur(reading: Reading) -> Operations | None:
    """A target made unreadable; with no target the whole picture."""
    target_text = reading["target"]
    if not target_text and reading.verb in ("hide", "soften", "smear", "smudge"):
        return None
    mode = "pixelate" if re.search(r"pixel|mosaic|censor|redact|anonymi", low(reading.clause)) else "gaussian"
    if target_text and reading.is_background(target_text):
        return [Background(action="blur")]
    if reading.verb in ("hide", "obscure", "soften") and not re.search(
        r"\b(?:face|faces|plate|plates|text|edges|identity|name|names|number|numbers|skin|address|eyes)\b",
        low(target_text),
    ):
        return None
    targets = [reading.scoped(part) for part in conjuncts(target_text, reading.vocabulary)] if target_text else [None]
    return [Blur(target=target, mode=mode, amount=_strength(reading)) for target in targets]


def _strength(reading: Reading) -> float | None:
    return (
        take_degree(reading.clause, reading.vocabulary)[1].percent
        if re.search(r"%|\b(?:heavily|strongly|slightly|a lot|a bit|a little|completely)\b", low(reading.clause))
        else None
    )


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {
        "background_remove": read_background_remove,
        "background_blur": read_background_blur,
        "background_change": read_background_change,
        "style": read_style,
        "scene": read_scene,
        "restore": read_restore,
        "restore_named": read_restore_named,
        "enhance": read_enhance,
        "blur": read_blur,
    }
