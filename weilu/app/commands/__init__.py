"""One file a group of commands; each has `register(app: typer.Typer) -> None` and stands in `cli.COMMANDS`."""
