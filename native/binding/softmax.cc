#include "softmax.h"

#include "arguments.h"
#include "run.h"

namespace logits {
namespace {

using Kernel = decltype(KernelTable::softmax);
using GradientKernel = decltype(KernelTable::softmax_gradient);

void compute(const Call& given, Kernel KernelTable::*kernel) {
  enum : size_t { kLogits = 1, kOut };
  const InputView logits = read_input(given, kLogits, "logits");
  const Output out = read_output_like(given, kOut, "out", logits, {}, {});
  run(given, logits.input.layout, 1, [&](const KernelTable& kernels, const Share& share) {
    (kernels.*kernel)(logits.input, out, share);
  });
}

// The gradient from the results of a function and the gradient by these.
void compute_gradient(const Call& given, GradientKernel KernelTable::*kernel, const char* name) {
  enum : size_t { kResults = 1, kUpstream, kOut };
  const InputView results = read_input(given, kResults, name);
  const InputView upstream = read_input_like(given, kUpstream, "upstream", results.input);
  const Output out = read_output_like(given, kOut, "out", results, {&upstream.view}, {});
  constexpr int64_t kCost = 4;
  run(given, results.input.layout, kCost, [&](const KernelTable& kernels, const Share& share) {
    (kernels.*kernel)(results.input, upstream.input, out, share);
  });
}

}  // namespace

void softmax_binding(const Call& given) { compute(given, &KernelTable::softmax); }

void log_softmax_binding(const Call& given) { compute(given, &KernelTable::log_softmax); }

void softmax_gradient_binding(const Call& given) {
  compute_gradient(given, &KernelTable::softmax_gradient, "probabilities");
}

void log_softmax_gradient_binding(const Call& given) {
  compute_gradient(given, &KernelTable::log_softmax_gradient, "logProbabilities");
}

}  // namespace logits
