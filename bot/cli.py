"""The command line. Imports are lazy: `houston --help` answers at once."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.asked import hear

if TYPE_CHECKING:
    from bot.settings import Settings

QUEUES = ("turns", "executions", "deliveries", "all")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the exit code."""
    options = _arguments(sys.argv[1:] if argv is None else argv)
    asked = hear() if options.command == "up" else []
    from bot.settings import Settings, SettingsError

    try:
        settings = Settings.read()
    except SettingsError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    command: str = options.command
    if command == "up":
        from bot.up import up

        return up(settings, asked)
    if command == "export":
        from bot.transfer import export_file

        return export_file(
            settings, options.mission, options.team, csv=options.csv, out=options.out
        )
    if command == "import":
        from bot.transfer import import_file

        return import_file(settings, options.file, options.channel, options.owner, options.team)
    from bot import logs, tracing

    if command == "doctor":
        from bot.doctor.run import doctor

        logs.configure("CRITICAL", command)
        return doctor(settings, ask_model=options.model)
    part = command if command != "worker" else f"worker-{options.queue}"
    logs.configure(settings.log_level, part, _log_file(settings, options, part))
    tracing.set_up(os.environ, part)
    try:
        return _part(settings, options)
    except Exception as error:  # noqa: BLE001 - the log has the trace, the person a sentence
        import structlog

        structlog.get_logger(__name__).exception("part_failed", command=command)
        sys.stderr.write(f"houston {command} ended: {type(error).__name__}. Its log says more.\n")
        return 1


def _part(settings: Settings, options: argparse.Namespace) -> int:
    """Run one part in this process."""
    from bot import parts

    ready: Path | None = options.ready_file
    match options.command:
        case "bot":
            return parts.bot(settings, ready)
        case "worker":
            return parts.worker(settings, options.queue, ready)
        case "scheduler":
            return parts.scheduler(settings, ready)
        case _:
            return parts.workspace(settings, ready)


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="houston", description="Houston: mission control in Slack."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("up", help="start everything on this machine; Ctrl-C ends it")
    looking = commands.add_parser("doctor", help="look at all that Houston needs; say what to do")
    looking.add_argument("--model", action="store_true", help="ask the model one short question")
    export = commands.add_parser("export", help="write a Mission's plan (YAML) or runs (CSV)")
    export.add_argument("mission", help="its ID")
    export.add_argument("--csv", action="store_true", help="its Executions instead of its plan")
    export.add_argument("--out", type=Path, help="a file; else it is printed")
    bring = commands.add_parser("import", help="put up an exported Mission as a plan to launch")
    bring.add_argument("file", type=Path)
    bring.add_argument("--channel", required=True, help="the id of the channel it shall live in")
    bring.add_argument("--owner", required=True, help="the id of the person it shall belong to")
    for one in (export, bring):
        one.add_argument("--team", help="the id of the workspace, if there are several")
    parts = {
        "bot": "serve Slack: events, clicks, commands",
        "worker": "carry out jobs of one queue, or of all",
        "scheduler": "make what is due happen; several may run, one leads",
        "workspace": "serve the local workspace in the browser",
    }
    for name, text in parts.items():
        part = commands.add_parser(name, help=text)
        if name == "worker":
            part.add_argument("queue", choices=QUEUES)
        part.add_argument("--ready-file", type=Path, help="written when it can be used")
    return parser.parse_args(argv)


def _log_file(settings: Settings, options: argparse.Namespace, part: str) -> Path | None:
    """Under `houston up` (which waits for a ready file) a file; alone, stderr."""
    return settings.data_dir / "logs" / f"{part}.log" if options.ready_file else None


if __name__ == "__main__":
    sys.exit(main())
