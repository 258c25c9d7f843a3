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


def forward_and_backward(x, loss_of):
    """The loss and its gradient, in a tensor that autograd makes."""
    x.requires_grad_(True)

    def run():
        loss = loss_of(x)
        return loss, torch.autograd.grad(loss, x)[0]

    return run


def softmax_gradient(probabilities, upstream, axis):
    """What autograd calls for softmax, without the graph around it."""
    return lambda: torch._softmax_backward_data(upstream, probabilities, axis, probabilities.dtype)


def score(x, y, axis, top):
    """Log-probability and rank of the targets, the likeliest class and, if wanted, the likeliest ones."""
    index = y.unsqueeze(axis)

    def run():
        log_probs = F.log_softmax(x, axis)
        of_targets = log_probs.gather(axis, index)
        (log_probs > of_targets).sum(axis)
        log_probs.argmax(axis)
        if top:
            log_probs.topk(top, axis)
        return of_targets.squeeze(axis)

    return run


def kl_divergence(x, other, axis):
    return lambda: F.kl_div(
        F.log_softmax(other, axis), F.log_softmax(x, axis), log_target=True, reduction="batchmean"
    )


def function_for(trial, arrays):
    """The function of a trial; results go into a tensor made beforehand where PyTorch takes one."""
    operation, shape, axis = trial["operation"], trial["shape"], trial["axis"]
    axis %= len(shape)
    given = {name: a.reshape(shape) for name, a in arrays.items() if name != "targets"}
    x = given["logits"]
    if "targets" in arrays:
        y = arrays["targets"].to(torch.int64).reshape(shape[:axis] + shape[axis + 1 :])
    if operation == "softmax":
        out = torch.empty_like(x)
        return lambda: torch.softmax(x, axis, out=out)
    if operation == "logSoftmax":
        out = torch.empty_like(x)
        return lambda: torch.log_softmax(x, axis, out=out)
    if operation == "logSumExp":
        out = torch.logsumexp(x, axis)
        return lambda: torch.logsumexp(x, axis, out=out)
    if operation == "crossEntropyWithGradient":
        return forward_and_backward(x, lambda logits: F.cross_entropy(logits, y))
    if operation == "crossEntropySmoothing":
        return lambda: F.cross_entropy(x, y, label_smoothing=trial["labelSmoothing"])
    if operation == "crossEntropyTemperature":
        return lambda: F.cross_entropy(x / trial["temperature"], y)
    if operation == "crossEntropyProbabilities":
        return lambda: F.cross_entropy(x, given["probabilities"])
    if operation == "softmaxGradient":
        return softmax_gradient(given["probabilities"], given["otherLogits"], axis)
    if operation == "klDivergence":
        return kl_divergence(x, given["otherLogits"], axis)
    if operation == "binaryCrossEntropy":
        return lambda: F.binary_cross_entropy_with_logits(x, given["labels"])
    if operation == "score":
        return score(x, y, axis, 0)
    if operation == "scoreTop5":
        return score(x, y, axis, 5)
    return lambda: F.cross_entropy(x, y)


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
            self.without_gradients = trial["operation"] != "crossEntropyWithGradient"
            self.function = function_for(trial, arrays)
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
