"""`weilu source …`: a key from the terminal."""

from __future__ import annotations

import json

import pytest
from typer import Typer
from typer.testing import CliRunner

from weilu.app.commands import source as commands
from weilu.connectors.tracking.models import Source
from weilu.core.errors import NotFound


def run(*arguments: str) -> str:
    app = Typer()
    commands.register(app)
    done = CliRunner().invoke(app, ["source", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_source_is_added_listed_rotated_and_removed(db: None) -> None:
    added = json.loads(run("add", "Shop", "--origin", "https://shop.example.com", "--json"))
    assert added["source"] == "Shop"
    assert added["key"] == Source.objects.get().key
    assert json.loads(run("list", "--json"))[0]["origins"] == ["https://shop.example.com"]
    assert json.loads(run("rotate", "shop", "--json"))["key"] == Source.objects.get().key != added["key"]
    run("remove", "Shop")
    assert json.loads(run("list", "--json")) == []
    with pytest.raises(NotFound):
        run("remove", "Shop")


def test_a_second_source_of_the_same_name_has_a_code_of_its_own(db: None) -> None:
    codes = [json.loads(run("add", "Shop", "--json"))["code"] for _ in range(2)]
    assert codes == ["sdk:shop", "sdk:shop-2"]
