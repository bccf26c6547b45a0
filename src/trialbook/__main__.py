"""Let `python -m trialbook` do what `trialbook` does."""

from trialbook.cli import main

if __name__ == "__main__":
    main()
