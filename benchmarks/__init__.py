"""Every figure we publish, as a ratio measured in one run: `./dev bench`, `python -m benchmarks`."""
