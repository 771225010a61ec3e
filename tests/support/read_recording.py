#!/usr/bin/env python3
"""Prints a recording, an event a line: an independent reading of docs/recording-format.md.

    read_recording.py FILE [KIND…]     the header as JSON, then "kind thread wall media field…", times in nanoseconds
"""
import json
import struct
import sys

KINDS = ("opened started seek_requested update frame_dropped frame_current no_frame image_missing rescheduled ended "
         "early_return frame_shown paused resumed audio_callback underrun queues decode_error demux_error seek_flushed "
         "seek_done stream_ended format_changed driver_reset window fault_injected no_progress crash").split()


class Cut(Exception):
    pass


def item(data, at):
    """The value of the item at `at`, and where it ends."""
    if at >= len(data):
        raise Cut
    major, low = data[at] >> 5, data[at] & 31
    at += 1
    if low < 24:
        number = low
    elif low < 28:
        size = 1 << (low - 24)
        if at + size > len(data):
            raise Cut
        number = int.from_bytes(data[at:at + size], "big")
        at += size
    else:
        raise ValueError(f"unexpected length at {at}")
    if major == 0:
        return number, at
    if major == 1:
        return -1 - number, at
    if major in (2, 3):
        if at + number > len(data):
            raise Cut
        raw = data[at:at + number]
        return (raw if major == 2 else raw.decode()), at + number
    if major == 4:
        out = []
        for _ in range(number):
            value, at = item(data, at)
            out.append(value)
        return out, at
    if major == 5:
        pairs = {}
        for _ in range(number):
            key, at = item(data, at)
            pairs[key], at = item(data, at)
        return pairs, at
    if major == 6:
        return item(data, at)
    if low == 27:
        return struct.unpack(">d", number.to_bytes(8, "big"))[0], at
    return {20: False, 21: True, 22: None}[low], at


def items(data):
    at = 0
    while at < len(data):
        try:
            value, at = item(data, at)
        except Cut:
            return
        if isinstance(value, (dict, list)):
            yield value


def main():
    wanted = sys.argv[2:]
    with open(sys.argv[1], "rb") as file:
        for value in items(file.read()):
            if isinstance(value, dict):
                if not wanted:
                    print(json.dumps(value))
            else:
                name = KINDS[value[0] - 1]
                if not wanted or name in wanted:
                    print(name, *value[1:])


if __name__ == "__main__":
    main()
