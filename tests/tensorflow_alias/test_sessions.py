"""Lines of TensorFlow 1 that set up a session, and `compat.v1` and `compat.v2`, stop no script."""

import importlib
from inspect import unwrap

import numpy as np
import pytest

import saccade.tensorflow_alias as tf
from saccade import backend as K
from saccade.errors import InvalidArgument, NotSupported
from saccade.layers import Dense, Dropout
from saccade.models import Sequential
from saccade.notes import forget_notes
from saccade.tensorflow_alias import table


def test_the_head_of_a_script_has_no_effect():
    config = tf.ConfigProto(allow_soft_placement=True, device_count={"GPU": 1})
    config.gpu_options.allow_growth = True
    config.gpu_options.per_process_gpu_memory_fraction = 0.3
    config.graph_options.optimizer_options.global_jit_level = 1
    assert config.gpu_options.allow_growth
    assert config.allow_soft_placement
    K.set_session(tf.Session(config=config))
    tf.ConfigProto(gpu_options=tf.GPUOptions(allow_growth=True))
    session = tf.InteractiveSession(config=config)
    with session.as_default(), session.graph.as_default():
        assert Sequential([Dense(2, input_shape=(3,))]).predict(np.ones((1, 3))).shape == (1, 2)
    session.close()
    with tf.Graph().as_default(), tf.Session(graph=tf.get_default_graph()) as inner:
        inner.graph.finalize()


def test_a_session_gives_values_of_tensors():
    with tf.Session() as session:
        mean = session.run(tf.reduce_mean(tf.constant([1.0, 3.0])))
        both = session.run({"a": tf.constant(2), "b": [tf.Variable([1.0]), tf.ones(2)]})
    assert isinstance(mean, np.float32)
    assert mean == 2
    assert both["a"] == 2
    np.testing.assert_array_equal(both["b"][1], [1, 1])


def test_initializers_have_nothing_to_do():
    """Variables have their values from the start, and loaded weights stay."""
    model = Sequential([Dense(2, input_shape=(3,))])
    before = model.get_weights()[0]
    with tf.Session() as session:
        assert session.run(tf.global_variables_initializer()) is None
        assert (
            session.run([tf.local_variables_initializer(), tf.tables_initializer()]) == [None] * 2
        )
        assert session.run((tf.initialize_all_variables(), tf.constant(2)))[1] == 2
        tf.compat.v1.global_variables_initializer().run()
        tf.variables_initializer(model.weights).run(session=session)
    K.get_session().run(tf.global_variables_initializer())
    np.testing.assert_array_equal(model.get_weights()[0], before)


@pytest.mark.parametrize("session", [tf.Session, K.get_session])
def test_a_session_gives_values_of_symbols_for_what_is_fed(session):
    """As detectors of Keras 2 predict: sess.run(boxes, feed_dict={model.input: image, ...})."""
    model = Sequential([Dropout(0.5, input_shape=(3,)), Dense(2)])
    images = np.ones((4, 3), "float32")
    feed = {model.input: images, K.learning_phase(): 0}
    doubled, (first, three) = session().run(
        [model.output * 2, (model.layers[0].output, tf.constant(3))], feed_dict=feed
    )
    np.testing.assert_allclose(doubled, 2 * model.predict(images, verbose=0), rtol=1e-6)
    np.testing.assert_array_equal(first, images)
    assert three == 3


def test_what_else_would_run_in_a_session_is_refused():
    with pytest.raises(NotSupported, match=r"Session.run: .*NoneType. There are no graphs"):
        tf.Session().run(None)
    with pytest.raises(InvalidArgument, match=r"feed_dict={model.input: images}"):
        tf.Session().run(Sequential([Dense(1, input_shape=(2,))]).output)


def test_eager_or_not_models_and_gradients_work():
    tf.enable_eager_execution()
    tf.compat.v1.enable_v2_behavior()
    tf.disable_eager_execution()
    tf.disable_v2_behavior()
    tf.compat.v1.disable_resource_variables()
    tf.compat.v1.enable_resource_variables()
    model = Sequential([Dense(1, input_shape=(2,), kernel_initializer="ones")])
    slopes = K.function([model.input], K.gradients(model.output, model.input))
    np.testing.assert_array_equal(slopes([np.zeros((1, 2))])[0], [[1, 1]])


def test_one_line_is_said_of_all_of_it(caplog):
    forget_notes()
    tf.Session(config=tf.ConfigProto())
    tf.disable_v2_behavior()
    assert len(caplog.messages) == 1
    assert "tf.ConfigProto has no effect: there are no sessions" in caplog.messages[0]


def test_a_fresh_graph_lets_names_count_anew():
    Dense(1)
    tf.reset_default_graph()
    assert Dense(1).name == "dense"


def test_old_casts():
    number = tf.constant(2.75)
    assert tf.to_int32(number).dtype == tf.int32
    assert tf.to_int64(number).numpy() == 2
    assert tf.to_double(1).dtype == tf.float64
    assert tf.to_float(3).dtype == tf.float32


@pytest.mark.parametrize("module", sorted(table.AGAIN))
def test_a_module_below_compat_has_the_same_functions(module):
    there = importlib.import_module(f"saccade.tensorflow_alias.{module}")
    here = importlib.import_module(f"saccade.tensorflow_alias.{table.AGAIN[module]}".rstrip("."))
    own = table.homes(table.NAMES.get(module, {}))
    for name in {*table.names_in(module)} - {*own}:
        assert unwrap(getattr(there, name)) is unwrap(getattr(here, name)), name


def test_what_changed_since_tensorflow_1_is_not_taken_for_the_same():
    assert hasattr(tf.nn, "dropout")
    assert not hasattr(tf.compat.v1.nn, "dropout")
    points = tf.compat.v1.image.resize(np.arange(4.0).reshape(1, 4, 1), (1, 2))
    squares = tf.image.resize(np.arange(4.0).reshape(1, 4, 1), (1, 2))
    assert (list(points[0, :, 0]), list(squares[0, :, 0])) == ([0, 2], [0.5, 2.5])


def test_symbols_pass_through_functions_below_compat():
    model = Sequential([Dense(2, input_shape=(3,))])
    made = tf.compat.v1.nn.relu(tf.compat.v1.to_float(model.output))
    assert made.shape == (None, 2)
    assert tf.compat.v1.reduce_sum(np.ones(3)).numpy() == 3
    assert tf.compat.v2.keras is tf.compat.v1.keras is tf.keras


def test_what_is_to_come_after_comes_after():
    with tf.control_dependencies([tf.constant(1)]):
        assert tf.identity(tf.constant(2)).numpy() == 2
