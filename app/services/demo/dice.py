"""Chance that repeats itself: the same words give the same throws, so the same demo day gives the same photos and readings."""

import random  # noqa: TID251 -- seeded by words, it is no source of randomness; nothing secret is drawn from it

Dice = random.Random


def dice(*words: object) -> Dice:
    """Dice that these words determine."""
    return random.Random("/".join(str(word) for word in words))  # noqa: S311 -- see above
