"""Entry of the command `seabridge` and of `python -m flows`: errors become one clear text and an exit code."""

import os
import sys
import traceback


def main() -> None:
    """Run the command line."""
    from flows.cli import app  # here and not above: importing this module must stay free of cost
    from parsers.errors import Busy, Misconfigured, SeabridgeError

    try:
        app()
    except Misconfigured as error:
        count = len(error.problems)
        _fail(str(error) if count == 1 else f"{count} problems:\n{error}", 2)
    except Busy as error:
        _fail(str(error), 5)
    except SeabridgeError as error:
        _fail(str(error), 1)
    except KeyboardInterrupt:
        _fail("interrupted; what was stored is kept, and the next run does the rest", 130)
    except BrokenPipeError:  # the reader of our output has gone, like `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except Exception as error:  # unforeseen: an operator gets a line to act on or to report
        if os.environ.get("SEABRIDGE_DEBUG"):
            raise
        last = traceback.extract_tb(error.__traceback__)[-1]
        what = f"stopped by {type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
        advice = "If this machine is not the cause, report it with what SEABRIDGE_DEBUG=1 shows"
        _fail(f"{what} ({last.filename}:{last.lineno}). {advice}", 1)


def _fail(message: str, code: int) -> None:
    sys.stderr.write(f"seabridge: {message}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
