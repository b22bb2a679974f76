"""`python -m mirakl_sync` is the command line."""

from mirakl_sync.cli.main import main

if __name__ == "__main__":
    main()
