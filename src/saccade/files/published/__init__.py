"""Published files: fetched once, verified, and kept where Keras keeps them."""
