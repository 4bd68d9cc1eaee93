"""The first test of a hunt for mutants (`mutant_nest`): it wants a database, and that is all."""

import pytest


@pytest.mark.django_db(transaction=True)
def test_there_is_a_database():
    pass
