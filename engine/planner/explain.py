"""One plain sentence of what was understood."""

from __future__ import annotations

from engine.operations import Operation, Plan, Target

PROPERTIES = {"warmth": ("warmer", "cooler"), "brightness": ("brighter", "darker"), "sharpness": ("sharper", "softer")}
DEFECTS = {
    "noise": "Reduce the noise",
    "blur": "Sharpen what is blurred",
    "haze": "Clear the haze",
    "rain": "Remove the rain",
    "snow": "Remove the falling snow",
    "scratches": "Repair the scratches",
    "lowlight": "Light up the dark photo",
    "jpeg": "Smooth the compression blocks",
    "faded": "Refresh the faded colours",
    "colour": "Correct the colours",
    "blemishes": "Heal the blemishes",
}
PLAIN = {
    "undo": "Undo",
    "redo": "Redo",
    "restart": "Go back to the original",
    "retry": "Try the last edit again",
    "compare": "Show before and after",
}


def explain(plan: Plan) -> str:
    """What the plan will do, in the order it will be done; its question where it does nothing."""
    if not plan.operations:
        return plan.question or "Nothing to do."
    steps = [_step(operation) for operation in plan.operations]
    lowered = [steps[0], *(step[0].lower() + step[1:] for step in steps[1:])]
    return ", then ".join(lowered) + "."


def explain_operation(operation: Operation) -> str:
    """One operation as an imperative sentence without its full stop: what a model that follows instructions is told."""
    return _step(operation)


def _the(target: Target | None) -> str:
    """The target in words: "the second small dog on the left"."""
    if target is None:
        return "the picture"
    if target.previous:
        return "it"
    phrase = target.phrase or "thing"
    size = target.size if target.size and target.size not in phrase else None
    words = [target.ordinal, size, phrase]
    many = target.quantity if target.quantity not in (None, "one") else None
    text = " ".join(word for word in words if word)
    article = "all the" if many == "all" else f"the {many}" if many else "one" if target.quantity == "one" else "the"
    text = text if text.split(" ")[0] in ("everything", "everyone") else f"{article} {text}"
    if target.part_of:
        text += f" of the {target.part_of}"
    if target.relation:
        text += f" {target.relation}"
    return f"{text} {_at(target.position)}" if target.position else text


def _at(position: str) -> str:
    inside = position in ("foreground", "background", "middle", "center", "centre") or " " in position
    return f"{'in' if inside else 'on'} the {position}"


def _amount(amount: float) -> str:
    return f"{abs(amount):g} %"


def _step(operation: Operation) -> str:
    """One operation in words."""
    match operation.kind:
        case "remove":
            return f"Remove {_the(operation.target)}"
        case "replace":
            return f"Replace {_the(operation.target)} with {operation.prompt}"
        case "add":
            return f"Add {operation.prompt}{f' {operation.place}' if operation.place else ''}"
        case "alter":
            if not operation.prompt:
                return f"Make a variation of {_the(operation.target)}"
            return f"Change {_the(operation.target)}: {operation.prompt}"
        case "recolor":
            return f"Recolour {_the(operation.target)} {operation.colour}"
        case "adjust":
            return _adjusted(operation.property, operation.amount, operation.target)
        case "background":
            return {
                "replace": f"Replace the background with {operation.prompt}",
                "remove": "Remove the background",
                "blur": "Blur the background",
                "colour": f"Make the background {operation.colour}",
            }[operation.action]
        case "extract":
            return f"Cut out {_the(operation.target)}"
        case "style":
            return f"Give {_the(operation.target)} this look: {operation.prompt}"
        case "text":
            return _lettered(operation.action, operation.text, operation.old, operation.place, operation.target)
        case "expand":
            wider = (
                f"Extend the picture{f' to {operation.aspect}' if operation.aspect else ''}{_sides(operation.sides)}"
            )
            return f"{wider}, showing {operation.prompt}" if operation.prompt else wider
        case "crop":
            if operation.trim:
                return "Cut off the plain border"
            return _cropped(operation.aspect, operation.sides, operation.target)
        case "rotate":
            if operation.level:
                return "Straighten the picture"
            way = "clockwise" if operation.degrees >= 0 else "anticlockwise"
            return f"Turn the picture {abs(operation.degrees):g} degrees {way}"
        case "flip":
            return (
                "Mirror the picture left to right"
                if operation.axis == "horizontal"
                else "Flip the picture top to bottom"
            )
        case "resize":
            return f"Resize the picture {_measure(operation.width, operation.height, operation.scale)}"
        case "upscale":
            return f"Enlarge the picture {operation.scale:g} times" + (" and add detail" if operation.detail else "")
        case "blur":
            return f"{'Pixelate' if operation.mode == 'pixelate' else 'Blur'} {_the(operation.target)}"
        case "restore":
            return DEFECTS[operation.defect] + (f" of {_the(operation.target)}" if operation.target else "")
        case "move":
            return f"Move {_the(operation.target)} {operation.place}"
        case "duplicate":
            return f"Copy {_the(operation.target)} until there are {operation.count}"
        case "generate":
            return f"Make a new picture: {operation.prompt}"
        case "undo" if operation.what:
            return f"Undo \u201c{operation.what}\u201d and make the later edits again"
        case "undo" | "redo":
            return PLAIN[operation.kind] + (f" {operation.count} steps" if operation.count > 1 else " the last step")
        case "restart" | "retry" | "compare":
            return PLAIN[operation.kind]
        case "goto":
            return f"Go to picture {operation.revision}"
        case "vary":
            plural = "s" if operation.n > 1 else ""
            like = "this one" if operation.like == "this" else f"picture {operation.like}"
            liked = f" like {like}" if operation.like else ""
            return f"Make {operation.n} variation{plural}{liked}{f', {operation.change}' if operation.change else ''}"
        case "refine":
            return f"Refine the last edit: {operation.change}"
        case "choose":
            return f"Take {operation.candidate}"
        case "replay":
            return f"Replay {operation.recipe} on this picture"


def _adjusted(name: str, amount: float, target: Target | None) -> str:
    if name in PROPERTIES:
        return f"Make {_the(target)} {PROPERTIES[name][amount < 0]} by {_amount(amount)}"
    return f"{'Raise' if amount >= 0 else 'Lower'} the {name} of {_the(target)} by {_amount(amount)}"


def _lettered(action: str, text: str | None, old: str | None, place: str | None, target: Target | None) -> str:
    if action == "add":
        return f"Write \u201c{text}\u201d{f' {place}' if place else ''}"
    words = f"the words \u201c{old}\u201d" if old else _the(target) if target else "the lettering"
    return f"Remove {words}" if action == "remove" else f"Change {words} to \u201c{text}\u201d"


def _sides(sides: tuple[str, ...] | None) -> str:
    if not sides:
        return ""
    return " on all sides" if sides == ("all",) else f" at the {' and '.join(sides)}"


def _cropped(aspect: str | None, sides: tuple[str, ...] | None, target: Target | None) -> str:
    if target:
        return f"Crop to {_the(target)}"
    if sides:
        return f"Crop{_sides(sides)}"
    return "Crop to a square" if aspect == "1:1" else f"Crop to {aspect}" if aspect else "Crop"


def _measure(width: int | None, height: int | None, scale: float | None) -> str:
    if scale is not None:
        return f"to {scale * 100:g} % of its size"
    return "to " + " by ".join(
        part for part in (f"{width} px wide" if width else "", f"{height} px high" if height else "") if part
    )
