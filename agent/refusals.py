"""OpenAI's chat model, with what it declines in: the client drops that of a streamed answer."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai import ChatOpenAI

REFUSAL = "refusal"


class Refusing(ChatOpenAI):
    """Keeps `delta.refusal` where the client keeps `message.refusal` of a whole answer."""

    def _convert_chunk_to_generation_chunk(
        self, chunk: dict[str, Any], *args: Any
    ) -> ChatGenerationChunk | None:
        made = super()._convert_chunk_to_generation_chunk(chunk, *args)
        choices = chunk.get("choices") or [{}]
        said = (choices[0].get("delta") or {}).get(REFUSAL)
        if said and made is not None and isinstance(made.message, AIMessageChunk):
            made.message.additional_kwargs[REFUSAL] = said
        return made
