"""Cases generated from the constructors of saccade's own tables, held to the installed Keras."""
