"""Writes digits.onnx: softmax regression of handwritten digits, learnt by PyTorch from every other picture.

    python3 examples/make-digits-model.py

The input 'pixels' is (n, 64), grey values 0..1; the output 'logits' is (n, 10).
"""

import gzip
import pathlib

import torch

here = pathlib.Path(__file__).parent
lines = gzip.decompress((here / "digits.csv.gz").read_bytes()).decode().split()
numbers = torch.tensor([[float(n) for n in line.split(",")] for line in lines])
pixels, labels = numbers[::2, :64] / 16, numbers[::2, 64].long()

torch.manual_seed(0)
model = torch.nn.Linear(64, 10)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
for _ in range(150):
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(model(pixels), labels).backward()
    optimizer.step()

torch.onnx.export(
    model,
    pixels[:1],
    here / "digits.onnx",
    input_names=["pixels"],
    output_names=["logits"],
    dynamic_axes={"pixels": {0: "n"}, "logits": {0: "n"}},
)
