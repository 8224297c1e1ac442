"""What stands behind Refine…, Mask and More: a form, a mask to reshape, a menu, and the tree of a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.surfaces.discord.panels import history, masks, more, recipes, refining
from bot.surfaces.discord.panels.menus import Menu

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.surfaces.discord.clicks import Handler
    from bot.surfaces.discord.client import RetouchClient

HANDLERS: Final[Mapping[str, Handler]] = {
    "refine": refining.open_form,
    "refined": refining.refine,
    "mask": masks.show_mask,
    "more": more.show_menu,
    "upscale": more.enlarge,
    "download": more.download,
    "original": more.download_original,
    "delete": more.delete,
    "save": recipes.open_form,
    "named": recipes.save,
    "shelf": recipes.show_shelf,
    "apply": recipes.apply,
    "sheet": history.show_sheet,
    "goto": history.go_on,
    "pick": history.go_on,
}
"""Each action of a button, a menu or a form, and what carries it out."""


def install(client: RetouchClient) -> None:
    """The client knows the panels from now on, also those that an earlier process showed."""
    client.add_dynamic_items(Menu)
    for action, handler in HANDLERS.items():
        client.clicks.learn(action, handler)
