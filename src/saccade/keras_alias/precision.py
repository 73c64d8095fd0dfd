"""`--precision`: a script that says nothing of it trains in half precision, unchanged."""

from __future__ import annotations

from saccade.notes import note_once


def compute_in(word: str) -> None:
    """Make a mixed policy the one that layers have where a script chooses none.

    Args:
        word: "float32", "bfloat16", "float16", or "auto": what this machine computes natively.

    Raises:
        ValueError: float16 without a GPU.
    """
    from saccade.dtype_policy import set_global_policy
    from saccade.numerics.machine.device import default_device
    from saccade.numerics.machine.native_precision import has_native_bfloat16

    device = default_device()
    native = has_native_bfloat16(device)
    if word == "float16" and device.type == "cpu":
        raise ValueError("--precision float16 needs a GPU; processors compute in bfloat16")
    if word == "auto":
        word = "bfloat16" if native else "float32" if device.type == "cpu" else "float16"
        if word == "float32":
            note_once("--precision auto: float32, since this processor has no bfloat16 of its own.")
            return
    if word == "float32":
        return
    policy = f"mixed_{word}"
    set_global_policy(policy)
    slow = ""
    if word == "bfloat16" and not native:
        slow = " This machine imitates it, which is slower than float32."
    note_once(
        f"--precision {word}: layers compute in {word}, and keep weights, sums and losses in "
        f'float32 (policy "{policy}"), where the script chooses no precision itself.{slow}'
    )
