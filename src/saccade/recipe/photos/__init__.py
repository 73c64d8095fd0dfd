"""Photos: which a folder holds, at which size they are read, and their pixels."""
