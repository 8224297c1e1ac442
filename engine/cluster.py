"""The engine on many machines: the same HTTP app in every replica of a Ray Serve deployment.

`serve run engine.cluster:app exchange=s3://bucket/prefix models_at=/srv/models`, or the same in a config file of Ray
Serve, which also says how many replicas there are and what each is given; `docs/scale.md` has one.

What Ray Serve does: it starts replicas, more of them the more orders are under way, and others for those that died or
are not well; it sends each order to the less busy of two of them, and to one that had the same model before, if it is
free. What it leaves to the app: orders for one model that meet in a replica become one batch, and models that were not
used for long make room for others, as in an engine that runs alone.
"""

from __future__ import annotations

import sys
import threading
import time
from importlib import import_module
from typing import Any, Final

from pydantic import Field, ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.affinity import HEADER
from engine.assembly import editor_for, parts_for
from engine.blobs import open_blobs
from engine.edits import EditRequest, EditResult
from engine.errors import BadOption
from engine.logs import log_to
from engine.reporting import Report, guarded
from engine.service.app import Service
from engine.service.errands import Edit, is_fatal
from engine.service.readiness import Check
from engine.service.running import SWITCH_S
from engine.service.warm import warm_up
from engine.settings import EngineSettings
from engine.weights import ModelStore

NAME: Final = "engine"
"""By which config files of Ray Serve know the deployment."""
OPTIONS: Final[dict[str, Any]] = {
    "max_ongoing_requests": 16,
    "graceful_shutdown_timeout_s": 60,
    "health_check_period_s": 5,
    "health_check_timeout_s": 30,
    "logging_config": {"enable_access_log": False},
}
"""What a config file may say otherwise. Orders at once in one replica: a batch, the next one, and room for quick
edits, which never wait for either. A replica that has to go has a minute to finish what it does. Requests are not
logged: every chat process asks each second whether somebody is there."""
HANGS_S: Final = 600.0
"""An edit that did not move for so long hangs, as `bot.engine_remote.Patience` has it."""


class ClusterSettings(EngineSettings):
    """What a replica is told."""

    exchange: str
    """Where pixels lie, for chat processes and replicas alike: s3://bucket/prefix, or a folder that all of them see."""
    warm: bool = False
    """Whether a replica loads its models before it is given orders."""
    models_each: int = Field(default=3, ge=1)
    """Of how many generative models a replica is taken to have the weights at hand."""


def app(options: dict[str, Any]) -> Any:
    """The application that Ray Serve runs. options: fields of `ClusterSettings`. Raises: BadOption."""
    try:
        settings = ClusterSettings.model_validate(options)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False, include_context=False)[0]
        raise BadOption(".".join(str(part) for part in first["loc"]), "this", first["msg"]) from exc
    serve: Any = import_module("ray.serve")
    return serve.deployment(name=NAME, **OPTIONS)(serve.ingress()(Replica)).bind(settings.model_dump_json())


class Replica:
    """One process with an engine; Ray Serve makes it, asks how it is, and sends it orders."""

    def __init__(self, settings: str) -> None:
        """settings: `ClusterSettings` in JSON. Raises: BadOption, ModelMissing, StorageFailed; it is tried again."""
        log_to(sys.stderr)
        sys.setswitchinterval(SWITCH_S)
        told = ClusterSettings.model_validate_json(settings)
        models = ModelStore(told.models_at)
        parts = parts_for(models, told.models)
        editor = editor_for(models, parts, told.generation, told.safety)
        self._pulse = Pulse(editor.edit)
        self._service = Service(self._pulse.edit, open_blobs(told.exchange), told.room)
        failed = warm_up(parts, editor) if told.warm else []
        self._service.readiness.models = Check(ok=True, why=", ".join(f"{name} failed" for name in failed))
        # Ray Serve sends orders for a model to replicas that were asked for it before; they load it as they need it.
        serve: Any = import_module("ray.serve")
        self._remember: Any = serve.multiplexed(max_num_models_per_replica=told.models_each)(_itself)

    def __serve_build_asgi_app__(self) -> ASGIApp:
        """What answers HTTP."""
        service = self._service.app()

        async def answered(scope: Scope, receive: Receive, send: Send) -> None:
            model = _model_of(scope)
            if model:
                await self._remember(model)
            await service(scope, receive, send)

        return answered

    def check_health(self) -> None:
        """Raises: RuntimeError where only another process helps; no more orders are taken then."""
        wrong = self._pulse.wrong()
        if wrong:
            self._service.readiness.stopping = True
            raise RuntimeError(wrong)


class Pulse:
    """Edits, and whether the process that makes them can go on. Safe between threads."""

    def __init__(self, edit: Edit) -> None:
        self._edit = edit
        self._lock = threading.Lock()
        self._moved: dict[int, float] = {}
        """When each edit that runs last told of itself, by its thread."""
        self._poisoned = False

    def edit(self, request: EditRequest, report: Report | None) -> EditResult:
        """As the editor's own."""
        thread = threading.get_ident()

        def moves() -> None:
            with self._lock:
                self._moved[thread] = time.monotonic()

        moves()
        try:
            return self._edit(request, guarded(report, moves))
        except BaseException as exc:
            self._poisoned |= is_fatal(exc)
            raise
        finally:
            with self._lock:
                del self._moved[thread]

    def wrong(self) -> str | None:
        """Why the process is beyond help; None: it is well."""
        if self._poisoned:
            return "poisoned"
        with self._lock:
            longest = time.monotonic() - min(self._moved.values(), default=time.monotonic())
        return "hung" if longest > HANGS_S else None


async def _itself(model: str) -> str:
    """Nothing is loaded here."""
    return model


def _model_of(scope: Scope) -> str | None:
    """The model that the order is said to want."""
    if scope["type"] != "http":
        return None
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == HEADER.encode()), None)
