"""`retouch history` and `retouch recipe save`: what was done, as a tree and as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.tree import Tree

from bot.config import Settings, load_settings
from bot.history import History, Revision
from bot.house import open_history
from bot.recipes import recipe_of, save
from bot.sheets import Node, tree_sheet
from bot.surfaces.terminal.printing import console, print_json, say
from engine.errors import NoSuchRevision
from engine.imageio import encode, format_for, read_picture, write_atomically

MOST = 10
"""Conversations shown about one photo, those used last; ones without an edit are left out."""


async def show_history(photo: Path | None, sheet: Path | None, *, as_json: bool) -> None:
    """Print the revision tree of the latest conversation, or of every one about `photo`.

    Raises: BadInput for a photo or sheet that cannot be used, NoSuchRevision where nothing was ever edited.
    """
    settings = load_settings()
    if sheet is not None:
        format_for(sheet)
    async with await open_history(settings) as history:
        wanted = await _conversations(history, photo, settings)
        trees = [(await history.tree(conversation), await history.head(conversation)) for conversation in wanted]
        trees = [tree for tree in trees if len(tree[0]) > 1][:MOST] or trees[:1]
        if as_json:
            print_json({"conversations": [_tree_json(revisions, head) for revisions, head in trees]})
        else:
            for revisions, head in trees:
                console().print(await _heading(history, head))
                console().print(_drawn(revisions, head))
        if sheet is not None:
            await _write_sheet(history, *trees[0], sheet)
            if not as_json:
                say(f"The tree is drawn in {sheet}.")


async def _conversations(history: History, photo: Path | None, settings: Settings) -> list[str]:
    if photo is None:
        latest = await history.latest()
        found = [] if latest is None else [latest.conversation]
    else:
        found = await history.conversations_of(read_picture(photo, settings.limits.of_pictures()).picture)
    if not found:
        raise NoSuchRevision("latest" if photo is None else photo.name)
    return found


async def _heading(history: History, head: Revision) -> str:
    name = await history.name(head.conversation)
    return f"[bold]{escape(name)}[/bold]  [dim]{head.created_at.astimezone():%Y-%m-%d %H:%M}[/dim]"


def _drawn(revisions: list[Revision], head: Revision) -> Tree:
    """The tree as text, the revision in use marked."""
    root = Tree(_line(revisions[0], head))
    places = {revisions[0].id: root}
    for revision in revisions[1:]:
        places[revision.id] = places[revision.parent or revisions[0].id].add(_line(revision, head))
    return root


def _line(revision: Revision, head: Revision) -> str:
    what = "original" if revision.parent is None else revision.instruction
    mark = "  [bold green]← here[/bold green]" if revision.id == head.id else ""
    size = f"{revision.width} × {revision.height}"
    return f"[bold]{revision.number}[/bold] {escape(what)}  [dim]{revision.id} · {size}[/dim]{mark}"


def _tree_json(revisions: list[Revision], head: Revision) -> dict[str, Any]:
    return {
        "conversation": head.conversation,
        "head": head.id,
        "revisions": [
            {
                "revision": revision.id,
                "number": revision.number,
                "parent": revision.parent,
                "instruction": revision.instruction,
                "plan": None if revision.plan is None else revision.plan.flat(),
                "backend": revision.backend,
                "seed": revision.seed,
                "size": [revision.width, revision.height],
                "created_at": revision.created_at.isoformat(),
            }
            for revision in revisions
        ],
    }


async def _write_sheet(history: History, revisions: list[Revision], head: Revision, sheet: Path) -> None:
    nodes = [
        Node(
            id=revision.id,
            parent=revision.parent,
            title=f"{revision.number}. {revision.instruction}" if revision.parent else "original",
            picture=await history.picture(revision.id),
            current=revision.id == head.id,
        )
        for revision in revisions
    ]
    write_atomically(sheet, encode(tree_sheet(nodes), format_for(sheet)))


async def save_recipe(out: Path, revision: str | None) -> None:
    """Write the edits that lead to a revision (default: the latest). Raises: NoSuchRevision."""
    async with await open_history(load_settings()) as history:
        head = await history.revision(revision) if revision else await history.latest()
        if head is None:
            raise NoSuchRevision("latest")
        recipe = recipe_of(await history.branch(head.id))
    if not recipe.steps:
        raise NoSuchRevision("edit")
    save(recipe, out)
    say(f"{len(recipe.steps)} edits are in {out}; `retouch recipe apply {out} PHOTO` repeats them.")
