"""``python -m infra.documents`` writes every document that is made from the declarations."""

from infra.documents.files import files
from shared.kernel.registry import ROOT


def main() -> None:
    """Write what changed, and delete events that are no more."""
    wanted = files()
    for path, text in wanted.items():
        target = ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_text() != text:
            target.write_text(text)
            print(f"written: {path}")  # noqa: T201 - a command's output
    for found in (ROOT / "events").glob("*/*.json"):
        name = found.relative_to(ROOT).as_posix()
        if name not in wanted and found.parent.name != "triggers":
            found.unlink()
            print(f"deleted: {name}")  # noqa: T201 - a command's output


if __name__ == "__main__":
    main()
