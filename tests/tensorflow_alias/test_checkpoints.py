"""Checkpoints, summaries and what is kept before a format is refused."""

import numpy as np
import pytest
import torch

import saccade.tensorflow_alias as tf
from saccade import layers, models, optimizers
from saccade.errors import FileFormatError, NoSuchFile, NotSupported

X = np.random.RandomState(0).normal(size=(8, 2)).astype("float32")


def network():
    return models.Sequential([layers.Dense(3, input_shape=(2,)), layers.Dense(1)])


def step(model, optimizer):
    loss = (model(X) ** 2).mean()
    weights = model.trainable_variables
    optimizer.apply_gradients(zip(torch.autograd.grad(loss, weights), weights, strict=True))
    return float(loss)


def things():
    model, optimizer = network(), optimizers.Adam(0.1)
    counter = tf.Variable(1)
    return model, optimizer, tf.train.Checkpoint(step=counter, optimizer=optimizer, net=model)


def test_training_goes_on_as_if_it_had_not_stopped(tmp_path):
    model, optimizer, checkpoint = things()
    manager = tf.train.CheckpointManager(checkpoint, tmp_path / "ckpts", max_to_keep=2)
    assert manager.latest_checkpoint is None
    checkpoint.restore(manager.latest_checkpoint).expect_partial()
    for _ in range(4):
        step(model, optimizer)
        checkpoint.step.assign_add(1)
        path = manager.save()
    assert path == str(tmp_path / "ckpts" / "ckpt-4")
    assert [one.rpartition("-")[2] for one in manager.checkpoints] == ["3", "4"]
    names = sorted(one.name for one in (tmp_path / "ckpts").iterdir())
    assert names == ["checkpoint", "ckpt-3.index", "ckpt-4.index"]
    # Slots that are not there yet are filled when the optimizer makes them.
    other, fresh, again = things()
    last = tf.train.latest_checkpoint(tmp_path / "ckpts")
    again.restore(last).assert_existing_objects_matched()
    assert (int(again.step), int(fresh.iterations), int(again.save_counter)) == (5, 4, 4)
    for _ in range(3):
        assert step(other, fresh) == step(model, optimizer)


def test_a_model_that_is_not_built_gets_its_values_before_its_first_call(tmp_path):
    class Two(models.Model):
        def __init__(self):
            super().__init__()
            self.first, self.last = layers.Dense(4), layers.Dense(1)

        def call(self, x):
            return self.last(self.first(x))

    model = Two()
    expected = model(X).detach().numpy()
    path = tf.train.Checkpoint(model=model).save(tmp_path / "ckpt")
    fresh = Two()
    tf.train.Checkpoint(model=fresh).restore(path)
    np.testing.assert_array_equal(fresh(X).detach(), expected)


def test_lists_dicts_and_faults(tmp_path):
    held = {"a": [tf.Variable([1.0, 2.0])], "n": 3}
    path = tf.train.Checkpoint(held=held).write(tmp_path / "one")
    held["a"][0].assign([0.0, 0.0])
    tf.train.Checkpoint(held=held).read(path)
    assert held["a"][0].numpy().tolist() == [1.0, 2.0]
    with pytest.raises(NoSuchFile, match="must exist"):
        tf.train.Checkpoint(held=held).restore(tmp_path / "two")
    with pytest.raises(FileFormatError, match=r"needs arrays of shapes \[\(3,\)\]"):
        tf.train.Checkpoint(held={"a": [tf.Variable([1.0, 2.0, 3.0])]}).restore(path)


def test_a_manager_saves_every_so_many_steps(tmp_path):
    counter = tf.Variable(0)
    manager = tf.train.CheckpointManager(
        tf.train.Checkpoint(step=counter), tmp_path, 5, step_counter=counter, checkpoint_interval=2
    )
    paths = []
    for number in range(5):
        counter.assign(number)
        paths.append(manager.save())
    assert [one is not None for one in paths] == [True, False, True, False, True]
    assert manager.restore_or_initialize() == paths[-1]


def test_summaries_are_read_by_tensorboard(tmp_path):
    accumulators = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    writer = tf.summary.create_file_writer(tmp_path)
    assert not tf.summary.scalar("loss", 1.0, step=0)  # nobody listens
    with writer.as_default():
        for number in range(3):
            tf.summary.scalar("loss", tf.constant(0.5) * number, step=number)
        tf.summary.image("digits", np.zeros((5, 4, 4, 1)), step=0, max_outputs=2)
        tf.summary.histogram("weights", np.arange(9.0), step=0)
        tf.summary.text("note", "hello", step=0)
        with pytest.raises(ValueError, match="needs step="):
            tf.summary.scalar("loss", 1.0)
    with writer.as_default(step=7):
        assert tf.summary.scalar("late", 1.0)
    events = accumulators.EventAccumulator(str(tmp_path), size_guidance={"tensors": 0})
    events.Reload()
    assert [one.step for one in events.Tensors("loss")] == [0, 1, 2]
    assert [one.step for one in events.Tensors("late")] == [7]
    (picture,) = events.Tensors("digits")
    assert len(picture.tensor_proto.string_val) == 2 + 2  # width, height, two images


def test_the_step_and_the_writer_of_summaries(tmp_path):
    accumulators = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    writer = tf.summary.SummaryWriter(tmp_path)
    tf.summary.trace_on(graph=True)
    with writer.as_default():
        assert tf.summary.experimental.get_step() is None
        tf.summary.experimental.set_step(4)
        assert tf.summary.experimental.get_step() == 4
        assert tf.summary.scalar("loss", 0.5)
        tf.summary.flush()
        events = accumulators.EventAccumulator(str(tmp_path), size_guidance={"tensors": 0})
        events.Reload()  # inside the block: it was flush that wrote
        assert [one.step for one in events.Tensors("loss")] == [4]
    assert tf.summary.experimental.get_step() is None  # the block's step ends with it
    tf.summary.trace_export("graph", step=0, profiler_outdir=str(tmp_path))
    tf.summary.trace_off()
    assert len(list(tmp_path.iterdir())) == 1  # there is no graph to write


def test_a_saved_model_is_not_read(tmp_path):
    with pytest.raises(NotSupported, match=r"not read.*served.*\.h5"):
        tf.saved_model.load(tmp_path / "served")


def test_a_saved_model_is_refused_once_the_model_is_kept(tmp_path):
    model = network()
    with pytest.raises(NotSupported, match=r"not written.*served\.keras"):
        tf.saved_model.save(model, tmp_path / "served")
    again = models.load_model(tmp_path / "served.keras")
    np.testing.assert_array_equal(again(X).detach(), model(X).detach())
    with pytest.raises(AttributeError, match=r"model\.save"):
        _ = tf.lite.TFLiteConverter


def test_a_drawn_box_lies_inside_and_covers_what_it_must():
    boxes = np.array([[[0.25, 0.25, 0.75, 0.75]]])
    for seed in range(1, 40):
        begin, size, box = tf.image.sample_distorted_bounding_box(
            (40, 60, 3), boxes, seed, 0.5, (0.5, 2.0), (0.1, 0.9)
        )
        top, left, bottom, right = box.reshape(-1).tolist()
        rows, columns = int(size[0]), int(size[1])
        assert 0 <= top < bottom <= 1.0
        assert 0 <= left < right <= 1.0
        assert 0.1 <= rows * columns / 2400 <= 0.9
        assert 0.4 < columns / rows < 2.2
        high = min(bottom, 0.75) - max(top, 0.25)
        wide = min(right, 0.75) - max(left, 0.25)
        assert high * wide >= 0.5 * 0.25 - 1e-6
        assert tf.slice(tf.ones((40, 60, 3)), begin, size).shape == (rows, columns, 3)
    same = [
        tf.image.stateless_sample_distorted_bounding_box((40, 60, 3), boxes, (1, 2))
        for _ in range(2)
    ]
    assert torch.equal(same[0].bboxes, same[1].bboxes)
    whole = tf.image.sample_distorted_bounding_box((4, 4, 3), boxes, area_range=(5.0, 6.0))
    assert whole.size.tolist() == [4, 4, -1]


def test_average_loss():
    assert float(tf.nn.compute_average_loss([1.0, 2.0])) == 1.5
    assert float(tf.nn.compute_average_loss([1.0, 2.0], global_batch_size=6)) == 0.5
    assert float(tf.nn.compute_average_loss([1.0, 2.0], [2.0, 0.0])) == 1.0
    assert float(tf.nn.scale_regularization_loss([1.0, 2.0])) == 3.0
