"""How each layer is made, on which input, and one other value for every option that must bite.

One module for each of `saccade.layers`' own; each has an `EXAMPLES` of
`name: (arguments, shape of a batch, {option: another value})`. An option that is missing here
fails `test_every_option_is_looked_at`.
"""

import importlib
import pkgutil

EXAMPLES = {
    name: example
    for module in pkgutil.iter_modules(__path__)
    for name, example in importlib.import_module(f"{__name__}.{module.name}").EXAMPLES.items()
}
