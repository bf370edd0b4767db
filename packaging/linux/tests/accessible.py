#!/usr/bin/python3
"""Waits until the window of a program shows something, found as a screen reader finds it, and says what it is.

    accessible.py SECONDS ROLE [NAME]

ROLE is a role of AT-SPI ("table", "push button"), NAME a part of the accessible name. Exit code 1 when the time is over;
what is there instead is printed then. The bus of the session that this runs in is searched.
"""

import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402


def nodes(node, depth=0):
    """A node and all below it; what vanishes meanwhile is passed over."""
    try:
        yield depth, node, node.get_role_name(), node.get_name() or ""
        children = [node.get_child_at_index(index) for index in range(node.get_child_count())]
    except GLib.Error:
        return
    for child in children:
        if child:
            yield from nodes(child, depth + 1)


def main() -> int:
    if len(sys.argv) not in (3, 4):
        print(__doc__, file=sys.stderr)
        return 2
    end = time.monotonic() + float(sys.argv[1])
    role, name = sys.argv[2], sys.argv[3] if len(sys.argv) == 4 else ""
    while True:
        Atspi.get_desktop(0).clear_cache()
        there = list(nodes(Atspi.get_desktop(0)))
        for _, node, its_role, its_name in there:
            if its_role == role and name in its_name:
                print(f"{its_role} “{its_name}” with {node.get_child_count()} children")
                return 0
        if time.monotonic() > end:
            for depth, _, its_role, its_name in there:
                print(f"{'  ' * depth}{its_role} “{its_name}”", file=sys.stderr)
            print(f"no {role} “{name}”", file=sys.stderr)
            return 1
        time.sleep(0.3)


sys.exit(main())
