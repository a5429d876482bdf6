"""A stand-in for the OpenAI-compatible endpoint, over real HTTP: chunks as a test wants them."""

import json
import time

from tests.lab.prompt.server import Handler, serving

END = b"data: [DONE]\n\n"
HEAD = {"content-type": "text/event-stream", "x-amzn-RequestId": "r-1"}


def event(delta, finish=None, **more):
    """One chunk as OpenAI sends it."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
    chunk = {"id": "c-1", "object": "chat.completion.chunk", "model": "SmolLM2", **more}
    return b"data: " + json.dumps({"choices": [choice], **chunk}).encode() + b"\n\n"


def usage(written, prompt=31):
    """The last chunk of a stream that was asked for its usage."""
    counted = {"prompt_tokens": prompt, "completion_tokens": written}
    return event({}, choices=[], usage=counted)


def spoken(text="It pulls.", finish="stop"):
    """The events of a whole answer."""
    pieces = [event({"content": word}) for word in text.split(" ")]
    return [event({"role": "assistant", "content": ""}), *pieces, event({}, finish)]


def stream(*events, pause=0.0, status=200, head=HEAD, whole=True):
    """What a server says: these events, one after the other."""

    def reply(handler):
        handler.send_response(status)
        for name, value in head.items():
            handler.send_header(name, value)
        handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()
        for one in events:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(one), one))
            handler.wfile.flush()
            time.sleep(pause)
        if whole:
            handler.wfile.write(b"0\r\n\r\n")
        handler.close_connection = True

    return reply


def document(data, status=200, **headers):
    """What a server says that does not stream."""

    def reply(handler):
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        handler.send_response(status)
        named = {"content-type": "application/json", "x-amzn-RequestId": "r-1", **headers}
        for name, value in {**named, "content-length": str(len(body))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


class Speaker(Handler):
    """Lets the reply speak for itself: piece by piece, with pauses, or broken off."""

    protocol_version = "HTTP/1.1"

    def kept(self, body):
        return dict(self.headers), json.loads(body)

    def say(self, body):
        self.server.reply(self)


def speaking(reply):
    """The server, at `.url`, with what it was sent in `.seen`."""
    return serving(reply, Speaker, "/v1/chat/completions")
