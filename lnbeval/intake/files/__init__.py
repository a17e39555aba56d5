"""From bytes to rows: every kind of file that may be received, bounded in memory and time, and its text mended where it can be."""
