"""PyTorch on the CPU, eager: what serve.mjs is for the contenders in JavaScript."""

import ctypes
import json
import statistics
import sys
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError as error:
    print(json.dumps({"cannot": f"{sys.executable}: {error}"}), flush=True)
    sys.exit()

SAMPLE_NS = 100_000
TYPES = {
    "float32": torch.float32,
    "float64": torch.float64,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "int32": torch.int32,
}


class Timer:
    """The rules of timer.mjs."""

    def __init__(self, run):
        self.run = run
        self.calls = 1
        self.expected = 0

    def sample(self):
        run = self.run
        calls = range(self.calls)
        start = time.perf_counter_ns()
        for _ in calls:
            run()
        return (time.perf_counter_ns() - start) / len(calls)

    def turn(self, milliseconds):
        length = milliseconds * 1e6
        if self.expected < length / 2:
            self.sample()
        samples = []
        end = time.perf_counter_ns() + length
        while True:
            samples.append(self.sample())
            if time.perf_counter_ns() >= end:
                break
        self.expected = statistics.median(samples)
        self.calls = -(-SAMPLE_NS // max(1, int(self.expected)))
        return self.expected


def read_array(file, type, length):
    return torch.from_file(file, size=length, dtype=TYPES[type]).clone()


def function_for(trial, arrays):
    """The function of a trial from its lines of Python: the last is timed, those before it run once."""
    shape = trial["shape"]
    axis = trial["axis"] % len(shape)
    names = {name: a.reshape(shape) for name, a in arrays.items() if name != "targets"}
    if "targets" in arrays:
        names["targets"] = arrays["targets"].to(torch.int64).reshape(shape[:axis] + shape[axis + 1 :])
    names.update(torch=torch, F=F, axis=axis)
    *once, timed = trial["pytorch"]
    exec("\n".join(once), names)
    return eval(f"lambda: {timed}", names), names["logits"].requires_grad


def write_result(file, trial, result):
    """Losses go into the answer, an array into the file, 16-bit ones widened."""
    loss, array = result if isinstance(result, tuple) else (None, result)
    if loss is None and array.dim() == 0:
        loss, array = array, torch.empty(0)
    array = array.detach()
    wide = (array if array.dtype == torch.float64 else array.float()).contiguous()
    with open(file, "wb") as output:
        output.write(ctypes.string_at(wide.data_ptr(), wide.numel() * wide.element_size()))
    return {"type": trial["element"], "loss": None if loss is None else loss.item()}


class Server:
    def prepare(self, message):
        trial = message["prepare"]
        arrays = {name: read_array(**given) for name, given in message["inputs"].items()}
        try:
            self.trial = trial
            self.function, with_gradients = function_for(trial, arrays)
            self.without_gradients = not with_gradients
            self.timer = Timer(self.function)
            return self.turn({"turn": 0})
        except (RuntimeError, TypeError) as error:
            return {"cannot": str(error).split("\n")[0]}

    def check(self, message):
        with torch.inference_mode(self.without_gradients):
            result = self.function()
        return write_result(message["check"], self.trial, result)

    def turn(self, message):
        with torch.inference_mode(self.without_gradients):
            return {"nanoseconds": self.timer.turn(message["turn"])}

    def forget(self, _message):
        self.function = self.timer = None
        return {}


torch.set_num_threads(int(sys.argv[1]))
server = Server()
print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    kind = next(iter(request))
    print(json.dumps(getattr(server, kind)(request)), flush=True)
