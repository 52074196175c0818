"""Who writes the kernel's command line on a host, one boot tool a file, chosen by what is there."""
