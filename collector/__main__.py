"""`python -m collector` is the `footfall` command."""

from collector.cli import main

if __name__ == "__main__":
    main(prog_name="footfall")
