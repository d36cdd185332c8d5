#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tell of tests in Documentation/datapath.rst's table of rules that are not there.

A row's second part is "FILE[/PART][, FILE]: WORDS[, WORDS]; ...": the scenario, "golden"
or "unit", and what it says of the case, in whatever way it joins words. "every one of
them" stands for all.
"""

import glob
import re


def sources(name):
    name = name.split("/")[0]
    if name.startswith("golden"):
        return glob.glob(f"selftests/packet/{name}.py")
    if name == "unit":
        return glob.glob("selftests/unit/*.c")
    found = glob.glob(f"selftests/net/{name}.sh") + glob.glob(f"selftests/net/{name}.py")
    # The same over IPv6
    return found and found + (sources(name[:-1]) if name[-1] == "6" else [])


def plain(text):
    return " ".join(re.split(r"[\s_/.\-]+", text.lower()))


def rows():
    with open("Documentation/datapath.rst", encoding="utf-8") as f:
        table = f.read().split("\nRules and tests\n")[1].split("\nNot there yet\n")[0]
    found = re.findall(r"\n     - (.+(?:\n       .+)*)", table)
    return [" ".join(row.split()) for row in found[1:]]


def check(entry):
    names, _, words = entry.partition(":")
    for name in names.split(","):
        files = sources(name.strip())
        if not files:
            print(f"{entry}: no test {name.strip()}")
        text = ""
        for file in files:
            with open(file, encoding="utf-8") as f:
                text += plain(f.read())
        for word in filter(None, (w.strip() for w in [name.partition("/")[2], *words.split(",")])):
            if plain(word) not in text:
                print(f"{entry}: {name.strip()} does not say {word}")


found = rows()
if not found:
    print("no table")
for row in found:
    for entry in row.split(";"):
        if not entry.strip().startswith("every one of them"):
            check(entry.strip())
