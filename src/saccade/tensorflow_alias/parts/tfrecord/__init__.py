"""Records: `tf.train.Example`, its parsing, and the files that hold examples."""
