"""`ImageDataGenerator`: what it does to an image, and the batches that it makes."""
