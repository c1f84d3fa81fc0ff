"""Run the command line: python -m callforge."""

from __future__ import annotations

from callforge.cli import main

if __name__ == "__main__":
    main()
