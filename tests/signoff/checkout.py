"""A small checkout: for tests of which commit judged."""

import subprocess

AUTHOR = ("-c", "user.name=Test Author", "-c", "user.email=author@example.jp")


def git(folder, *arguments):
    call = ["git", "-C", str(folder), *AUTHOR, *arguments]
    return subprocess.run(call, check=True, capture_output=True, text=True).stdout.strip()


def committed(folder):
    folder.mkdir()
    (folder / "judge.py").write_text("STRICT = True\n")
    git(folder, "init", "--quiet")
    git(folder, "add", "judge.py")
    git(folder, "commit", "--quiet", "--message", folder.name)
    return folder
