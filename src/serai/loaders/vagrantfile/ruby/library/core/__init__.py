"""Classes that every file uses: numbers, strings, symbols, arrays, hashes, ranges, patterns, procs, Kernel."""
