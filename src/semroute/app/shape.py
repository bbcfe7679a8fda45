"""What becomes of a request's body once its model is known: reasoning, system prompt, tools."""

import json
import math
from collections.abc import Mapping
from typing import Final

from attrs import Factory, evolve, field, frozen

from semroute.domain.chat import ChatRequest, Role, ToolChoice
from semroute.domain.decisions import Decision
from semroute.domain.http import Service
from semroute.domain.json import Json
from semroute.domain.policy import Policy
from semroute.domain.reasoning import Family, Present, reasoning_fields, reasoning_patch
from semroute.domain.routing import ChatEdit, RoutingDecision
from semroute.domain.tools.selection import ToolSelection
from semroute.domain.tools.toolbox import Toolbox, ToolShape

from .select_tools import ToolSelector

_SHAPES: Final[Mapping[Service, ToolShape]] = {
    Service.CHAT_COMPLETIONS: ToolShape.CHAT,
    Service.RESPONSES: ToolShape.RESPONSES,
    Service.MESSAGES: ToolShape.MESSAGES,
    Service.TOKEN_COUNT: ToolShape.MESSAGES,
}


@frozen
class Shaped:
    """What becomes of a body.

    Args:
        edit: What changes in it.
        selection: Which tools the model gets to see; None if nobody chose.
    """

    edit: ChatEdit = field(factory=ChatEdit)
    selection: ToolSelection | None = None


UNSHAPED: Final = Shaped()


@frozen
class Shape:
    """Says what becomes of a request's body.

    Only requests that leave the choice of the model to us are shaped: who names a model gets it
    as it is.

    Args:
        policy: The rules.
        families: How models are told to reason, by the name of the family.
        selector: Chooses tools; None if nobody can.
        toolboxes: Tools that are put into requests without any, by the name of the decision.
    """

    policy: Policy
    families: Mapping[str, Family] = field(factory=dict)
    selector: ToolSelector | None = None
    toolboxes: Mapping[str, Toolbox] = field(factory=dict)
    _fields: Mapping[Service, frozenset[str]] = field(
        init=False, default=Factory(lambda self: _fields_of(self.families), takes_self=True)
    )

    async def warm(self) -> None:
        """Reads the operator's tools, so that the first request does not wait for that."""
        if self.selector is not None:
            for toolbox in self.toolboxes.values():
                await self.selector.warm(toolbox.tools)

    async def __call__(
        self,
        chat: ChatRequest,
        routed: RoutingDecision,
        service: Service,
        until: float = math.inf,
    ) -> Shaped:
        """Returns what becomes of a body.

        Args:
            chat: The request.
            routed: Where it goes.
            service: The API that it asks.
            until: When it must be known, by Trio's clock.

        Cancellation: Nothing is left behind but tools that are known from now on.
        """
        if self.policy.asked(chat.model) is None:
            return UNSHAPED
        decision = self.policy.decision(routed.decision)
        edit = ChatEdit(
            system=decision.system if decision else None,
            fields=self._reasoning(chat, decision, routed.model, service),
        )
        tools = decision.tools if decision else None
        if decision is None or tools is None or self.selector is None:
            return Shaped(edit)
        toolbox = self.toolboxes.get(decision.name)
        if toolbox is not None and not chat.tools and service in _SHAPES:
            if chat.tool_choice is ToolChoice.NONE:
                return Shaped(edit)
            offered = evolve(chat, tools=toolbox.tools, tool_choice=ToolChoice.AUTO)
            selection = await self.selector.select(offered, _asked_for(chat), tools, until)
            return _filled(edit, toolbox, _SHAPES[service], selection)
        selection = await self.selector.select(chat, _asked_for(chat), tools, until)
        if selection is None or len(selection.kept) == selection.offered:
            return Shaped(edit, selection)
        return Shaped(evolve(edit, tools=selection.kept), selection)

    def _reasoning(
        self, chat: ChatRequest, decision: Decision | None, model: str, service: Service
    ) -> Mapping[str, Json]:
        family = self.families.get(self.policy.models[model].family or "")
        last = chat.messages[-1] if chat.messages else None
        present = Present(
            chat.knobs,
            is_continuation=chat.is_continuation,
            is_prefilled=last is not None and last.role is Role.ASSISTANT,
        )
        mode = decision.reasoning if decision else None
        return reasoning_patch(mode, family, service, self._fields[service], present)


def _filled(
    edit: ChatEdit, toolbox: Toolbox, shape: ToolShape, selection: ToolSelection | None
) -> Shaped:
    """Puts tools of the operator's into a request that has none."""
    kept = range(len(toolbox.tools)) if selection is None else selection.kept
    documents = [json.loads(each) for each in toolbox.rendered(kept, shape)]
    return Shaped(evolve(edit, fields={**edit.fields, "tools": documents}), selection)


def _fields_of(families: Mapping[str, Family]) -> dict[Service, frozenset[str]]:
    return {each: reasoning_fields(families.values(), each) for each in Service}


def _asked_for(chat: ChatRequest) -> str:
    prompt = chat.prompt(0)
    return "" if prompt is None else prompt.turn
