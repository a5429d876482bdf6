"""A stand-in for the transport: it says what a test puts into its queue."""

import queue

from lab.prompt.state import Reply
from lab.prompt.transport import NoAnswer


class FakeSender:
    """Says phases, pieces, a reply or an error, and remembers being aborted.

    Args:
        head: of an answer that comes in pieces, which goes first.
    """

    def __init__(self, *words, head=None):
        self.says, self.aborted, self._head = queue.Queue(), False, head
        for word in words:
            self.says.put(word)

    def send(self, request, phase, heard=None):
        if self._head is not None:
            heard(self._head)
        while True:
            word = self.says.get(timeout=5)
            if isinstance(word, str):
                phase(word)
            elif isinstance(word, bytes):
                heard(word)
            elif isinstance(word, Reply):
                return word
            else:
                raise word

    def abort(self):
        self.aborted = True
        self.says.put(NoAnswer("other", "closed", 0.1))
