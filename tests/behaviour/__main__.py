"""Write the behaviour lock anew: ``python -m tests.behaviour``."""

from tests.behaviour.lock import FILE, lines, written

if __name__ == "__main__":
    FILE.write_text(written(lines()), encoding="utf-8")
    print(f"{FILE}: {FILE.stat().st_size // 1000} kB")
