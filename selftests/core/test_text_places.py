"""Places in a text that may overlap."""

from toetskader.text import Places


def test_a_position_is_in_a_place_that_covers_it() -> None:
    places = Places([(10, 12), (0, 8), (2, 3)])
    assert [at for at in range(-1, 14) if at in places] == [*range(8), 10, 11]
    assert 0 not in Places([])
