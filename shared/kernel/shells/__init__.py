"""Shells: what stands between a Lambda event and a declared handler, one per kind of trigger."""

from collections.abc import Callable
from functools import cache
from typing import Any

from shared.kernel import declare

Shell = Callable[[dict[str, Any], Any], Any]


@cache
def prepare(function: declare.Function[Any, Any]) -> Shell:
    """Return what Lambda calls: the shell of a function's trigger, built once; only its machinery is imported."""
    match function.declaration.trigger:
        case declare.Http():
            from shared.kernel.shells.http import HttpShell

            return HttpShell(function)
        case declare.FunctionUrl():
            from shared.kernel.shells.webhook import WebhookShell

            return WebhookShell(function)
        case declare.Authorizer():
            from shared.kernel.shells.plain import AuthorizerShell

            return AuthorizerShell(function)
        case declare.Schedule():
            from shared.kernel.shells.plain import ScheduleShell

            return ScheduleShell(function)
        case declare.Socket():
            from shared.kernel.shells.socket import SocketShell

            return SocketShell(function)
        case declare.OnEvent() | declare.OnDue():
            from shared.kernel.shells.batch import QueueShell

            return QueueShell(function)
        case declare.OnStream():
            from shared.kernel.shells.batch import StreamShell

            return StreamShell(function)
