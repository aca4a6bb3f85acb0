#!/usr/bin/env python3
"""Measures patvault beside the secret stores that are installed: compare.py PATVAULT. See README.md."""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import peers

TIME = "/usr/bin/time"


def took(command):
    """Runs a command once, and gives its milliseconds from its start until it is reaped."""
    if command.before:
        command.before()
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as errors:
        told.write(command.stdin.encode())
        told.seek(0)
        ends = [(os.POSIX_SPAWN_DUP2, file.fileno(), at) for at, file in enumerate((told, answer, errors))]
        program = shutil.which(command.words[0], path=command.env["PATH"])
        begin = time.perf_counter()
        pid = os.posix_spawn(program, command.words, command.env, file_actions=ends)
        _, status, _ = os.wait4(pid, 0)
        end = time.perf_counter()
        answer.seek(0)
        errors.seek(0)
        if status or command.holds not in answer.read().decode():
            raise SystemExit(f"{command.words}: {os.waitstatus_to_exitcode(status)}: {errors.read().decode()[-500:]}")
    return 1000 * (end - begin)


def medians(turns, makers):
    """Lets commands take turns; one round is not counted. A maker gives its command anew for every turn."""
    makers = {name: make for name, make in makers.items() if make}
    taken = {name: [] for name in makers}
    for turn in range(turns + 1):
        for name, make in makers.items():
            one = took(make())
            if turn:
                taken[name].append(one)
    return {name: statistics.median(all) for name, all in taken.items()}


def peak(command):
    """The most memory that a command takes, in MiB. Python's own would be counted in what it starts itself."""
    if command.before:
        command.before()
    with tempfile.NamedTemporaryFile() as said:
        words = [TIME, "-f", "%M", "-o", said.name, *command.words]
        subprocess.run(words, input=command.stdin, text=True, capture_output=True, env=command.env, check=True)
        return int(said.read()) / 1024


class Report:
    def __init__(self):
        print("| job | patvault | peer | ratio | to reach |\n|---|---:|---:|---:|---|")

    def times(self, job, ours, theirs, peer, most=None):
        """A ratio of two times; `most` is what it may be."""
        if theirs is not None:
            ratio = ours / theirs
            self.line(job, f"{ours:.1f} ms", f"{peer} {theirs:.1f} ms", f"{ratio:.3g}", ratio, most)

    def amount(self, job, value, unit, most):
        self.line(job, f"{value:.1f} {unit}", "", "", value, most)

    def line(self, job, ours, theirs, ratio, value, most):
        reached = "" if most is None else f"{most:g}: {'ok' if value <= most else 'missed'}"
        print(f"| {job} | {ours} | {theirs} | {ratio} | {reached} |", flush=True)


class Bench:
    def __init__(self, arguments, work):
        self.quick, self.work, self.report = arguments.quick, work, None
        self.binary = arguments.patvault.resolve()
        self.sizes = [10, 100, 200, 400] if self.quick else [10, 1_000, 10_000, 100_000]
        self.turns, self.slow_turns = (3, 1) if self.quick else (31, 5)
        self.vaults, self.stores, self.left_out = {}, [], set()

    def peer(self, kind, *arguments):
        """A filled store of a peer's; `None` where it is not installed."""
        if missing := kind.missing():
            if kind not in self.left_out:
                print(f"{kind.__name__} is left out: {', '.join(missing)} not found", file=sys.stderr)
            self.left_out.add(kind)
            return None
        print(f"filling {kind.__name__} {' '.join(str(it) for it in arguments if isinstance(it, int))}", file=sys.stderr)
        store = kind(self.work, *arguments)
        self.stores.append(store)
        store.fill()
        return store

    def run(self):
        _, some, many, most = self.sizes
        for size in self.sizes:
            self.vaults[size] = self.peer(peers.Patvault, self.binary, size)
        self.rage = self.peer(peers.Rage, self.vaults[some])
        self.kbs2 = {size: self.peer(peers.Kbs2, size) for size in (some, many)}
        self.passes = {size: self.peer(peers.Pass, size) for size in (some, many)}
        self.keepass = {size: self.peer(peers.KeePassXC, size) for size in (some, many)}
        self.report = Report()
        self.starts(some)
        self.gets(some, most)
        self.unlocks(some)
        self.lists(many)
        self.searches(some, many)
        self.adds(some)
        self.imports(many)
        self.memory(many, most)

    def compare(self, job, turns, ours, theirs):
        """`theirs` are peers by name: what makes their command, and what the ratio may be."""
        makers = {"patvault": ours} | {name: make for name, (make, _) in theirs.items()}
        taken = medians(turns, makers)
        for name, (_, most) in theirs.items():
            self.report.times(job, taken["patvault"], taken.get(name), name, most)

    def starts(self, size):
        kbs2 = self.kbs2[size]
        version = lambda: self.vaults[size].patvault("--version", holds="patvault")
        self.compare("`--version`", self.turns, version, {"kbs2": (kbs2 and (lambda: kbs2.kbs2("--version")), 1.2)})

    def gets(self, size, most):
        kbs2, gpg, keepass, few = self.kbs2[size], self.passes[size], self.keepass[size], self.sizes[0]
        theirs = {"kbs2": (kbs2 and kbs2.get, 1.0), "pass": (gpg and gpg.get, None)}
        theirs["keepassxc-cli"] = (keepass and keepass.get, None)
        self.compare(f"`get`, {size:,}", self.turns, self.vaults[size].get, theirs)
        for other in self.sizes:
            if other != size:
                theirs = {"kbs2": (kbs2 and kbs2.get, 1.0)}
                self.compare(f"`get`, {other:,}", self.turns, self.vaults[other].get, theirs)
        theirs = {f"itself at {few:,}": (self.vaults[few].get, 1.15)}
        self.compare(f"`get`, {most:,}", self.turns, self.vaults[most].get, theirs)
        theirs = {"rage -d": (self.rage and self.rage.get, None)}
        self.compare(f"`get --no-agent`, {size:,}", self.turns, self.vaults[size].get_alone, theirs)

    def unlocks(self, size):
        theirs = {"rage -d": (self.rage and self.rage.cold, 1.05)}
        self.compare("`unlock`, passphrase", self.slow_turns, self.vaults[size].cold, theirs)
        self.vaults[size].unlock().run()

    def lists(self, size):
        kbs2, gpg, keepass = self.kbs2[size], self.passes[size], self.keepass[size]
        prs = gpg and shutil.which("prs")
        theirs = {"prs": (prs and gpg.prs_list, 0.5), "kbs2": (kbs2 and kbs2.list, None)}
        theirs["keepassxc-cli"] = (keepass and keepass.list, None)
        # Names are all that the peers list.
        self.compare(f"`list --columns service,name`, {size:,}", self.turns, self.vaults[size].names, theirs)
        theirs = {"its names": (self.vaults[size].names, None)}
        self.compare(f"`list`, {size:,}", self.turns, self.vaults[size].list, theirs)

    def searches(self, some, many):
        kbs2, keepass = self.kbs2[some], self.keepass[many]
        for size, theirs in [
            (some, {"kbs2 list --details": (kbs2 and (lambda: kbs2.list("--details")), 0.05)}),
            (many, {"keepassxc-cli search": (keepass and keepass.search, 0.03)}),
        ]:
            ours = lambda: self.vaults[size].list("scope:repo")
            self.compare(f"`list scope:repo`, {size:,}", self.slow_turns, ours, theirs)

    def adds(self, size):
        kbs2, gpg = self.kbs2[size], self.passes[size]
        theirs = {"pass insert": (gpg and gpg.add, 0.35), "kbs2 new": (kbs2 and kbs2.add, None)}
        self.compare(f"`add`, {size:,}", self.turns, self.vaults[size].add, theirs)

    def imports(self, size):
        fresh, keepass = peers.Patvault(self.work / "fresh", self.binary, size), self.keepass[size]

        def ours():
            command = fresh.bring()
            command.before = fresh.empty
            return command

        theirs = {"keepassxc-cli": (keepass and (lambda: keepass.bring(self.work / "new.kdbx")), None)}
        taken = medians(self.slow_turns, {"patvault": ours} | {name: make for name, (make, _) in theirs.items()})
        self.report.times(f"`import`, {size:,}", taken["patvault"], taken.get("keepassxc-cli"), "keepassxc-cli")
        self.report.amount(f"`import`, {size:,}", taken["patvault"] / 1000, "s", 2)

    def memory(self, many, most):
        if not Path(TIME).exists():
            print(f"memory is left out: {TIME} not found", file=sys.stderr)
            return
        for size in self.sizes:
            self.report.amount(f"memory of `get`, {size:,}", peak(self.vaults[size].get()), "MiB", 8)
        vault = self.vaults[many]
        self.report.amount(f"memory of `import`, {many:,}", peak(vault.patvault("import", vault.table(), "--yes")), "MiB", 40)
        self.report.amount(f"memory of `add`, {many:,}", peak(vault.add()), "MiB", 40)
        for words in ["list", "list scope:repo", "show " + vault.one.path, "due", "history", "export", "doctor"]:
            self.report.amount(f"memory of `{words}`, {many:,}", peak(vault.patvault(*words.split())), "MiB", 40)
        self.report.amount(f"memory of the window, {many:,}", vault.window(), "MiB", 60)
        now, at_most = vault.agent()
        self.report.amount("memory of the agent", now, "MiB", 8)
        self.report.amount("the same at most", at_most, "MiB", 8)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patvault", type=Path, help="a release build of patvault")
    parser.add_argument("--quick", action="store_true", help="few turns, small stores")
    # A short path: sockets need one.
    with tempfile.TemporaryDirectory(prefix="pv.") as work:
        bench = Bench(parser.parse_args(), Path(work))
        (Path(work) / "pinentry").write_text(peers.PINENTRY)
        (Path(work) / "pinentry").chmod(0o700)
        (Path(work) / "fresh").mkdir()
        try:
            bench.run()
        finally:
            for store in bench.stores:
                store.close()


main()
