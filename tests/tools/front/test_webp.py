"""Animated WebP: the container is as the format says."""

import struct

import pytest

from tools.front.record import HEIGHT, TARGET, WIDTH
from tools.front.webp import Frame, animated, chunks


def still(pixels):
    """A WebP of one chunk."""
    body = b"WEBPVP8 " + struct.pack("<I", len(pixels)) + pixels + b"\0" * (len(pixels) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_frames_keep_their_pixels_place_and_time():
    file = animated([Frame(4, 6, 10, 8, 250, still(b"odd"))], 20, 30)
    assert struct.unpack("<I", file[4:8])[0] == len(file) - 8
    found = dict(chunks(file))
    assert list(found) == [b"VP8X", b"ANIM", b"ANMF"]
    assert found[b"VP8X"] == bytes([2, 0, 0, 0, 19, 0, 0, 29, 0, 0])
    frame = found[b"ANMF"]
    assert frame[:16] == bytes([2, 0, 0, 3, 0, 0, 9, 0, 0, 7, 0, 0, 250, 0, 0, 2])
    assert frame[16:] == b"VP8 " + struct.pack("<I", 3) + b"odd\0"


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (Frame(1, 0, 2, 2, 100, still(b"pixels")), "begins at 1, 0: these must be even"),
        (Frame(0, 0, 2, 2, 100, b"\x89PNG"), "a frame is no WebP"),
    ],
)
def test_what_cannot_be_a_frame_is_refused(frame, told):
    with pytest.raises(ValueError, match=told):
        animated([frame], 4, 4)


def test_the_recording_plays_and_is_small():
    file = TARGET.read_bytes()
    found = [data for name, data in chunks(file) if name == b"ANMF"]
    assert len(found) > 10
    assert len(file) < 1_500_000
    size = dict(chunks(file))[b"VP8X"][4:]
    assert size == struct.pack("<I", WIDTH - 1)[:3] + struct.pack("<I", HEIGHT - 1)[:3]
