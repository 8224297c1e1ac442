"""One request a sentence: every kind, said in many ways."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.planner.reading import IT, read, thing

Case = tuple[str, dict[str, Any]]


def remove(phrase: str, **which: str) -> dict[str, Any]:
    return {"kind": "remove", "target": thing(phrase, **which)}


def recolor(phrase: str, to: str, **which: str) -> dict[str, Any]:
    return {"kind": "recolor", "target": thing(phrase, **which), "colour": to}


def adjust(name: str, amount: float, target: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"kind": "adjust", "property": name, "amount": amount, **({"target": target} if target else {})}


def alter(prompt: str, target: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"kind": "alter", "prompt": prompt, **({"target": target} if target else {})}


def kind(name: str, **fields: Any) -> dict[str, Any]:
    return {"kind": name, **fields}


REMOVED: list[Case] = [
    ("remove the lamp", remove("lamp")),
    ("please remove the man in the background", remove("man", position="background")),
    ("could you get rid of the power lines?", remove("power lines")),
    ("delete that bird", remove("bird")),
    ("erase the scooter", remove("scooter")),
    ("lose the hat", remove("hat")),
    ("no more clouds", remove("clouds")),
    ("rmeove the dog", remove("dog")),
    ("remvoe the lamp", remove("lamp")),
    ("the trash can needs to go", remove("trash can")),
    ("can the tree on the left be removed?", remove("tree", position="left")),
    ("the bench should be taken away", remove("bench")),
    ("there should be no wires", remove("wires")),
    ("make sure there are no people in the picture", remove("people")),
    ("the man shouldn't have a beard", remove("beard", relation="on the man")),
    ("make the scaffolding disappear", remove("scaffolding")),
    ("take the cup off the table", remove("cup", relation="on the table")),
    ("remove both chairs", remove("chairs", quantity="2")),
    ("remove salt and pepper shakers", remove("salt and pepper shakers")),
    ("remove the salt and pepper shakers", remove("salt and pepper shakers")),
    ("remove the snow from the roof", remove("snow", relation="on the roof")),
    ("I hate the lamp, delete it", remove("lamp")),
    ("remove it", {"kind": "remove", "target": IT}),
]
RECOLOURED: list[Case] = [
    ("make the car blue", recolor("car", "blue")),
    ("car blue", recolor("car", "blue")),
    ("what if the car were blue", recolor("car", "blue")),
    ("can the helmet be blue?", recolor("helmet", "blue")),
    ("sky more purple pls", recolor("sky", "purple")),
    ("paint the fence white", recolor("fence", "white")),
    ("turn the leaves orange", recolor("leaves", "orange")),
    ("the walls should be beige", recolor("walls", "beige")),
    ("tint the sky orange", recolor("sky", "orange")),
    ("make her dress a deep red", recolor("dress", "deep red")),
    ("change the colour of the sofa from red to blue", recolor("sofa", "blue")),
    ("change the man's shirt to navy blue", recolor("shirt", "navy blue", part_of="man")),
    ("replace the mug's handle with a black one", recolor("handle", "black", part_of="mug")),
    ("change the red car to a blue car", recolor("red car", "blue", colour="red")),
    ("give the barn a dark green hue", recolor("barn", "dark green")),
    ("let the doors be made turquoise", recolor("doors", "turquoise")),
    ("make the woman have red hair", recolor("hair", "red", part_of="woman")),
    ("make the grass greener", recolor("grass", "green")),
    ("make the balloon #ff8800", recolor("balloon", "#ff8800")),
]
ADJUSTED: list[Case] = [
    ("make it warmer", adjust("warmth", 20)),
    ("a bit warmer", adjust("warmth", 10)),
    ("much brighter please", adjust("brightness", 40)),
    ("brighten the photo by 20%", adjust("brightness", 20)),
    ("darken the sky a little", adjust("brightness", -10, thing("sky"))),
    ("make the sky a bit darker", adjust("brightness", -10, thing("sky"))),
    ("increase contrast", adjust("contrast", 20)),
    ("contrast +15", adjust("contrast", 15)),
    ("exposure -20%", adjust("exposure", -20)),
    ("less saturation", adjust("saturation", -20)),
    ("sharpen it", adjust("sharpness", 20)),
    ("it's too dark", adjust("brightness", 20)),
    ("way too bright", adjust("brightness", -50)),
    ("turn down the highlights", adjust("highlights", -20)),
    ("lift the shadows", adjust("shadows", 20)),
    ("boost vibrance a lot", adjust("vibrance", 40)),
    ("cool it down", adjust("warmth", -20)),
    ("drop the exposure by ten percent", adjust("exposure", -10)),
    ("hue shift 30", adjust("hue", 30)),
    ("add a vignette", adjust("vignette", 20)),
    ("remove the vignette", adjust("vignette", -100)),
    ("desaturate the background", adjust("saturation", -20, thing("background"))),
    ("make it a lot more colorful", adjust("saturation", 40)),
    ("the picture needs to be brighter", adjust("brightness", 20)),
    ("reduce the saturation of the sweater", adjust("saturation", -20, thing("sweater"))),
    ("more punch", adjust("contrast", 20)),
]
REPLACED: list[Case] = [
    ("replace the sandwich with a hotdog", kind("replace", target=thing("sandwich"), prompt="a hotdog")),
    (
        "replace the blue square with a photorealistic lighthouse",
        kind("replace", target=thing("blue square", colour="blue"), prompt="a photorealistic lighthouse"),
    ),
    ("turn the cat into a tiger", kind("replace", target=thing("cat"), prompt="a tiger")),
    ("make the dog a cat", kind("replace", target=thing("dog"), prompt="a cat")),
    ("put a cat where the dog is", kind("replace", target=thing("dog"), prompt="a cat")),
    ("instead of the lamp, put a plant", kind("replace", target=thing("lamp"), prompt="a plant")),
    ("remove the vase and replace it with a clock", kind("replace", target=thing("vase"), prompt="a clock")),
    ("replace the lime with an orange", kind("replace", target=thing("lime"), prompt="an orange")),
]
ADDED: list[Case] = [
    ("add a hat to the man", kind("add", prompt="a hat", place="to the man")),
    ("give the man a hat", kind("add", prompt="a hat", place="on the man")),
    ("put a bird on the fence", kind("add", prompt="a bird", place="on the fence")),
    ("put sunglasses on the dog", kind("add", prompt="sunglasses", place="on the dog")),
    ("let there be a rainbow", kind("add", prompt="a rainbow")),
    ("what if there was a dragon in the sky", kind("add", prompt="a dragon", place="in the sky")),
    ("I want a boat on the lake", kind("add", prompt="a boat", place="on the lake")),
    ("on the shelf, place a teapot", kind("add", prompt="a teapot", place="on the shelf")),
    ("the man should have a beard", kind("add", prompt="a beard", place="on the man")),
    (
        "add a dog wearing a hat next to the woman on the bench",
        kind("add", prompt="a dog wearing a hat", place="next to the woman on the bench"),
    ),
    ("add another tree", kind("add", prompt="another tree")),
]
ALTERED: list[Case] = [
    ("make it night", alter("night")),
    ("change the weather to rainy", alter("rainy")),
    ("make it look like autumn", alter("autumn")),
    ("add snow", alter("snow")),
    ("turn day into night", alter("night")),
    ("make the woman smile", alter("smile", thing("woman"))),
    ("make the man look at the camera", alter("look at the camera", thing("man"))),
    ("open his eyes", alter("open", thing("eyes"))),
    ("change the table to marble", alter("marble", thing("table"))),
    ("make the vase wooden", alter("wooden", thing("vase"))),
    ("could the floor be made of wood", alter("made of wood", thing("floor"))),
    ("change the horse's pose to galloping", alter("galloping pose", thing("horse"))),
    ("change the material of the bowl to copper wire", alter("copper wire", thing("bowl"))),
    ("make the moon bigger", alter("bigger", thing("moon"))),
    ("enlarge the kite", alter("larger", thing("kite"))),
    ("dress him as a pirate", alter("dressed as a pirate", thing("man"))),
    ("flip the mug horizontally", alter("mirrored", thing("mug"))),
]
BEHIND: list[Case] = [
    ("remove the background", kind("background", action="remove")),
    ("make the background transparent", kind("background", action="remove")),
    ("no background", kind("background", action="remove")),
    ("blur the background", kind("background", action="blur")),
    ("make the background a bit blurrier", kind("background", action="blur")),
    ("background white", kind("background", action="colour", colour="white")),
    ("make the background light grey", kind("background", action="colour", colour="light grey")),
    ("change the background to a beach", kind("background", action="replace", prompt="a beach")),
    ("put her on a beach", kind("background", action="replace", prompt="a beach")),
    ("swap the backdrop for a library", kind("background", action="replace", prompt="a library")),
]
CUT_OUT: list[Case] = [
    ("cut out the dog", kind("extract", target=thing("dog"))),
    ("isolate the chair", kind("extract", target=thing("chair"))),
    ("keep only the woman", kind("extract", target=thing("woman"))),
    ("delete everything except the dog", kind("extract", target=thing("dog"))),
]
STYLED: list[Case] = [
    ("black and white", kind("style", prompt="black and white")),
    ("sepia please", kind("style", prompt="sepia")),
    ("turn it into a watercolor", kind("style", prompt="watercolor")),
    ("make it look like a Van Gogh painting", kind("style", prompt="Van Gogh painting")),
    ("give it a film look", kind("style", prompt="film look")),
    ("apply a sketch effect to the house", kind("style", prompt="sketch effect", target=thing("house"))),
    (
        "everything except the dog black and white",
        kind("style", prompt="black and white", target=thing("everything", relation="except the dog")),
    ),
]
LETTERED: list[Case] = [
    ("write SOLD on the sign", kind("text", action="add", text="SOLD", place="on the sign")),
    ('write "Happy Birthday" at the top', kind("text", action="add", text="Happy Birthday", place="at the top")),
    ("put the words GAME OVER in the center", kind("text", action="add", text="GAME OVER", place="in the center")),
    ('replace the text "A" with "B"', kind("text", action="replace", text="B", old="A")),
    ('change "2020" to "2024"', kind("text", action="replace", text="2024", old="2020")),
    ('change the sign to say "OPEN"', kind("text", action="replace", text="OPEN", target=thing("sign"))),
    ("change the text on the mug to Hello", kind("text", action="replace", text="Hello", target=thing("mug"))),
    ("remove the watermark", kind("text", action="remove", target=thing("watermark"))),
    ("remove the date", kind("text", action="remove", target=thing("date"))),
    ('remove the words "for sale"', kind("text", action="remove", old="for sale")),
]
FRAMED: list[Case] = [
    ("crop to square", kind("crop", aspect="1:1")),
    ("make it a square", kind("crop", aspect="1:1")),
    ("16:9", kind("crop", aspect="16:9")),
    ("crop to the dog", kind("crop", target=thing("dog"))),
    ("zoom in on the face", kind("crop", target=thing("face"))),
    ("cut 10% off the left", kind("crop", sides=["left"], amount=10)),
    ("trim the bottom a bit", kind("crop", sides=["bottom"], amount=5)),
    ("extend the picture to the left", kind("expand", sides=["left"])),
    ("zoom out", kind("expand", sides=["all"])),
    ("outpaint to 16:9", kind("expand", aspect="16:9")),
    ("extend the picture to the left with more trees", kind("expand", sides=["left"], prompt="more trees")),
    ("outpaint to 16:9, showing a snowy mountain", kind("expand", aspect="16:9", prompt="a snowy mountain")),
    ("extend the canvas by 20% with a white border", kind("expand", sides=["all"], amount=20)),
    ("expand by 20% on all sides", kind("expand", sides=["all"], amount=20)),
    ("rotate left 90", kind("rotate", degrees=-90)),
    ("rotate 90 degrees clockwise", kind("rotate", degrees=90)),
    ("rotate the image by thirty degree anti clock wise", kind("rotate", degrees=-30)),
    ("turn it upside down", kind("rotate", degrees=180)),
    ("straighten by 2 degrees", kind("rotate", degrees=2)),
    ("flip it", kind("flip", axis="horizontal")),
    ("flip vertically", kind("flip", axis="vertical")),
    ("resize to 800 px wide", kind("resize", width=800)),
    ("resize to 800x600", kind("resize", width=800, height=600)),
    ("half size", kind("resize", scale=0.5)),
    ("increase the size by 20%", kind("resize", scale=1.2)),
    ("upscale 4x", kind("upscale", scale=4)),
    ("double the resolution", kind("upscale", scale=2)),
    ("upscale it 2x with more detail", kind("upscale", scale=2, detail=True)),
    ("upscale it 3x and add detail", kind("upscale", scale=3, detail=True)),
    ("enlarge it 2x with extra detail", kind("upscale", scale=2, detail=True)),
    ("upscale it 2x with no added detail", kind("upscale", scale=2)),
]
HIDDEN: list[Case] = [
    ("blur the faces", kind("blur", target=thing("faces"), mode="gaussian")),
    ("pixelate the licence plate", kind("blur", target=thing("licence plate"), mode="pixelate")),
    (
        "blur everything except the dog",
        kind("blur", target=thing("everything", relation="except the dog"), mode="gaussian"),
    ),
]
REPAIRED: list[Case] = [
    ("denoise", kind("restore", defect="noise")),
    ("remove the haze", kind("restore", defect="haze")),
    ("get the rain out of the picture", kind("restore", defect="rain")),
    ("clear the image of any snow", kind("restore", defect="snow")),
    ("fix the blur", kind("restore", defect="blur")),
    ("improve the picture by removing the grain", kind("restore", defect="noise")),
    ("restore this old photo", kind("restore", defect="scratches")),
    ("fix the white balance", kind("restore", defect="colour")),
    ("it is underexposed", kind("restore", defect="lowlight")),
    ("remove the pimple on her chin", kind("restore", defect="blemishes", target=thing("chin"))),
]
OTHERS: list[Case] = [
    ("move the dog to the left", kind("move", target=thing("dog"), place="to the left")),
    ("put the cup on the shelf", kind("move", target=thing("cup"), place="on the shelf")),
    ("duplicate the dog", kind("duplicate", target=thing("dog"), count=2)),
    ("change the number of balls to 5", kind("duplicate", target=thing("balls"), count=5)),
    ("change the number of dogs from 3 to 1", kind("remove", target=thing("dogs", quantity="2"))),
    ("generate an image of a castle at sunset", kind("generate", prompt="a castle at sunset")),
    ("generate a square picture of a red fox", kind("generate", prompt="a red fox", aspect="1:1")),
    ("draw me a picture of a fox, 1024x768", kind("generate", prompt="a fox", width=1024, height=768)),
    ("create an image of two men in 16:9", kind("generate", prompt="two men", aspect="16:9")),
]
ALL = [
    *REMOVED,
    *RECOLOURED,
    *ADJUSTED,
    *REPLACED,
    *ADDED,
    *ALTERED,
    *BEHIND,
    *CUT_OUT,
    *STYLED,
    *LETTERED,
    *FRAMED,
    *HIDDEN,
    *REPAIRED,
    *OTHERS,
]


@pytest.mark.parametrize(("instruction", "expected"), ALL, ids=[case[0] for case in ALL])
def test_one_request_is_one_operation(instruction: str, expected: dict[str, Any]) -> None:
    assert read(instruction) == [expected]


def test_the_table_is_worth_its_name() -> None:
    assert len(ALL) >= 150
    assert len({instruction for instruction, _ in ALL}) == len(ALL)


@pytest.mark.parametrize(
    ("sentence", "look", "kept"),
    [
        ("black and white except the girl", "black and white", "except the girl"),
        ("make everything black and white except the red car", "black and white", "except the red car"),
        ("make the photo sepia except for the dog", "sepia", "except the dog"),
    ],
)
def test_a_look_may_spare_one_thing(sentence: str, look: str, kept: str) -> None:
    assert read(sentence) == [kind("style", prompt=look, target=thing("everything", relation=kept))]


@pytest.mark.parametrize("sentence", ["make the colours pop", "make it pop", "let the colors pop"])
def test_popping_is_vibrance(sentence: str) -> None:
    assert read(sentence) == [adjust("vibrance", 20)]
