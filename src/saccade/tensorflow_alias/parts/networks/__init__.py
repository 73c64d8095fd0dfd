"""Networks: `tf.nn`, on batches NHWC."""
