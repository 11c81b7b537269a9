"""Django's own door to the project, for editors and tools that look for it; people use `grahak`."""

from grahak.config.cli import main

if __name__ == "__main__":
    main()
