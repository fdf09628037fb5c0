"""The parent as seen by a worker process: the pipes for requests, and the confinement of the worker."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any, Final

from kg.errors import EngineError, NewsgraphError, PipeClosedError, StoreBusyError, StoreError
from kg.process import frames, sandbox
from kg.process.operation import Known, Table

GRACE: Final = 0.5
"""Seconds after the deadline when the process ends itself if its parent has not ended it."""


class Parent:
    """The other end of the pipes of a kg.process.child.Child."""

    def __init__(self, memory: int, parent: int) -> None:
        """Take over standard input and output, and confine this process to ``memory`` bytes and its parent's life."""
        self._requests, self._replies = os.dup(0), os.dup(1)
        os.dup2(2, 1)  # whatever prints must not get between the frames
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes the pipe
        self._confined = sandbox.confine(memory, parent)
        sandbox.end_when_closed(self._replies)

    def ready(self) -> None:
        """Tell the parent that requests are now accepted."""
        frames.send(self._replies, {"ready": True, "confined": self._confined})

    def refuse(self, error: NewsgraphError) -> None:
        """Tell the parent that this process or its request failed, and why."""
        frames.send(self._replies, failure(error))

    def serve(self, table: Table[Known], answer: Callable[[Known, float], Any], exhausted: NewsgraphError) -> None:
        """Answer one request within its deadline (time.monotonic()); a failure is a reply too.

        ``exhausted`` is what to report when memory runs out. After a failure of the engine, of reading or of writing,
        this process accepts no more requests, since what it has open may be unusable. Raises PipeClosedError then, and
        if the parent closes the pipe.
        """
        header, body = frames.receive(self._requests)
        deadline = time.monotonic() + header["seconds"]
        signal.setitimer(signal.ITIMER_REAL, max(0.001, header["seconds"]) + GRACE)
        try:
            operation = table.asked(header, body)
            reply = operation.reply_frame(answer(operation, deadline))
        except NewsgraphError as error:
            reply = failure(error), b""
        except MemoryError:
            reply = failure(exhausted), b""
        except Exception as error:
            reply = failure(EngineError(f"{type(error).__name__}: {error}")), b""
        signal.setitimer(signal.ITIMER_REAL, 0)
        frames.send(self._replies, *reply)
        if reply[0].get("ends"):
            raise PipeClosedError("this process accepts no more requests")


def failure(error: NewsgraphError) -> dict[str, Any]:
    """Return the header of a reply that reports an error, with the attributes of its class, and whether it is the last.

    (Keeping the error itself would keep open what the frames of its traceback have open.)
    """
    ends = isinstance(error, EngineError | StoreError) and not isinstance(error, StoreBusyError)
    return {"error": type(error).__name__, "message": str(error), "attributes": vars(error), "ends": ends}
