"""The front door."""

import sayso


def test_every_public_name_is_there() -> None:
    assert sorted(sayso.__all__) == sayso.__all__ or set(sayso.__all__) == set(dir(sayso))
    for name in sayso.__all__:
        assert getattr(sayso, name) is not None


def test_a_module_never_hides_a_function() -> None:
    # Importing the builder imports every module; the names must still be the functions.
    assert callable(sayso.build)
    for name in ("clean", "segment", "sentences", "load", "validate"):
        assert callable(getattr(sayso, name)), name
