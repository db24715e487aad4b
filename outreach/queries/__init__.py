"""Questions: reads with joins or counts, named after the noun they ask about. Nothing here writes."""
