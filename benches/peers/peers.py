"""How each store is filled, and the commands that are measured on it. All entries are invented."""

import fcntl
import getpass
import hashlib
import os
import pty
import random
import shutil
import struct
import subprocess
import termios
import time
from pathlib import Path
from xml.sax.saxutils import escape

PASSPHRASE = "correct horse battery staple"
SCOPES = ["repo", "gist", "workflow", "read:org", "read:user", "write:packages", "audit_log", "project"]
SERVICES = ["github", "gitlab", "slack", "figma", "harvest", "contentful"]
# kbs2's agent has one for a user.
SOCKET = Path(f"/tmp/kbs2-agent-{getpass.getuser()}")
# Types the passphrase where a program asks through another one.
PINENTRY = f"""#!/bin/sh
echo OK
while read -r line; do
    case $line in GETPIN*) echo 'D {PASSPHRASE}'; echo OK ;; BYE*) exit ;; *) echo OK ;; esac
done
"""


class Entry:
    """An invented token."""

    def __init__(self, nth):
        dice = random.Random(nth)
        self.service, self.name = SERVICES[nth % len(SERVICES)], f"deploy-{nth:06}"
        self.path = f"{self.service}/{self.name}"
        self.secret = "not-a-real-" + hashlib.sha256(self.name.encode()).hexdigest()[:40]
        # One of eight holds the scope that is searched for.
        self.scopes = dice.sample(SCOPES[1:], 5) + (["repo"] if nth % 8 == 0 else [])
        self.account, self.note = f"bot-{nth % 100:02}@example.org", f"used by runner {nth % 40:02}; renew it in the portal"
        self.expires = f"2027-{nth % 12 + 1:02}-{nth % 28 + 1:02}"

    def facts(self):
        return f"account: {self.account}\nscopes: {', '.join(self.scopes)}\nexpires: {self.expires}\n{self.note}\n"


def entries(size):
    """The entries of a store, and the one that is asked for, which holds the scope that is searched for."""
    return [Entry(nth) for nth in range(size)], Entry(size // 16 * 8)


class Command:
    """A command line, what it is told, and what it has to answer."""

    def __init__(self, words, stdin="", holds="", env=None, before=None):
        self.words, self.stdin, self.holds = [str(word) for word in words], stdin, holds
        self.env, self.before = {**os.environ, **(env or {})}, before

    def run(self):
        """Runs it unmeasured."""
        if self.before:
            self.before()
        done = subprocess.run(self.words, input=self.stdin, text=True, capture_output=True, env=self.env)
        if done.returncode or self.holds not in done.stdout:
            raise SystemExit(f"{self.words}: {done.returncode}: {done.stdout[-500:]}{done.stderr[-500:]}")
        return done.stdout


class Peer:
    """A program that is measured on stores of its own in a folder."""

    needs = ()

    def __init__(self, work):
        self.work = Path(work)
        self.env = {"PATH": f"{self.work}:{os.environ['PATH']}", "HOME": str(self.work)}

    @classmethod
    def missing(cls):
        return [program for program in cls.needs if not shutil.which(program)]

    def command(self, *words, **more):
        return Command(words, env=self.env, **more)

    def close(self):
        """Sends away what stays."""


class Patvault(Peer):
    def __init__(self, work, binary, size):
        super().__init__(work)
        self.binary, self.size, self.added, self.home = binary, size, size, self.work / f"patvault-{size}"
        self.env |= {"PATVAULT_HOME": str(self.home)}
        self.all, self.one = entries(size)
        self.identity, self.passphrase = self.work / f"identity-{size}", self.work / "passphrase"
        self.passphrase.write_text(PASSPHRASE + "\n")

    def patvault(self, *words, **more):
        return self.command(self.binary, "--no-input", *words, **more)

    def table(self):
        """The entries as a file to import."""
        file = self.work / f"entries-{self.size}.csv"
        rows = (f'{e.service},{e.name},{e.account},"{",".join(e.scopes)}",{e.expires},{e.note},{e.secret}' for e in self.all)
        file.write_text("service,name,account,scopes,expires,note,secret\n" + "\n".join(rows) + "\n")
        return file

    def empty(self):
        shutil.rmtree(self.home / "data", ignore_errors=True)
        shutil.rmtree(self.home / "state", ignore_errors=True)
        self.patvault("init", "--passphrase-file", self.passphrase).run()
        slot = self.home / "data/main/keys/passphrase.age"
        # The vault key itself, in the clear, is the way in of who wants no passphrase.
        key = subprocess.run(["age-keygen"], text=True, capture_output=True, check=True).stdout
        self.identity.write_text(key)
        self.patvault("key", "add", "--recipient-of", self.identity, "--passphrase-file", self.passphrase).run()
        return slot

    def fill(self):
        self.slot = self.empty()
        self.bring().run()
        self.unlock().run()

    def bring(self):
        return self.patvault("import", self.table(), "--yes", "--identity", self.identity, holds="Added")

    def unlock(self):
        return self.patvault("unlock", "--identity", self.identity)

    def cold(self):
        lock = self.patvault("lock")
        return self.patvault("unlock", "--passphrase-file", self.passphrase, before=lock.run, holds="unlocked")

    def get(self, *more):
        return self.patvault("get", self.one.path, *more, holds=self.one.secret)

    def get_alone(self):
        return self.get("--no-agent", "--identity", self.identity)

    def list(self, *query):
        return self.patvault("list", *query, holds=self.one.name)

    def names(self):
        return self.list("--columns", "service,name")

    def add(self):
        self.added += 1
        new = Entry(self.added)
        words = ["--account", new.account, "--expires", new.expires, "--note", new.note, "--scope", "repo"]
        return self.patvault("add", new.path, "--stdin", *words, stdin=new.secret, holds="Added")

    def window(self):
        """The most memory that the window takes: opened, walked through, filtered, copied from and written from, in MiB."""
        pid, terminal = pty.fork()
        if not pid:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", 50, 200, 0, 0))
            os.execve(self.binary, [self.binary], {**os.environ, **self.env, "TERM": "xterm-256color", "SSH_CONNECTION": "here"})
        seen = b""

        def sees(text):
            nonlocal seen
            while text not in seen:
                seen += os.read(terminal, 1 << 16)
            seen = b""

        sees(b"Tokens")
        drawn, copied = b"\x1b[?2026l", b"]52;"
        for keys, then in [("\x1b[F", drawn), ("/depl7\r", drawn), ("\r", copied), ("2", b"today"), ("4", b"import")]:
            os.write(terminal, keys.encode())
            sees(then)
        # The copy is made when the tag is in the vault and the list was read again. The most is reached after a few.
        for count in range(6):
            os.write(terminal, f"1tbench{count}\r\r".encode())
            sees(copied)
        os.write(terminal, b"2")
        sees(b"today")
        status = Path(f"/proc/{pid}/status").read_text()
        os.write(terminal, b"q")
        os.waitpid(pid, 0)
        os.close(terminal)
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def agent(self):
        """What the agent holds in memory, now and at most, in MiB."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_text().split("\0")
                if words[1:2] == ["agent"] and str(self.home) in words[3]:
                    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
                    return [int(status[field].split()[0]) / 1024 for field in ("VmRSS", "VmHWM")]
            except (OSError, IndexError):
                continue
        raise SystemExit("patvault's agent is not there")

    def close(self):
        subprocess.run([self.binary, "lock"], env={**os.environ, **self.env}, capture_output=True)


class Kbs2(Peer):
    """One age file an entry under its name in the clear, and an agent. A record holds the secret alone."""

    needs = ("kbs2",)
    agent = None

    def __init__(self, work, size):
        super().__init__(work)
        self.size, self.added, self.conf = size, size, self.work / f"kbs2-{size}"
        self.all, self.one = entries(size)

    def kbs2(self, *words, **more):
        return self.command("kbs2", "-c", self.conf, *words, **more)

    def fill(self):
        first = self.work / "kbs2"
        if SOCKET.exists() and not Kbs2.agent:
            raise SystemExit(f"quit your own agent of kbs2 first, and remove {SOCKET}")
        if not first.exists():
            self.command("kbs2", "-c", first, "init", "-s", self.work / "store").run()
            self.start_agent(first)
        self.conf.mkdir()
        settings = (first / "config.toml").read_text()
        (self.conf / "config.toml").write_text(settings.replace(f'"{self.work}/store"', f'"{self.work}/store-{self.size}"'))
        (self.work / f"store-{self.size}").mkdir()
        for entry in self.all:
            self.new(entry).run()

    def start_agent(self, conf):
        """Starts it by hand, which root has to."""
        words = ["kbs2", "-c", conf, "agent", "-F"]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        Kbs2.agent = subprocess.Popen(words, env={**os.environ, **self.env}, **quiet)
        for _ in range(200):
            if SOCKET.exists():
                return
            time.sleep(0.05)
        raise SystemExit("kbs2's agent does not come up; is there one of yours?")

    def new(self, entry):
        label = entry.path.replace("/", ":")
        return self.kbs2("new", "-t", "-k", "environment", label, stdin=f"TOKEN\x01{entry.secret}")

    def add(self):
        self.added += 1
        return self.new(Entry(self.added))

    def get(self):
        return self.kbs2("env", "-v", self.one.path.replace("/", ":"), holds=self.one.secret)

    def list(self, *more):
        return self.kbs2("list", *more, holds=self.one.path.replace("/", ":"))

    def close(self):
        if Kbs2.agent:
            Kbs2.agent.terminate()
            Kbs2.agent.wait()
            Kbs2.agent = SOCKET.unlink(missing_ok=True)


class Pass(Peer):
    """One gpg file an entry under its name in the clear; prs reads the same. The key has no passphrase, which is the
    quickest that they can be. Names are all that a list needs, so one sealed entry stands under all of them."""

    needs = ("pass", "gpg")

    def __init__(self, work, size):
        super().__init__(work)
        self.store, self.added = self.work / f"pass-{size}", size
        self.all, self.one = entries(size)
        self.env |= {"GNUPGHOME": str(self.work / "gpg"), "PASSWORD_STORE_DIR": str(self.store)}

    def fill(self):
        gpg = ["gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", ""]
        if not (self.work / "gpg").exists():
            (self.work / "gpg").mkdir(mode=0o700)
            self.command(*gpg, "--quick-gen-key", "bench@example.org", "default", "default", "never").run()
        keys = self.command("gpg", "--batch", "--with-colons", "-k").run().splitlines()
        self.command("pass", "init", next(line.split(":")[9] for line in keys if line.startswith("fpr:"))).run()
        self.insert(self.one).run()
        sealed = self.store / f"{self.one.path}.gpg"
        for entry in self.all:
            file = self.store / f"{entry.path}.gpg"
            file.parent.mkdir(exist_ok=True)
            if not file.exists():
                os.link(sealed, file)

    def insert(self, entry):
        return self.command("pass", "insert", "-m", entry.path, stdin=f"{entry.secret}\n{entry.facts()}")

    def add(self):
        self.added += 1
        return self.insert(Entry(self.added))

    def get(self):
        return self.command("pass", "show", self.one.path, holds=self.one.secret)

    def prs_list(self):
        return self.command("prs", "list", "-l", "-q", holds=self.one.path)

    def close(self):
        self.command("gpgconf", "--kill", "gpg-agent").run()


class KeePassXC(Peer):
    """One file, unlocked and read whole by every command; the key derivation is the command line's own choice."""

    needs = ("keepassxc-cli",)

    def __init__(self, work, size):
        super().__init__(work)
        self.file, self.xml = self.work / f"{size}.kdbx", self.work / f"{size}.xml"
        self.all, self.one = entries(size)
        field = lambda key, value: f"<String><Key>{key}</Key><Value>{escape(value)}</Value></String>"
        entry = lambda e: f"<Entry>{field('Title', e.path)}{field('UserName', e.account)}{field('Password', e.secret)}" \
            f"{field('Notes', e.facts())}</Entry>"
        self.xml.write_text('<?xml version="1.0" encoding="utf-8"?><KeePassFile><Root><Group><Name>Root</Name>'
                            + "".join(map(entry, self.all)) + "</Group></Root></KeePassFile>")

    def cli(self, *words, **more):
        return self.command("keepassxc-cli", *words, stdin=f"{PASSPHRASE}\n", **more)

    def fill(self):
        self.bring(self.file).run()

    def bring(self, file):
        gone = lambda: file.unlink(missing_ok=True)
        words = ["keepassxc-cli", "import", "-q", "-p", self.xml, file]
        return self.command(*words, stdin=f"{PASSPHRASE}\n{PASSPHRASE}\n", before=gone)

    def get(self):
        return self.cli("show", "-q", "-s", "-a", "Password", self.file, f"/{self.one.path}", holds=self.one.secret)

    def list(self):
        return self.cli("ls", "-q", "-R", "-f", self.file, holds=self.one.path)

    def search(self):
        return self.cli("search", "-q", self.file, "notes:repo", holds=self.one.path)


class Rage(Peer):
    """Not a store: what opening one age file costs."""

    needs = ("rage",)

    def __init__(self, work, patvault):
        super().__init__(work)
        self.patvault, self.file = patvault, self.work / "secret.age"
        self.env |= {"PINENTRY_PROGRAM": str(self.work / "pinentry")}

    def fill(self):
        secret = self.patvault.one.secret
        recipient = next(line.split()[-1] for line in self.patvault.identity.read_text().splitlines() if "public key" in line)
        self.command("rage", "-r", recipient, "-o", self.file, stdin=secret).run()

    def get(self):
        return self.command("rage", "-d", "-i", self.patvault.identity, self.file, holds=self.patvault.one.secret)

    def cold(self):
        """Opens the very file that patvault opens."""
        return self.command("rage", "-d", self.patvault.slot, holds="AGE-SECRET-KEY-")
