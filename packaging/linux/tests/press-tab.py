#!/usr/bin/env python3
"""Types into an interactive bash or zsh, as a person does, and says which command line the Tab key made of it.

    press-tab.py bash|zsh FILE KEYS

FILE holds the completions of deploy-tokens, KEYS are what is typed; \\t is the Tab key. In the shell `deploy-tokens` only
prints its arguments, so nothing has to be installed.
"""

import os
import pty
import re
import select
import sys
import time

SETUP = {
    "bash": (
        ["bash", "--noprofile", "--norc", "-i"],
        "PS1=; source '{file}'; deploy-tokens() {{ echo 'ra'\"n <$*>\"; }}; echo rea''dy",
    ),
    "zsh": (
        ["zsh", "-f", "-i"],
        "PS1=; fpath=('{folder}' $fpath); autoload -Uz compinit; compinit -u -D; "
        "deploy-tokens() {{ print -r -- 'ra'\"n <$*>\"; }}; echo rea''dy",
    ),
}


def main() -> int:
    if len(sys.argv) != 4 or sys.argv[1] not in SETUP:
        print(__doc__, file=sys.stderr)
        return 2
    shell, file, keys = sys.argv[1:]
    command, setup = SETUP[shell]
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="dumb", HISTFILE="/dev/null")
        os.execvp(command[0], command)

    seen = ""

    def wait(pattern: str) -> "re.Match[str] | None":
        nonlocal seen
        end = time.monotonic() + 15
        while time.monotonic() < end:
            if found := re.search(pattern, seen):
                return found
            if select.select([terminal], [], [], 0.2)[0]:
                try:
                    seen += os.read(terminal, 65536).decode(errors="replace")
                except OSError:
                    break
        return None

    def write(text: str) -> None:
        os.write(terminal, text.encode())

    write(setup.format(file=os.path.realpath(file), folder=os.path.dirname(os.path.realpath(file))) + "\n")
    ran = None
    if wait("ready"):
        # A Tab is pressed when the last one has been answered.
        for part in re.split(r"(?<=\t)", keys.encode().decode("unicode_escape")):
            write(part)
            time.sleep(0.7)
        write("\n")
        ran = wait(r"ran <([^>]*)>")
    os.close(terminal)
    os.waitpid(child, 0)
    if not ran:
        print(f"{shell} ran nothing; it showed:\n{seen}", file=sys.stderr)
        return 1
    print(ran.group(1).strip())
    return 0


sys.exit(main())
