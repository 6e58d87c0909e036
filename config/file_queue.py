"""The queue of files for machines without Redis: kombu's, in which nobody meets a file that is half written.

Kombu makes a file before it locks and fills it. Whoever reads it in between finds it empty, and a Celery worker that
cannot read a message ends.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from time import time_ns
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Messages appear whole under their names; tables of queues are read and written by one process at a time."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # kombu names it two ways
        name = f"{time_ns()}_{uuid4()}.{queue}.msg"
        waiting, ready = (Path(self.data_folder_out, each) for each in (f"{name}.new", name))
        try:
            waiting.write_text(dumps(payload), encoding="utf-8")
            os.replace(waiting, ready)
        except OSError as error:
            raise ChannelError(f"Cannot add file {ready} to the queue.") from error

    def get_table(self, exchange: str) -> Any:
        """Return the queues bound to an exchange."""
        with self._alone():
            return super().get_table(exchange)  # type: ignore[no-untyped-call]

    def _queue_bind(self, *args: Any) -> None:
        with self._alone():
            super()._queue_bind(*args)  # type: ignore[no-untyped-call]

    def _delete(self, *args: Any, **kwargs: Any) -> None:
        with self._alone():
            super()._delete(*args, **kwargs)  # type: ignore[no-untyped-call]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.control_folder / "tables.lock").open("w") as file:
            flock(file, LOCK_EX)
            yield


class Transport(filesystem.Transport):
    """The transport behind `filesystem://`."""

    Channel = Channel
