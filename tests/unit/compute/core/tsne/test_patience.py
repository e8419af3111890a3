from __future__ import annotations

from projector_compute.core.tsne.patience import Patience


def over_at(patience: Patience, losses: list[float], first_step: int = 1) -> int | None:
    return next((step for step, loss in enumerate(losses, first_step) if patience.is_over(step, loss)), None)


def test_it_is_over_when_the_loss_has_not_fallen_for_so_many_steps() -> None:
    assert over_at(Patience(3), [5.0, 4.0, 4.5, 4.0, 4.1, 4.2]) == 5
    assert over_at(Patience(3), [5.0, 4.0, 4.5, 4.2, 3.9, 4.2]) is None


def test_no_patience_asked_for_never_ends() -> None:
    assert over_at(Patience(0), [1.0] * 1000) is None


def test_a_watch_taken_up_goes_on() -> None:
    first = Patience(4)
    assert over_at(first, [3.0, 2.0, 2.5]) is None
    second = Patience(4, best_loss=first.best_loss, best_step=first.best_step)
    assert over_at(second, [2.5, 2.5, 2.5], first_step=4) == 6


def test_a_watch_that_begins_anew_forgets_what_was() -> None:
    patience = Patience(2)
    over_at(patience, [1.0, 1.5])
    patience.begin_anew()
    assert over_at(patience, [9.0, 8.0, 8.5, 8.2], first_step=3) == 6
