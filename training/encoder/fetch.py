"""Gets the packages that packages.tsv names, each checked by its SHA-256.

Debian's come with `apt-get download`, the others with pip and npm. What was
fetched stays; what a mirror no longer has is said and left out.
"""

import base64
import hashlib
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))


def packages():
    """[(registry, name, version, sha256)] of packages.tsv."""
    with open(os.path.join(HERE, "packages.tsv")) as file:
        rows = [line.rstrip("\n").split("\t") for line in file
                if line.strip() and not line.startswith("#")]
    return [(*row[:3], base64.b64decode(row[3] + "=").hex()) for row in rows]


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def run(command, folder):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True)
    return done.stderr if done.returncode else ""


def file_of(folder, registry, name, version):
    """The name that the registry's client gives to a package's file, or
    None when it is not there."""
    wanted = {"debian": name + "_", "npm": name.lstrip("@").replace("/", "-") + "-",
              "pip": name.replace("-", "_") + "-"}[registry]
    for f in sorted(os.listdir(folder)):
        if f.lower().startswith(wanted.lower()) and \
                version.split(":")[-1] in f.replace("%3a", ":"):
            return os.path.join(folder, f)
    return None


def fetch(folder, say):
    """{(registry, name): file} of the packages that are there and right."""
    os.makedirs(folder, exist_ok=True)
    wanted = packages()
    absent = [p for p in wanted if not file_of(folder, *p[:3])]
    debian = [f"{n}={v}" for r, n, v, _ in absent if r == "debian"]
    for i in range(0, len(debian), 80):
        say(f"fetching packages {i + 1} to {min(i + 80, len(debian))} of "
            f"{len(debian)}")
        part = debian[i:i + 80]
        base = ["apt-get", "-qq", "-o", "APT::Sandbox::User=", "download"]
        if run(base + part, folder):
            # One that is gone stops all: one by one then.
            for p in part:
                run(base + [p], folder)
    for r, n, v, _ in absent:
        if r == "pip":
            why = run([sys.executable, "-m", "pip", "download", "--quiet",
                       "--no-deps", f"{n}=={v}"], folder)
        elif r == "npm":
            why = run(["npm", "pack", "--silent", f"{n}@{v}"], folder)
        else:
            continue
        if why:
            say(f"{n} {v}: {why.splitlines()[-1]}")
    files, missing = {}, []
    for r, n, v, digest in wanted:
        path = file_of(folder, r, n, v)
        if path is None:
            missing.append(n)
        elif sha256_of(path) != digest:
            raise SystemExit(f"{path}: SHA-256 is not that of packages.tsv")
        else:
            files[r, n] = path
    if missing:
        say(f"{len(missing)} of {len(wanted)} packages are no longer to be "
            f"had: {' '.join(missing[:10])}")
    return files
