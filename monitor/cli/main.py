"""The command `dementi`: finds the command's module, turns errors into one line and an exit code.

Commands are imported only when they are called, so that `--help` answers at once.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from monitor import __version__
from monitor.errors import DementiError

# command -> module:function and the line that `--help` shows (kept here, or every module would be imported for it)
COMMANDS = {
    "init": ("monitor.cli.init:init", "Write a commented starter config and watchlist."),
    "check": ("monitor.cli.check:check", "Check the config, run its examples, tell what is unreachable."),
    "run": ("monitor.cli.run:run", "Watch: the daemon, or one round with --once."),
    "judge": ("monitor.cli.judge:judge", "Judge items against a watchlist; stores and sends nothing."),
    "backtest": ("monitor.cli.backtest:backtest", "What would have been alerted, and when."),
    "try": ("monitor.cli.explain:try_", "Judge a text, and print the whole reading."),
    "why": ("monitor.cli.explain:why", "How a stored item was read, for silence too."),
    "claims": ("monitor.cli.lists:claims", "List the claims and how they stand."),
    "events": ("monitor.cli.lists:events", "List confirmations and denials, newest first."),
    "items": ("monitor.cli.lists:items", "List what the feeds delivered, newest first."),
    "feeds": ("monitor.cli.feeds:feeds", "List the feeds and their health; `feeds show`, `find`, `import`, `export`."),
    "pages": ("monitor.cli.pages:pages", "List the pages of items that were asked for, and what became of them."),
    "opinions": (
        "monitor.cli.opinions:opinions",
        "List second opinions: both readings, what they did, what they cost.",
    ),
    "deliveries": ("monitor.cli.lists:deliveries", "List what was sent to whom; `deliveries retry ID`."),
    "silence": ("monitor.cli.desk:silence", "Hold the messages of some claims for a while."),
    "ack": ("monitor.cli.desk:ack", "Acknowledge an alert: it is repeated no more."),
    "mark": ("monitor.cli.desk:mark", "Say that an alert was right, wrong or late, or an answer missed."),
    "routes": ("monitor.cli.desk:routes", "`routes test CLAIM`: who would be told, when and why."),
    "db": ("monitor.cli.db:db", "Back up, check, upgrade, export and import the store."),
    "models": ("monitor.cli.models:models", "Fetch, list, verify and try models for a second opinion."),
    "test-channel": ("monitor.cli.test_channel:test_channel", "Send a marked test message to a channel."),
}

GREETING = f"""dementi {__version__} watches news feeds for answers to claims: who confirms, who denies, in which words.

Three commands to try:
  dementi init mydesk           write a commented config and a watchlist to start from
  dementi check                 check them, run their examples, tell what is unreachable
  dementi run                   watch the feeds until Ctrl-C

`dementi --help` lists all commands."""


class Lazy(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            ctx.fail(f"No such command {args[0]!r}.{_did_you_mean(args[0])}")
        return super().resolve_command(ctx, args)


def _did_you_mean(word: str) -> str:
    import difflib

    near = difflib.get_close_matches(word, COMMANDS, 1)
    return f" Did you mean {near[0]!r}?" if near else ""


@click.command(cls=Lazy, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Config file; else it is searched for.")
@click.option("-v", "--verbose", is_flag=True, help="Say more; show tracebacks.")
@click.version_option(__version__, prog_name="dementi", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, config: Path | None, verbose: bool) -> None:
    """Watch news feeds for answers to claims: who confirms, who denies, in which words."""
    ctx.obj = {"config": config, "verbose": verbose}
    if ctx.invoked_subcommand is None:
        click.echo(GREETING)


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with the code that interfaces name."""
    words = list(sys.argv[1:] if args is None else args)
    verbose = "-v" in words or "--verbose" in words
    try:
        code = cli.main(words, standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as fault:
        fault.show()
        code = 2
    except click.ClickException as fault:
        fault.show()
        code = fault.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains at exit
        code = 0
    except DementiError as fault:
        _trace(verbose)
        click.echo(f"dementi: {fault}" if fault.exit_code != 78 else str(fault), err=True)
        code = fault.exit_code
    except Exception as fault:  # noqa: BLE001 - the last stop: a line, not a trace
        _trace(verbose)
        click.echo(f"dementi: {type(fault).__name__}: {fault}{'' if verbose else ' (-v shows where)'}", err=True)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _trace(verbose: bool) -> None:
    if verbose:
        traceback.print_exc()
