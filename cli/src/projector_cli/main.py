"""The ``projector`` command: arguments, exit codes, nothing else."""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from projector_cli.console import Console
from projector_cli.home import default_home
from projector_cli.part import PartFailed

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns:
        The exit code: 0 when all went well or the person stopped it, 1 when something failed.
    """
    options = _parser().parse_args(arguments)
    console = Console()
    try:
        if options.command == "demo":
            return _write_demo(options.folder or options.home / "demo", console)
        return _serve(options, console)
    except KeyboardInterrupt:
        return _INTERRUPTED


def _serve(options: argparse.Namespace, console: Console) -> int:
    # Imported here, so that --help and `demo` need not wait for gRPC.
    from projector_cli.serve import CannotServe, ServeOptions, serve

    asked = ServeOptions(
        log_directory=options.log_directory,
        host=options.host,
        port=options.port,
        grpc_port=options.grpc_port,
        home=options.home,
        allowed_hosts=tuple(options.allow_host),
        takes_uploads=not options.no_uploads,
    )
    try:
        asyncio.run(serve(asked, console, dict(os.environ)))
    except CannotServe as error:
        console.error(str(error))
        return 1
    except PartFailed as failed:
        console.failure(failed)
        return 1
    return 0


def _write_demo(folder: Path, console: Console) -> int:
    code = subprocess.run([sys.executable, "-m", "projector_loader.demo", str(folder)], check=False).returncode
    if code != 0:
        console.error(f"The demo could not be written to {folder}.")
        return 1
    console.result(str(folder))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="projector", description="See your embeddings in the browser.")
    parser.add_argument("--version", action="version", version=version("embedding-projector"))
    commands = parser.add_subparsers(dest="command", required=True)
    home = argparse.ArgumentParser(add_help=False)
    home.add_argument(
        "--home",
        type=Path,
        default=default_home(os.environ),
        help="folder for bookmarks, uploads, caches, logs and the demo [PROJECTOR_HOME, or %(default)s]",
    )
    serve = commands.add_parser("serve", parents=[home], help="start everything on this machine")
    serve.add_argument(
        "log_directory", metavar="LOGDIR", nargs="?", type=Path, help="folder of log directories [the demo]"
    )
    serve.add_argument("--host", default="127.0.0.1", help="address to listen at [%(default)s: this machine alone]")
    serve.add_argument("--port", type=_port, default=8080, help="port of the page; 0 takes a free one [%(default)s]")
    serve.add_argument(
        "--grpc-port", type=_port, help="port of the gRPC face; 0 takes a free one [the one after --port]"
    )
    serve.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a further host name that the page is opened by",
    )
    serve.add_argument("--no-uploads", action="store_true", help="take no embeddings that people bring with them")
    demo = commands.add_parser("demo", parents=[home], help="write the demo log directory and print its path")
    demo.add_argument("folder", metavar="FOLDER", nargs="?", type=Path, help="where to [below --home]")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
