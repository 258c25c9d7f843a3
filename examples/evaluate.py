"""Evaluates a NumPy classifier with the command `logits`.

Softmax regression learns one half of the digits in NumPy. Its logits of the other half and their labels go
to two .npy files, which `logits evaluate` reads. NumPy's own figures stand beside: the run fails where
they differ.

    python3 examples/evaluate.py [FOLDER for the two files; default: a temporary one]
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
COMMAND = ["node", HERE.parent / "dist" / "command" / "main.js"]  # elsewhere: ["npx", "logits"]
CLASSES = 10


def load_digits():
    """Grey values from 0 to 1 and a constant 1, whose weights are the bias; and the labels."""
    table = np.loadtxt(HERE / "digits.csv.gz", delimiter=",")
    inputs = np.hstack([table[:, :-1] / 16, np.ones((len(table), 1))])
    return inputs, table[:, -1].astype(np.int64)


def softmax(logits):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def train(inputs, labels, steps=300, rate=1.0):
    weights = np.zeros((inputs.shape[1], CLASSES))
    expected = np.eye(CLASSES)[labels]
    for _ in range(steps):
        weights -= rate * inputs.T @ (softmax(inputs @ weights) - expected) / len(labels)
    return weights


def evaluate(folder):
    inputs, labels = load_digits()
    weights = train(inputs[0::2], labels[0::2])
    logits = (inputs[1::2] @ weights).astype(np.float32)
    labels = labels[1::2]
    logits_file, labels_file = folder / "logits.npy", folder / "labels.npy"
    np.save(logits_file, logits)
    np.save(labels_file, labels)

    arguments = ["evaluate", logits_file, labels_file, "--top", "1,3", "--json", folder / "summary.json"]
    subprocess.run([*COMMAND, *arguments], check=True)
    summary = json.loads((folder / "summary.json").read_text())

    probabilities = softmax(logits.astype(np.float64))
    loss = -np.log(probabilities[np.arange(len(labels)), labels]).mean()
    accuracy = (probabilities.argmax(axis=1) == labels).mean()
    print(f"\nNumPy: loss {loss:.6f}, accuracy {accuracy:.4f}")
    return np.allclose([summary["loss"], summary["accuracy"]["1"]], [loss, accuracy], rtol=1e-6)


with tempfile.TemporaryDirectory() as temporary:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else temporary)
    sys.exit(0 if evaluate(folder) else "The two differ.")
