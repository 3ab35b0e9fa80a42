"""The readers that `coverage_guided.py` tries for longer: each reads or refuses any bytes, and a mistake is noticed."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.fuzz.asked import SECONDS
from tests.faults.fuzz.inputs import damages, share
from tests.faults.fuzz.readers import READERS, Reader


@pytest.mark.parametrize("name", READERS)
@share(0.05, among=len(READERS))
@given(data=st.data())
def test_any_bytes_are_read_or_refused(name: str, data: st.DataObject):
    reader = READERS[name]
    seed = data.draw(st.sampled_from(reader.seeds))
    content = data.draw(damages().map(lambda damage: damage.of(seed)) | st.binary(max_size=300))
    reader.check(reader.load(), content)


@pytest.mark.parametrize("name", READERS)
def test_a_reader_reads_a_good_input_and_refuses_a_bad_one(name: str):
    reader = READERS[name]
    read = reader.load()
    outcomes = {reader.check(read, seed) for seed in reader.seeds}
    assert outcomes == ({True} if reader.refusal is None else {True, False})


def test_another_exception_than_the_refusal_is_harm():
    reader = Reader(load=lambda: None, refusal=("practice_tenant.jose", "Malformed"), seeds=())
    with pytest.raises(ZeroDivisionError):
        reader.check(lambda content: 1 // len(content), b"")


def test_more_than_a_second_of_the_processor_is_harm():
    def slow(content: bytes) -> None:
        end = time.process_time() + SECONDS
        while time.process_time() <= end:
            pass

    with pytest.raises(AssertionError, match="seconds"):
        Reader(load=lambda: slow, refusal=None, seeds=()).check(slow, b"")
