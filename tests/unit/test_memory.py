"""What is kept with an open snapshot."""

from dashboard.warehouse.memory import Memory


def test_an_answer_is_worked_out_once_and_asked_anew_by_another_key() -> None:
    memory, asked = Memory(), []

    found = [memory.once(key, lambda key=key: asked.append(key) or len(asked)) for key in "abab"]

    assert found == [1, 2, 1, 2]
    assert asked == ["a", "b"]


def test_nothing_as_an_answer_is_kept_too() -> None:
    memory, asked = Memory(), []

    for _ in range(2):
        assert memory.once("span", lambda: asked.append(1)) is None

    assert asked == [1]


def test_what_was_asked_for_last_outlives_sixty_four_newer_answers() -> None:
    memory = Memory()
    for number in range(64):
        memory.once(number, lambda number=number: number)
    memory.once(0, lambda: "forgotten")
    memory.once("new", lambda: "new")

    assert memory.once(0, lambda: "forgotten") == 0
    assert memory.once(1, lambda: "forgotten") == "forgotten"
