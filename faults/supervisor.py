"""What `flask serve` does, with the processes on a rehearsal clock: `python -m faults.supervisor`."""

import os
from pathlib import Path

import config
from commands.serve import Supervisor, processes


def main() -> None:
    """Stay until told to end."""
    server = config.load(Path(os.environ["HESHAO_CONFIG"]), os.environ).server
    Supervisor(processes(server, "faults.product")).run(f"rehearsal on port {server.port}")


if __name__ == "__main__":
    main()
