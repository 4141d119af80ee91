"""How a command ends: an exit code, and at most one line on stderr."""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from rag.errors import PolicyQAError


class Commands(TyperGroup):
    """Commands that end in an exit code and at most one line on stderr."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command, and tell how it ended."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()  # while a reader that has gone can still be met quietly
        except PolicyQAError as error:
            _end(error.exit_code, str(error))
        except KeyboardInterrupt:
            _end(130, "stopped.")
        except BrokenPipeError:
            _discard_output()
            raise typer.Exit(141) from None
        except OSError as error:
            _discard_output()
            where = f"{error.filename}: " if error.filename else ""
            _end(3, f"{where}{error.strerror or error}; check the place and its permissions.")
        return result


def _end(code: int, why: str) -> NoReturn:
    typer.echo(f"policyqa: {' '.join(why.split())}", err=True)
    raise typer.Exit(code)


def _discard_output() -> None:
    """Say nothing more: what is still to be written at exit would fail once again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
