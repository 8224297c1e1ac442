"""The `retouch` command. Each command loads what it needs when it runs, so that `--help` answers at once."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Annotated, NoReturn

import typer

STARTED = time.perf_counter()
INTERRUPTED = 130
"""The exit code of a command that Ctrl-C stopped, as shells have it."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Edit pictures by saying what should change. Everything outside the edit stays bit-identical.",
)
recipe_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Save the edits of a branch, and apply them to another photo."
)
models_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List, fetch, verify and remove models.")
app.add_typer(recipe_app, name="recipe")
app.add_typer(models_app, name="models")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of sentences.")]
Out = Annotated[Path | None, typer.Option("-o", "--out", help="Where to write; PNG, JPEG or WebP by extension.")]


@app.command()
def edit(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="PHOTO INSTRUCTION...", help="The photo, then what to change, each in quotes."),
    ] = None,
    mask: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|JSON",
            help="Where to edit: a picture (white, transparent, or scribbled on a copy), or shapes and clicks as JSON "
            'such as {"box": [10, 20, 200, 120]}. Goes with the first instruction.',
        ),
    ] = None,
    reference: Annotated[Path | None, typer.Option(help="A second picture, such as a new background.")] = None,
    backend: Annotated[
        str | None, typer.Option(help="exact, exemplar, lama, diffusion or instruct; default: the cheapest.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="A generative model: a name of `retouch models list` or a folder, and +PART for each LoRA."),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Fixes the result; default: random.")] = None,
    count: Annotated[int, typer.Option("-n", min=1, max=10, help="How many variations.")] = 1,
    out: Out = None,
    go_on: Annotated[bool, typer.Option("--continue", help="Go on from the latest picture; no PHOTO.")] = False,
    revision: Annotated[str | None, typer.Option(help="With --continue: go on from this revision.")] = None,
    as_json: Json = False,
) -> None:
    """Edit a photo; several instructions are one conversation, in order."""
    import asyncio

    from bot.surfaces.terminal.printing import answering
    from engine.clock import Clock

    with answering(as_json):
        from bot.surfaces.terminal.edit import EditOptions, edit, split_words

        photo, instructions = split_words(words or [], go_on=go_on or revision is not None)
        options = EditOptions(
            photo=photo,
            instructions=instructions,
            out=out,
            mask=mask,
            reference=reference,
            revision=revision,
            backend=backend,
            model=model,
            seed=seed,
            count=count,
            as_json=as_json,
        )
        clock = Clock()
        clock.add("load", 1000 * (time.perf_counter() - STARTED))
        asyncio.run(edit(options, clock, STARTED))


@app.command()
def generate(
    words: Annotated[list[str] | None, typer.Argument(metavar="PROMPT", help="What should be seen, in quotes.")] = None,
    reference: Annotated[Path | None, typer.Option(help="A picture whose style or thing is meant.")] = None,
    model: Annotated[str | None, typer.Option(help="A text-to-image model, as for edit.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Fixes the result; default: random.")] = None,
    count: Annotated[int, typer.Option("-n", min=1, max=10, help="How many variations.")] = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Make a new picture from words, such as “a red fox, 16:9”; `edit --continue` goes on from it."""
    import asyncio

    from bot.surfaces.terminal.printing import answering
    from engine.clock import Clock

    with answering(as_json):
        from bot.surfaces.terminal.edit import edit
        from bot.surfaces.terminal.generate import generating

        options = generating(
            words or [], reference=reference, model=model, seed=seed, count=count, out=out, as_json=as_json
        )
        clock = Clock()
        clock.add("load", 1000 * (time.perf_counter() - STARTED))
        asyncio.run(edit(options, clock, STARTED))


@app.command()
def plan(
    words: Annotated[list[str] | None, typer.Argument(metavar="INSTRUCTION | -", help="'-' reads lines.")] = None,
    dialogue: Annotated[bool, typer.Option(help="Lines are turns; a blank line starts a new conversation.")] = False,
    as_json: Json = False,
) -> None:
    """Show what an instruction would do, without a picture."""
    import gc

    gc.disable()
    from bot.surfaces.terminal.printing import answering

    with answering(as_json):
        from bot.surfaces.terminal.plan import plan_lines, plan_once

        # What is loaded by now stays, and to look through it for garbage would take a tenth of the time.
        gc.freeze()
        gc.enable()
        if words == ["-"]:
            plan_lines(sys.stdin, dialogue=dialogue)
        else:
            plan_once(" ".join(words or []), as_json=as_json)


@app.command()
def ground(
    photo: Path,
    phrase: str,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Find the regions a phrase means, best first; -o writes their mask."""
    from bot.surfaces.terminal.printing import answering

    with answering(as_json):
        from bot.surfaces.terminal.ground import ground

        ground(photo, phrase, out, as_json=as_json)


@app.command()
def history(
    photo: Annotated[Path | None, typer.Argument(help="Conversations about this photo; default: the latest.")] = None,
    sheet: Annotated[Path | None, typer.Option(help="Also write a contact sheet of the tree.")] = None,
    as_json: Json = False,
) -> None:
    """Show the tree of revisions."""
    import asyncio

    from bot.surfaces.terminal.printing import answering

    with answering(as_json):
        from bot.surfaces.terminal.memory import show_history

        asyncio.run(show_history(photo, sheet, as_json=as_json))


@recipe_app.command("save")
def recipe_save(
    out: Annotated[Path, typer.Argument(help="The recipe file to write (JSON).")],
    revision: Annotated[str | None, typer.Option(help="The branch up to this revision; default: the latest.")] = None,
) -> None:
    """Write the edits of a branch as a recipe."""
    import asyncio

    from bot.surfaces.terminal.printing import answering

    with answering(as_json=False):
        from bot.surfaces.terminal.memory import save_recipe

        asyncio.run(save_recipe(out, revision))


@recipe_app.command("apply")
def recipe_apply(
    recipe: Annotated[Path, typer.Argument(help="A recipe file.")],
    photo: Annotated[Path, typer.Argument(help="The photo to apply it to.")],
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Repeat a recipe's edits on another photo."""
    import asyncio

    from bot.surfaces.terminal.printing import answering
    from engine.clock import Clock

    with answering(as_json):
        from bot.recipes import load
        from bot.surfaces.terminal.edit import EditOptions, edit

        options = EditOptions(photo, recipe=load(recipe), out=out, as_json=as_json)
        asyncio.run(edit(options, Clock(), STARTED))


@models_app.command("list")
def models_list(
    as_json: Json = False,
    markdown: Annotated[bool, typer.Option(help="Print the tables of docs/models.md.")] = False,
) -> None:
    """Say which models there are, what they cost, and which are installed."""
    from bot.surfaces.terminal.printing import answering

    with answering(as_json):
        from bot.surfaces.terminal.models import list_models

        list_models(as_json=as_json, as_markdown=markdown)


@models_app.command("pull")
def models_pull(
    name: str,
    source: Annotated[
        Path | None, typer.Option("--from", help="Install this file or folder instead of downloading.")
    ] = None,
) -> None:
    """Install a model: downloaded (resumable), or from a file or a folder; checked either way."""
    from bot.surfaces.terminal.printing import answering

    with answering(as_json=False):
        from bot.surfaces.terminal.models import pull_model

        pull_model(name, source)


@models_app.command("verify")
def models_verify() -> None:
    """Check every byte of the installed models."""
    from bot.surfaces.terminal.printing import answering

    with answering(as_json=False):
        from bot.surfaces.terminal.models import verify_models

        verify_models()


@models_app.command("remove")
def models_remove(name: str) -> None:
    """Delete a model, or what an unfinished pull left of it."""
    from bot.surfaces.terminal.printing import answering

    with answering(as_json=False):
        from bot.surfaces.terminal.models import remove_model

        remove_model(name)


@app.command()
def demo(
    photo: Annotated[Path | None, typer.Argument(help="Your photo; default: a drawn scene.")] = None,
    out: Annotated[Path, typer.Option("-o", "--out", help="The folder for the pictures.")] = Path("retouch-demo"),
) -> None:
    """Hold a five-turn conversation and leave its pictures and a contact sheet in a folder."""
    import asyncio

    from bot.surfaces.terminal.printing import answering

    with answering(as_json=False):
        from bot.surfaces.terminal.demo import demo

        asyncio.run(demo(photo, out))


@app.command()
def doctor(
    url: Annotated[str | None, typer.Option(help="A server to ask; default: this machine's, if it runs.")] = None,
    on_discord: Annotated[bool, typer.Option("--discord", help="Examine the Discord bot instead.")] = False,
    as_json: Json = False,
) -> None:
    """Say what this machine can do, what is missing for the rest, and how the server is doing."""
    import asyncio

    from bot.surfaces.terminal.printing import answering

    with answering(as_json):
        if on_discord:
            from bot.config import load_settings
            from bot.surfaces.terminal.doctor_discord import doctor_discord

            asyncio.run(doctor_discord(load_settings(), as_json=as_json))
        else:
            from bot.surfaces.terminal.doctor import doctor

            doctor(url, as_json=as_json)


@app.command("discord")
def discord_bot(
    invite: Annotated[bool, typer.Option("--invite", help="Print the link that adds the bot to a server.")] = False,
) -> None:
    """Run the Discord bot, until Ctrl-C; docs/discord.md leads from nothing to there."""
    import asyncio
    from functools import partial

    from bot.surfaces.terminal.printing import answering

    with answering(as_json=False):
        from bot.config import load_settings
        from bot.surfaces.discord import running

        settings = load_settings()
        if invite:
            typer.echo(asyncio.run(running.invite(settings)))
        else:
            asyncio.run(running.run(settings, partial(typer.echo, err=True)))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Listen on this address; there is no password.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8687,
    socket: Annotated[Path | None, typer.Option(help="Listen on this Unix socket, which only you may use.")] = None,
    exchange: Annotated[
        str | None,
        typer.Option(metavar="FOLDER|s3://...", help="Where pixels lie on their way; default: a folder of its home."),
    ] = None,
    warm: Annotated[bool, typer.Option(help="Load the models first, so that nobody waits for them.")] = False,
) -> None:
    """Run the engine alone, for chat processes elsewhere."""
    from bot.surfaces.terminal.printing import answering

    with answering(as_json=False):
        from bot.surfaces.terminal.serve import serve
        from engine.service.running import Address

        serve(Address(socket, host, port), exchange, warm=warm)


def main() -> None:
    """The console script."""
    try:
        app()
    except KeyboardInterrupt:
        _stop()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            _stop()
        raise


def _stop() -> NoReturn:
    """End at once: a library that Ctrl-C hit while it loaded may have left the interpreter to die by the signal."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
