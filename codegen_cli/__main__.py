"""Run `codegen` as `python -m codegen_cli`."""

from codegen_cli.cli.main import main

if __name__ == "__main__":
    main()
