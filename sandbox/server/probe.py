"""Asks the provider for a sign of life: one gRPC call, as the engine makes them.

It is written on HTTP/2 itself, which serving has loaded anyway: gRPC's own library would cost this
process 14 MB and threads for it.
"""

from __future__ import annotations

import asyncio

import h2.config
import h2.connection
import h2.events
import h2.exceptions

CALL = "/pulumirpc.ResourceProvider/GetPluginInfo"
EMPTY = b"\0" + (0).to_bytes(4, "big")  # a message without content: not compressed, no bytes


async def answers(port: int, patience: float) -> bool:
    """Whether a gRPC server at this port of the loopback address answers the call, with whatever.

    Args:
        patience: seconds after which it does not.
    """
    try:
        return await asyncio.wait_for(_answer(port), patience)
    except (asyncio.TimeoutError, OSError, h2.exceptions.ProtocolError):
        return False


async def _answer(port: int) -> bool:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        talk = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        talk.initiate_connection()
        headers = [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", CALL),
            (":authority", f"127.0.0.1:{port}"),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
        ]
        stream = talk.get_next_available_stream_id()
        talk.send_headers(stream, headers)
        talk.send_data(stream, EMPTY, end_stream=True)
        writer.write(talk.data_to_send())
        while received := await reader.read(65_536):
            for event in talk.receive_data(received):
                if isinstance(event, h2.events.ResponseReceived):
                    return ("content-type", "application/grpc") in event.headers
            writer.write(talk.data_to_send())
        return False
    finally:
        writer.close()
