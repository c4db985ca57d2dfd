#!/usr/bin/python3
"""The program under the system calls that its unit leaves it."""

import ctypes
import errno
import mmap
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import unittest

RUNFILES = pathlib.Path(os.environ.get("TEST_SRCDIR", ".")) / "footnote"
sys.path.insert(0, str(RUNFILES / "tests/python"))

# pylint: disable=wrong-import-position
import bazel_unittest

PROGRAM = RUNFILES / "gateway/footnote"
UNIT = RUNFILES / "deploy/systemd/footnote.service"
GROUPS = RUNFILES / "tests/deploy/system_calls.txt"
# Of libseccomp.
KILL, ALLOW, FAIL = 0x80000000, 0x7fff0000, 0x00050000
MASKED_EQUAL = 7

DOCUMENTS = {
    "plain.txt": b"The lighthouse was lit in 1859.",
    "page.html": b"<h1>Bridge</h1><p>The bridge has eight lanes.</p>",
    "notes.md": b"# Canteen\n\nThe canteen closes at three.\n",
    "letter.rtf": rb"{\rtf1\ansi The letter came on Monday.\par}",
    "table.csv": b"Article,Shelf\nHammer,B2\nLadder,C1\n",
    "plan.pdf": b"""%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Count 1 /Kids [3 0 R]>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 300 200]
/Resources <</Font <</F 4 0 R>>>> /Contents 5 0 R>> endobj
4 0 obj <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>> endobj
5 0 obj <</Length 51>> stream
BT /F 12 Tf 20 100 Td (The plant was built.) Tj ET
endstream endobj
trailer <</Root 1 0 R>>
%%EOF
""",
    "mail.eml": b"From: a@example.com\nSubject: Lift\n\nThe lift is repaired.\n",
}


def groups():
  """{group: calls} of systemd."""
  text = re.sub(r"^#.*\n", "", GROUPS.read_text(), flags=re.MULTILINE)
  words = [line.split() for line in text.replace("\n ", " ").splitlines()]
  return {name: set(calls) for name, *calls in words}


def allowed():
  """The calls that the unit's SystemCallFilter lines leave."""
  known, calls = groups(), set()
  for line in re.findall(r"^SystemCallFilter=(.*)$", UNIT.read_text(),
                         re.MULTILINE):
    named = set()
    for word in line.removeprefix("~").split():
      # Where a group is unknown, systemd only remarks it.
      named |= known[word] if word.startswith("@") else {word}
    calls = calls - named if line.startswith("~") else calls | named
  return calls


class Compare(ctypes.Structure):
  _fields_ = [("argument", ctypes.c_uint), ("operator", ctypes.c_int),
              ("first", ctypes.c_uint64), ("second", ctypes.c_uint64)]


def shut_in():
  """Makes this process's system calls those of the unit, as systemd does."""
  library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
  library.seccomp_init.restype = ctypes.c_void_p
  number = re.search(r"^SystemCallErrorNumber=(\w+)$", UNIT.read_text(),
                     re.MULTILINE)
  action = FAIL | getattr(errno, number[1]) if number else KILL
  context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(action)))
  for name in allowed() - {"mmap", "mprotect"}:
    number = library.seccomp_syscall_resolve_name(name.encode())
    library.seccomp_rule_add_array(context, ctypes.c_uint32(ALLOW), number, 0,
                                   None)
  # MemoryDenyWriteExecute: of memory, never both, nor one after the other.
  for name, flags in (("mmap", (0, mmap.PROT_WRITE, mmap.PROT_EXEC)),
                      ("mprotect", (0,))):
    number = library.seccomp_syscall_resolve_name(name.encode())
    both = mmap.PROT_EXEC | (mmap.PROT_WRITE if name == "mmap" else 0)
    for flag in flags:
      rule = Compare(2, MASKED_EQUAL, both, flag)
      library.seccomp_rule_add_array(context, ctypes.c_uint32(ALLOW), number,
                                     1, ctypes.byref(rule))
  if library.seccomp_load(context) != 0:
    os._exit(99)


def nice_values(pid):
  """Those of a process's threads."""
  return {int(stat.read_text().rpartition(")")[2].split()[16])
          for stat in pathlib.Path(f"/proc/{pid}/task").glob("*/stat")}


class UnitTest(unittest.TestCase):

  def run_client(self, *arguments):
    run = subprocess.run([PROGRAM, "--server", self.address, "-c", "notes",
                          *arguments], check=False, text=True, timeout=120,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    self.assertEqual(run.returncode, 0, f"{arguments}: {run.stdout}")
    return run.stdout

  def test_names_no_group_that_debian_12_does_not_know(self):
    named = set(re.findall(r"@[a-z-]+", "".join(re.findall(
        r"^SystemCallFilter=.*$", UNIT.read_text(), re.MULTILINE))))
    self.assertLessEqual(named, groups().keys())

  def test_systemd_hears_when_it_serves_and_when_it_stops(self):
    self.assertRegex(UNIT.read_text(), r"(?m)^Type=notify$")
    folder = pathlib.Path(os.environ["TEST_TMPDIR"])
    # A path can be longer than a socket's may.
    self.addCleanup(os.chdir, os.getcwd())
    os.chdir(folder)
    for number, name in enumerate(["path", f"\0footnote-{os.getpid()}"]):
      with self.subTest(name), socket.socket(
          socket.AF_UNIX, socket.SOCK_DGRAM) as starter:
        starter.bind(name)
        starter.settimeout(60)
        told = (name.replace("\0", "@") if number else
                f"/proc/{os.getpid()}/cwd/{name}")
        server = subprocess.Popen(
            [PROGRAM, "--store", folder / f"notify{number}", "--encoder",
             "none", "serve", "--listen", "127.0.0.1:0"],
            env={**os.environ, "NOTIFY_SOCKET": told}, preexec_fn=shut_in,
            stdout=subprocess.DEVNULL)
        self.addCleanup(server.kill)
        ready = starter.recv(1000).decode()
        self.assertRegex(ready, r"^READY=1\nSTATUS=listening on \S+$")
        self.address = ready.split()[-1]
        self.run_client("health")
        server.send_signal(signal.SIGTERM)
        self.assertEqual(starter.recv(1000), b"STOPPING=1")
        self.assertEqual(server.wait(timeout=60), 0)

  def test_a_server_does_all_its_work(self):
    folder = pathlib.Path(os.environ["TEST_TMPDIR"])
    (folder / "in").mkdir()
    for name, data in DOCUMENTS.items():
      (folder / "in" / name).write_bytes(data)
    server = subprocess.Popen(
        [PROGRAM, "--store", folder / "store", "--encoder", "none", "serve",
         "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0",
         "--backups", folder / "backups"],
        stdout=subprocess.PIPE, text=True, preexec_fn=shut_in)
    self.addCleanup(server.stdout.close)
    self.addCleanup(server.kill)
    line = server.stdout.readline()
    self.assertIn("listening on ", line, server.poll())
    self.address = line.split()[-1]
    told = self.run_client("ingest", str(folder / "in"))
    self.assertIn(f"{len(DOCUMENTS)} indexed, 0 unchanged, 0 failed", told)
    self.assertIn(19, nice_values(server.pid))
    answer = self.run_client("ask", "When was the lighthouse lit?")
    self.assertIn("1859", answer)
    self.run_client("verify", re.search(r"[0-9A-Z]{26}", answer)[0])
    self.run_client("backup", "create", str(folder / "backups/daily"))
    self.run_client("delete", "--purge", str(folder / "in/page.html"))
    server.send_signal(signal.SIGTERM)
    self.assertEqual(server.wait(timeout=60), 0)


if __name__ == "__main__":
  sys.exit(bazel_unittest.main())
