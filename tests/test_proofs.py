"""A sample of each long proof; `make proof NAME` runs the whole."""

import pytest

from proofs.catalogue import PROOFS

CASES = [(proof, case) for proof in PROOFS.values() for case in range(proof.sample)]


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.parametrize(("proof", "case"), CASES, ids=[f"{proof.name}-{case}" for proof, case in CASES])
def test_a_sample_of_each_proof_holds(proof, case):
    (proof.taste or proof.run)(case)
