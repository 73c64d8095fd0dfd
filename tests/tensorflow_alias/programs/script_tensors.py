"""What a script that imports Keras alone may do with tensors and weights, and what comes of it.

`scripts/compare_tensorflow.py` runs this under Keras on TensorFlow, a test under saccade; each
prints an object of JSON: for every expression what it gives, or that it raises.
"""

import copy
import json
import math
import operator
import pickle
import warnings

import keras
import numpy as np

x = np.array([[-1.5, 0.0, 2.5], [3.25, -0.5, 1.0]], np.float32)
layer = keras.layers.Dense(3, name="d")
layer.build((None, 3))
kernel = np.array([[1.0, -2.0, 0.5], [3.25, 4.0, -1.0], [0.5, 1.0, 2.0]], np.float32)
layer.set_weights([kernel, np.array([0.5, -1, 2], np.float32)])
y = layer(x)
i = keras.ops.convert_to_tensor(np.array([[3, -7, 2], [5, 1, -4]], np.int32))
b = keras.ops.convert_to_tensor(np.array([[True, False, True], [False, True, True]]))
v, s = y[0], keras.ops.sum(y)
w, bias = layer.kernel, layer.bias

OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", "<=", ">", ">="]
OTHERS = [
    *("2", "2.5", "True", "[1, 2, 3]", "np.array([1, 2, 3])", "np.array([1.0, 2.0, 3.0])"),
    *("np.array([3, 2, 1], np.uint8)", "np.array([True, True, True])", "np.float64(2.5)"),
    *("np.int64(2)", "np.bool_(True)", "np.ones((2, 3))", "np.ones((3, 3))", "None"),
]
OF_ANY = """float({}) int({}) bool({}) complex({}) len({}) list({}) tuple({}) sum({}) max({}) min({})
    abs({}) round({}) round({},2) divmod({},2) hash({}) str({}) repr({}) format({},'') f'{{{}:.3f}}'
    '%s'%{} '%.2f'%{} '{{}}'.format({}) range({}) math.sqrt({}) [0,1,2][{}] -{} not({}) 2.5in({})
    {}==None copy.copy({}) copy.deepcopy({}) pickle.loads(pickle.dumps({})) [a*2for(a)in({})]
    list(zip({},{})) [*{}] operator.index({}) np.zeros({}) np.ones(3)[{}] np.array([{},{}])
    np.array([1.0,{}]) any({}) all({}) {}.dtype.name {}.dtype=='float32' {}.dtype==np.int32
    {}.dtype.is_floating {}.dtype.as_numpy_dtype np.zeros(2,dtype={}.dtype) {}.dtype.startswith('f')
    str({}.dtype) {}.shape str({}.shape) {}.shape[0] {}.shape[1:] {}.shape==(2,3) {}.shape==[3]
    {}.shape.as_list() {}.shape.rank (None,)+{}.shape np.prod({}.shape) {}.ndim {}.numpy()
    {}.numpy().tolist() np.asarray({}) np.array({},dtype=np.float64) np.asarray({},'int32')
    {}[0] {}[-1] {}[...,0] {}[:,0] {}[0,1] {}[None] {}[:,None] {}[::-1] {}[1:] {}[np.int64(0)]
    {}[i[1,1]] {}[5] {}[0.5] {}[b] {}[x>0] x[{}] x+{} {}[np.newaxis] np.stack([{},{}])
    np.concatenate([{},{}]) np.append([1.0],{}) np.array2string(np.asarray({})) isinstance({},list)
    {}.astype('int32') np.expand_dims({},0)[0] np.array_equal({},{}) (np.asarray({})+1).shape"""
OF_NUMPY = """abs add all allclose any argmax argmin argsort around array_equal atleast_2d average
    bincount ceil clip concatenate corrcoef cumsum diff dot exp expand_dims floor greater histogram
    hstack isclose isfinite isnan less linspace log1p max maximum mean median min minimum moveaxis
    multiply nanmean ndim nonzero outer percentile prod ptp ravel repeat reshape roll round
    searchsorted sign size sort split sqrt square squeeze stack std subtract sum swapaxes take
    tile transpose unique vstack where zeros_like"""


def expressions():
    for one in ("y", "i", "s"):
        for sign in OPERATORS:
            for other in OTHERS:
                yield f"{one} {sign} {other}"
                yield f"{other} {sign} {one}"
    for sign in OPERATORS:  # a weight beside an array of float64 is another matter
        for other in ("2", "2.5", "x[0]", "[1, 2, 3]", "y[0]", "w", "bias"):
            yield f"w {sign} {other}"
    for one in ("y", "i", "s", "v", "w", "b"):
        for form in OF_ANY.split():
            form = form.replace("{{", "<<").replace("}}", ">>").replace("{}", one)
            yield form.replace("<<", "{").replace(">>", "}").replace("for(a)in", " for a in ")
    for one in ("y", "i", "w"):
        for name in OF_NUMPY.split():
            for arguments in (
                one,
                f"{one}, 1",
                f"{one}, {one}",
                f"{one}, axis=0",
                f"[{one}, {one}]",
            ):
                yield f"np.{name}({arguments})"
    yield from (
        "i & 1",
        "1 | i",
        "i ^ np.array([1, 2, 3])",
        "b & [True, True, False]",
        "b | b",
        "~b",
    )
    yield from ("x @ w", "y @ w", "y @ np.ones((3, 2))", "np.ones((1, 2)) @ y", "[[1.0, 2.0]] @ y")
    yield from ("y.get_shape()", "y.ref().deref() is y", "w.trainable", "w.path", "w.name")
    yield from (
        "{y: 1}",
        "y in [y]",
        "np.mean(layer.kernel)",
        "np.argmax(layer(x))",
        "layer(x) > x",
    )


def written(value, depth=0):
    """A result in few words: its kind, dtype, shape and numbers."""
    if value is None or isinstance(value, (bool, int, str)) and type(value) in (bool, int, str):
        return repr(value)
    if type(value) in (float, complex):
        return f"{type(value).__name__} {number(value)}"
    if type(value).__name__ == "TensorShape":
        return f"shape {list(value)}"
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, (list, tuple)) and depth < 3:
        return f"{type(value).__name__}[{'; '.join(written(one, depth + 1) for one in value)}]"
    kind = type(value).__name__
    if hasattr(value, "numpy"):
        kind, value = "tensor", np.asarray(value.numpy())
    if isinstance(value, (np.ndarray, np.generic)):
        numbers = " ".join(number(one) for one in np.asarray(value).reshape(-1).tolist())
        return f"{kind} {value.dtype} {list(value.shape)} {numbers}"
    return kind


def number(value):
    return f"{value:.5g}" if isinstance(value, (float, complex)) else str(value)


def outcome(text):
    names = {**globals(), "__name__": "__main__"}
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            found = written(eval(text, names))
        except Exception:
            found = "raises"
    of_gradients = any("requires_grad" in str(one.message) for one in told)
    return f"warns of requires_grad, {found}" if of_gradients else found


if __name__ == "__main__":
    found = {}
    for text in expressions():
        found[text] = outcome(text)
    assert np.array_equal(w.numpy(), kernel), "an expression changes what the others read"
    print(json.dumps(found, indent=0))
    assert all((math, operator, pickle, copy))  # names of the expressions
