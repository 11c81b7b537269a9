"""`python -m grahak` is the `grahak` command."""

from grahak.config.cli import main

if __name__ == "__main__":
    main()
