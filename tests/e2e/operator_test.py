#!/usr/bin/python3
"""What operators and their machines do to a server."""

import os
import pathlib
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

RUNFILES = pathlib.Path(os.environ.get("TEST_SRCDIR", ".")) / "footnote"
sys.path.insert(0, str(RUNFILES / "tests/python"))

# pylint: disable=wrong-import-position
import bazel_unittest

PROGRAM = RUNFILES / "gateway/footnote"
WAIT_S = 60
NOBODY = 65534


class Server:
  """`footnote serve` on a free port, from its first line to its end."""

  def __init__(self, store, **how):
    self.log = store.parent / "log"
    with self.log.open("wb") as log:
      self.process = subprocess.Popen(
          [PROGRAM, "--store", store, "--encoder", "none", "serve", "--listen",
           "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=log, text=True, **how)
    self.address = self.process.stdout.readline().split()[-1]

  def health(self):
    return subprocess.run([PROGRAM, "--server", self.address, "health"],
                          check=False, timeout=WAIT_S,
                          stdout=subprocess.DEVNULL).returncode

  def end(self):
    self.process.kill()
    self.process.wait(timeout=WAIT_S)
    self.process.stdout.close()


def run(*arguments):
  subprocess.run([PROGRAM, "--encoder", "none", *arguments], check=True,
                 timeout=WAIT_S, stdout=subprocess.DEVNULL)


class OperatorTest(unittest.TestCase):

  def setUp(self):
    folder = tempfile.TemporaryDirectory(dir=os.environ["TEST_TMPDIR"])
    self.addCleanup(folder.cleanup)
    self.folder = pathlib.Path(folder.name)
    self.store = self.folder / "store"

  def serve(self, **how):
    server = Server(self.store, **how)
    self.addCleanup(server.end)
    return server

  def test_a_server_without_a_terminal_goes_on_after_sighup(self):
    server = self.serve(start_new_session=True)
    server.process.send_signal(signal.SIGHUP)
    self.assertEqual(server.health(), 0)
    server.process.send_signal(signal.SIGTERM)
    self.assertEqual(server.process.wait(timeout=WAIT_S), 0)
    self.assertIn("SIGHUP: nothing is read anew", server.log.read_text())

  def test_a_server_ends_well_when_its_terminal_hangs_up(self):
    leader, terminal = os.openpty()
    server = self.serve(stdin=terminal, start_new_session=True,
                        preexec_fn=lambda: os.close(os.open(
                            os.ttyname(0), os.O_RDWR)))
    os.close(terminal)
    os.close(leader)
    self.assertEqual(server.process.wait(timeout=WAIT_S), 0)
    self.assertIn('signal="SIGHUP"', server.log.read_text())

  def test_a_server_that_is_told_again_a_second_later_ends_at_once(self):
    for hangs_up in (False, True):
      with self.subTest(hangs_up=hangs_up):
        leader, terminal = os.openpty()
        server = self.serve(stdin=terminal, start_new_session=True,
                            preexec_fn=lambda: os.close(os.open(
                                os.ttyname(0), os.O_RDWR)))
        os.close(terminal)
        # A call under way, which would be waited for.
        client = subprocess.Popen(
            [PROGRAM, "--server", server.address, "ingest", "-", "--id", "a"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.addCleanup(client.wait)
        self.addCleanup(client.kill)
        time.sleep(2)
        if hangs_up:
          os.close(leader)
        else:
          server.process.send_signal(signal.SIGTERM)
        time.sleep(1.5)
        self.assertIsNone(server.process.poll())
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(server.process.wait(timeout=5), -signal.SIGTERM)
        client.stdin.close()
        if not hangs_up:
          os.close(leader)

  def test_a_server_that_is_told_twice_at_once_ends_well(self):
    # As timeout(1) tells.
    server = self.serve()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
      server.process.send_signal(number)
    self.assertEqual(server.process.wait(timeout=WAIT_S), 0)
    self.assertIn("stopped", server.log.read_text())

  def test_a_server_that_can_take_no_connection_any_more_ends_and_says_why(self):
    few = 80
    server = self.serve(preexec_fn=lambda: resource.setrlimit(
        resource.RLIMIT_NOFILE, (few, few)))
    self.assertEqual(server.health(), 0)
    host, port = server.address.split(":")
    callers = [socket.create_connection((host, int(port)))
               for _ in range(few)]
    # Unavailable.
    self.assertEqual(server.process.wait(timeout=WAIT_S), 7)
    for caller in callers:
      caller.close()
    self.assertRegex(
        server.log.read_text(),
        r"\d+ connections wait and none is taken: too many files were open, "
        r"of 80 that may be; want a higher limit")

  def test_a_server_goes_by_its_name(self):
    comm = pathlib.Path(f"/proc/{self.serve().process.pid}/comm")
    self.assertEqual(comm.read_text(), "footnote\n")

  def test_a_server_takes_as_many_files_as_it_may(self):
    server = self.serve(preexec_fn=lambda: resource.setrlimit(
        resource.RLIMIT_NOFILE, (100, 200)))
    limits = pathlib.Path(f"/proc/{server.process.pid}/limits").read_text()
    self.assertRegex(limits, r"Max open files +200 +200")

  @unittest.skipIf(os.geteuid() != 0, "only root gives files away")
  def test_a_store_stays_its_owners_whatever_root_does_in_it(self):
    (self.folder / "a.txt").write_text("The lighthouse was lit in 1859.")
    self.store.mkdir()
    os.chown(self.store, NOBODY, NOBODY)
    # What somebody else may have linked into it is not given away.
    foreign = self.folder / "foreign"
    foreign.mkdir()
    (foreign / "file").write_text("root's")
    (self.store / "link").symlink_to(foreign)
    (self.store / "segments").mkdir()
    os.link(foreign / "file", self.store / "segments/second_name")
    # Nor what was there before.
    (self.store / ".ssh").mkdir()
    (self.store / ".ssh/keys").write_text("root's")
    run("--store", self.store, "ingest", self.folder / "a.txt")
    run("--store", self.store, "ask", "When was the lighthouse lit?")
    others = [path for path in self.store.rglob("*")
              if path.lstat().st_uid != NOBODY]
    self.assertEqual(sorted(others), [self.store / ".ssh",
                                      self.store / ".ssh/keys",
                                      self.store / "link",
                                      self.store / "segments/second_name"])
    self.assertEqual((foreign / "file").stat().st_uid, 0)
    self.assertEqual(foreign.stat().st_uid, 0)

  @unittest.skipIf(os.geteuid() != 0, "only root gives files away")
  def test_nothing_is_given_away_in_a_folder_that_is_no_store(self):
    home = self.folder / "home"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    (home / "db").mkdir()
    (home / "db/secret").write_text("root's")
    (home / "notes.txt").write_text("root's")
    told = subprocess.run([PROGRAM, "--store", home, "stats"], check=False,
                          timeout=WAIT_S, text=True, stderr=subprocess.PIPE)
    self.assertIn("holds no store but other files", told.stderr)
    for path in home.rglob("*"):
      self.assertEqual(path.stat().st_uid, 0, path)

  @unittest.skipIf(os.geteuid() != 0, "only root makes a namespace")
  def test_a_command_that_is_the_first_process_can_be_ended(self):
    outside = subprocess.Popen(
        ["unshare", "--pid", "--fork", "--kill-child", PROGRAM, "--encoder",
         "none", "--store", self.store, "ingest", "-", "--id", "a"],
        stdin=subprocess.PIPE)
    self.addCleanup(outside.wait)
    self.addCleanup(outside.kill)
    # Its document never ends.
    while not (self.store / "FORMAT").exists():
      self.assertIsNone(outside.poll())
    children = f"/proc/{outside.pid}/task/{outside.pid}/children"
    os.kill(int(pathlib.Path(children).read_text()), signal.SIGTERM)
    self.assertEqual(outside.wait(timeout=WAIT_S), 128 + signal.SIGTERM)
    outside.stdin.close()

  def test_messages_nobody_can_see_are_written_into_no_database(self):
    (self.folder / "a.bin").write_bytes(bytes(range(256)) * 64)
    (self.folder / "a.txt").write_text("The lighthouse was lit in 1859.")
    def close_all():
      for fd in range(3):
        os.close(fd)
    told = subprocess.run(
        [PROGRAM, "--encoder", "none", "--store", self.store, "ingest",
         self.folder], check=False, timeout=WAIT_S, preexec_fn=close_all)
    # What could not be said is an error.
    self.assertEqual(told.returncode, 1)
    written = [path for path in self.store.rglob("*") if path.is_file() and
               (b"failed: " in path.read_bytes() or
                b"ingest: " in path.read_bytes())]
    self.assertEqual(written, [])
    run("--store", self.store, "ask", "When was the lighthouse lit?")

  def test_a_dry_run_that_is_interrupted_leaves_nothing(self):
    temporary = self.folder / "tmp"
    temporary.mkdir()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
      process = subprocess.Popen(
          [PROGRAM, "--encoder", "none", "--store", self.store, "ingest",
           "--dry-run", "-", "--id", "a"], stdin=subprocess.PIPE,
          env={**os.environ, "TMPDIR": str(temporary)})
      self.addCleanup(process.kill)
      # Its document never ends.
      while not list(temporary.glob("*/store/FORMAT")):
        self.assertIsNone(process.poll())
      process.send_signal(number)
      self.assertEqual(process.wait(timeout=WAIT_S), -number)
      process.stdin.close()
      self.assertEqual(list(temporary.iterdir()), [])

  def test_a_dry_run_that_is_the_first_process_leaves_nothing(self):
    if subprocess.run(["unshare", "--pid", "--fork", "--kill-child", "true"],
                      stderr=subprocess.DEVNULL).returncode != 0:
      self.skipTest("no namespace of processes can be made here")
    temporary = self.folder / "tmp"
    temporary.mkdir()
    outside = subprocess.Popen(
        ["unshare", "--pid", "--fork", "--kill-child", PROGRAM, "--encoder",
         "none", "--store", self.store, "ingest", "--dry-run", "-", "--id",
         "a"], stdin=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(temporary)})
    self.addCleanup(outside.wait)
    self.addCleanup(outside.kill)
    # Its document never ends.
    while not list(temporary.glob("*/store/FORMAT")):
      self.assertIsNone(outside.poll())
    children = f"/proc/{outside.pid}/task/{outside.pid}/children"
    os.kill(int(pathlib.Path(children).read_text()), signal.SIGTERM)
    self.assertEqual(outside.wait(timeout=WAIT_S), 128 + signal.SIGTERM)
    outside.stdin.close()
    self.assertEqual(list(temporary.iterdir()), [])

  def test_what_holds_texts_is_made_for_its_owner_alone(self):
    def mode(path):
      return path.stat().st_mode & 0o777
    before = os.umask(0)
    self.addCleanup(os.umask, before)
    (self.folder / "a.txt").write_text("The lighthouse was lit in 1859.")
    store = self.folder / "deeper/store"
    run("--store", store, "ingest", self.folder / "a.txt")
    backups, restored = self.folder / "backups", self.folder / "restored"
    run("--store", store, "backup", "create", backups)
    run("backup", "restore", backups, restored)
    for folder in (store, backups, restored):
      self.assertEqual(mode(folder), 0o700, folder)
    self.assertEqual(mode(store.parent), 0o777)
    # Who made the folder said who may read it.
    self.store.mkdir(mode=0o750)
    run("--store", self.store, "ingest", self.folder / "a.txt")
    self.assertEqual(mode(self.store), 0o750)

  def test_a_store_that_cannot_be_looked_at_is_not_called_another_folder(self):
    self.store.mkdir()
    (self.store / "FORMAT").symlink_to("FORMAT")
    told = subprocess.run([PROGRAM, "--store", self.store, "stats"],
                          check=False, timeout=WAIT_S, text=True,
                          stderr=subprocess.PIPE).stderr
    self.assertIn("FORMAT: Too many levels of symbolic links", told)


if __name__ == "__main__":
  sys.exit(bazel_unittest.main())
