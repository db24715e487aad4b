"""Forms check the shape of what was typed; whether it makes sense is the deed's to say."""
