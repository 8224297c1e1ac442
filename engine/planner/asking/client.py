"""The edge to the `openai` package: one question to an endpoint that speaks its protocol, and one text back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final, Literal, TypeAlias

from engine.errors import BackendMissing
from engine.planner.asking.prompts import Messages
from engine.planner.asking.schema import NAME, plan_schema
from engine.settings import PlannerSettings

Format: TypeAlias = Literal["json_schema", "json_object", "text"]
RETRIES: Final = 2
"""How often the package asks again after 408, 409, 429, 5xx or a lost connection, each time later."""
NO_KEY: Final = "none"
"""What is sent where no key is set, so that a key for another server is never taken from the environment."""
POORER: Final[dict[Format, Format]] = {"json_schema": "json_object", "json_object": "text"}
_OF_PICTURES: Final = ("image", "vision", "modal")
_OF_FORMATS: Final = ("response_format", "json_schema", "schema", "grammar")
"""Words in the complaints of servers that cannot see, or cannot hold a model to a schema."""
_FAULTS: Final[dict[int, str]] = {
    401: "does not accept the key",
    403: "does not accept the key",
    404: "does not have that model",
    429: "is asked too often",
}


class Unanswered(Exception):
    """No usable answer came; it says why, as the rest of a sentence about the model: "did not answer in 8 s"."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server is asked to do beside answering; servers differ in what they can."""

    format: Format = "json_schema"
    temperature: bool = True
    picture: bool = True


class Client:
    """Asks one model of one endpoint, and remembers what that endpoint cannot do."""

    def __init__(self, settings: PlannerSettings) -> None:
        """Raises: BackendMissing without the extra `llm`; nothing of it is imported yet."""
        if find_spec("openai") is None:
            raise BackendMissing("a language model that plans", "the extra “llm” (openai)")
        self._settings = settings
        self._offer = Offer(picture=settings.vision)
        self._openai: Any = None
        self._connection: Any = None

    @property
    def sees(self) -> bool:
        """Whether pictures can be shown to the model, as far as is known."""
        return self._offer.picture

    async def connect(self) -> None:
        """Import the package, which takes a second, beside whatever else is going on."""
        if self._connection is None:
            self._openai = await asyncio.to_thread(import_module, "openai")
            settings = self._settings
            self._connection = self._openai.AsyncOpenAI(
                base_url=settings.url, api_key=settings.key or NO_KEY, max_retries=RETRIES, timeout=settings.timeout_s
            )

    async def close(self) -> None:
        """Open connections are closed."""
        if self._connection is not None:
            await self._connection.close()

    async def ask(self, messages: Callable[[bool], Messages]) -> str:
        """What the model says; `messages` are made with the picture or without, as far as the server can take it.

        Cancelled, the request is closed. Raises: Unanswered.
        """
        while True:
            offer = self._offer
            try:
                return _text_of(await self._create(messages(offer.picture), offer))
            except self._openai.APIStatusError as exc:
                poorer = _poorer(offer, exc.status_code, str(exc))
                if poorer is None:
                    raise Unanswered(_FAULTS.get(exc.status_code, f"failed with HTTP {exc.status_code}")) from exc
                if self._offer == offer:
                    self._offer = poorer
            except self._openai.APITimeoutError as exc:
                raise TimeoutError from exc
            except self._openai.APIConnectionError as exc:
                raise Unanswered("cannot be reached") from exc
            except (self._openai.OpenAIError, ValueError) as exc:
                raise Unanswered("did not answer in its protocol") from exc

    async def _create(self, messages: Messages, offer: Offer) -> Any:
        extra: dict[str, Any] = {}
        if offer.temperature:
            extra["temperature"] = 0
        if offer.format == "json_schema":
            schema = {"name": NAME, "strict": True, "schema": plan_schema()}
            extra["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif offer.format == "json_object":
            extra["response_format"] = {"type": "json_object"}
        return await self._connection.chat.completions.create(model=self._settings.model, messages=messages, **extra)


def _poorer(offer: Offer, status: int, complaint: str) -> Offer | None:
    """What is left to ask for after a server complained of a request; None where it cannot be that."""
    told = complaint.casefold()
    if offer.temperature and "temperature" in told:
        return replace(offer, temperature=False)
    if offer.picture and any(word in told for word in _OF_PICTURES):
        return replace(offer, picture=False)
    if offer.format in POORER and (status in (400, 422) or any(word in told for word in _OF_FORMATS)):
        return replace(offer, format=POORER[offer.format])
    return None


def _text_of(completion: Any) -> str:
    """The text of the first choice. Raises: Unanswered where it is refused, cut short or none."""
    try:
        choice = completion.choices[0]
        message, reason = choice.message, choice.finish_reason
        text, refusal = message.content, getattr(message, "refusal", None)
    except (AttributeError, IndexError, TypeError) as exc:
        raise Unanswered("did not answer in its protocol") from exc
    if refusal or reason == "content_filter":
        raise Unanswered("refused")
    if reason == "length":
        raise Unanswered("was cut short")
    if not isinstance(text, str) or not text.strip():
        raise Unanswered("said nothing")
    return text
