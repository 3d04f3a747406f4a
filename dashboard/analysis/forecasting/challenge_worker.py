"""A process of its own that back-tests one series after the other: `-m` this module, a socket."""

import sys
from contextlib import suppress
from multiprocessing.connection import Connection

from dashboard.analysis.forecasting.challenge_one import challenge_one


def work(asked: Connection) -> None:
    """Answer until nobody asks any more."""
    with suppress(EOFError, ConnectionError):
        while True:
            one, lead = asked.recv()
            asked.send(challenge_one(one, lead))


if __name__ == "__main__":
    work(Connection(int(sys.argv[1])))
