"""The queue of files: nobody meets half a message, whoever writes at the same time."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu.connection import Connection

import config.celery  # names the transport
from config.file_queue import Channel, Transport


@pytest.fixture
def channel(tmp_path: Path) -> Any:
    return open_channel(tmp_path)


def open_channel(folder: Path) -> Any:
    """Return what a process has of the queue in a folder."""
    (folder / "queue").mkdir(exist_ok=True)
    (folder / "control").mkdir(exist_ok=True)
    options = {name: str(folder / "queue") for name in ("data_folder_in", "data_folder_out")}
    connection = Connection("filesystem://", transport_options={**options, "control_folder": str(folder / "control")})
    channel = connection.channel()
    assert isinstance(channel, Channel)
    return channel


def test_celery_without_redis_uses_it() -> None:
    with config.celery.app.connection("filesystem://") as connection:
        assert isinstance(connection.transport, Transport)


def test_messages_come_in_their_order(channel: Any) -> None:
    for number in range(5):
        channel._put("sla", {"body": f"Nr {number} ü"})

    assert channel._size("sla") == 5
    assert [channel._get("sla")["body"] for _ in range(5)] == [f"Nr {number} ü" for number in range(5)]
    with pytest.raises(Empty):
        channel._get("sla")


def test_a_message_is_not_there_before_it_is_whole(channel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    replace = os.replace

    def look_first(*names: Any) -> None:
        seen.append(channel._size("sla"))
        with pytest.raises(Empty):
            channel._get("sla")
        replace(*names)

    monkeypatch.setattr("config.file_queue.os.replace", look_first)

    channel._put("sla", {"body": "whole"})

    assert (seen, channel._get("sla")) == ([0], {"body": "whole"})


def test_queues_bound_and_read_at_once_are_all_there(tmp_path: Path) -> None:
    names = [f"queue{number}" for number in range(40)]

    def bind(name: str) -> int:
        channel = open_channel(tmp_path)
        channel._queue_bind("celery.pidbox", "", "", name)
        return len(channel.get_table("celery.pidbox"))

    with ThreadPoolExecutor(8) as threads:
        lengths = list(threads.map(bind, names))

    assert min(lengths) >= 1
    assert {each.queue for each in open_channel(tmp_path).get_table("celery.pidbox")} == set(names)
