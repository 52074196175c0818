"""`python -m serai`."""

from serai.cli.start import main

if __name__ == "__main__":
    main()
