"""The operator's commands: demo, status, doctor, serve."""

import sys
from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout instead of text.")]


def demo(
    open_page: Annotated[bool, typer.Option("--open", help="Open the archive page in a browser.")] = False,
) -> None:
    """The whole product on a bundled sample week: offline, into SEABRIDGE_HOME/demo, safe to repeat.

    The texts are samples in our own words; the outlets do not exist.
    """
    from flows.commands.show import progress, table
    from flows.demo import EXAMPLE_SQL
    from flows.demo import demo as run_demo
    from flows.environment import home_folder
    from flows.settings import load

    home = home_folder() / "demo"
    with progress() as tell:
        done = run_demo(load(home=home), tell=tell)
    for result in done.tables:
        rows = [[str(cell) for cell in row] for row in result.rows]
        sys.stdout.write(table(rows, head=result.columns) + "\n\n")
    sys.stdout.write(f"stories  {done.stories}\n\n")
    for line in done.report.lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(
        f"\nThe mail:    {shown(done.mail)}\n"
        f"The archive: {shown(done.page)}\n"
        f'Ask it:      SEABRIDGE_HOME={shown(home)} {own_name()} sql "{EXAMPLE_SQL}"\n'
    )
    if open_page:
        typer.launch(done.page.as_uri())


def shown(path: Path) -> str:
    """The path as a person would type it from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def own_name() -> str:
    """This command as it was called, for lines that a person can copy."""
    called = Path(sys.argv[0])
    return shown(called.absolute()) if called.name == "seabridge" and called.parent != Path() else "seabridge"


def status(json: AsJson = False) -> None:
    """What ran last, which sources are in trouble, what waits for a decision. Changes nothing."""
    from flows.commands.show import json_line, table
    from flows.environment import current_time, home_folder
    from flows.status import status as look

    found = look(home_folder(), current_time())
    if json:
        json_line(found.as_json())
        return
    for title, head, rows in found.tables:
        sys.stdout.write(f"{title}\n{table(rows, head) if rows else '  none'}\n\n")
    for line in found.lines:
        sys.stdout.write(f"{line}\n")


def doctor(
    deep: Annotated[bool, typer.Option("--deep", help="Also read every row and every archived answer.")] = False,
    json: AsJson = False,
) -> None:
    """Check interpreter, libraries, configuration, folders, database, corpus, mail server and Prefect. Sends nothing.

    Ends with 1 if a check fails; a warning alone ends with 0.
    """
    from flows.commands.show import json_line, table
    from flows.doctor import examine
    from flows.environment import current_time, home_folder

    checks = examine(home_folder(), current_time(), deep=deep)
    if json:
        json_line([check.as_json() for check in checks])
    else:
        sys.stdout.write(table([(check.verdict, check.id, check.says) for check in checks]) + "\n")
        for check in checks:
            if check.remedy:
                sys.stdout.write(f"{check.id}: {check.remedy}\n")
    if any(check.verdict == "fail" for check in checks):
        raise typer.Exit(1)


def serve(
    port: Annotated[int, typer.Option(help="Port of the Prefect server and its UI.", min=1, max=65535)] = 4200,
) -> None:
    """Start Prefect's server and UI, all deployments with their schedules, and a worker; stop with Ctrl-C.

    Hourly collect, weekly digest on the weekday and hour of digest.toml. Commands given meanwhile are recorded there.
    """
    from flows.serve import serve as work
    from flows.settings import load

    work(load(), port)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for command in (demo, status, doctor, serve):
        app.command()(command)
