"""Images: `tf.image`, on HWC and NHWC."""
