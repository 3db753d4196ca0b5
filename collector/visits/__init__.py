"""The visit machine and the counts it moves: pure, over event times, with no clock and no disk."""
