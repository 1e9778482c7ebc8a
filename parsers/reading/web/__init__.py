"""Getting one address from the web within limits. Reads nothing of what comes."""
