// Runs each kernel on two numbers of rows under callgrind, and has the instructions of either
// written to a file of their own. What does not depend on the number of rows cancels in their
// difference.
#include <valgrind/callgrind.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "../../native/isa/tables.h"

namespace {

using namespace logits;

#if defined(LOGITS_X64)
const KernelTable& table = kAvx2Table;
#else
const KernelTable& table = kNeonTable;
#endif

struct Call;

struct Kernel {
  const char* operation;
  bool at_all_lengths;  // and in all element types
  void (Call::*run)();
};

struct Case {
  Kernel kernel;
  Element element;
  int64_t classes;
  int64_t inner;  // above 1: rows side by side, that is a class axis that is not the last
};

constexpr int64_t kElements = 20000;  // about so many in the smaller of the two runs

// Numbers as a classifier's logits are, the same in every run.
std::vector<double> numbers(int64_t count) {
  std::vector<double> result(static_cast<size_t>(count));
  uint64_t state = 1;
  for (double& number : result) {
    double sum = 0;
    for (int i = 0; i < 4; i++) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      sum += static_cast<double>(state >> 40) / (1 << 24) - 0.5;
    }
    number = 5 * sum;
  }
  return result;
}

uint16_t upper_half(float number) {
  uint32_t bits;
  __builtin_memcpy(&bits, &number, sizeof bits);
  return static_cast<uint16_t>(bits >> 16);
}

// Bits of a normal float16 near the number; which one does not matter here.
uint16_t float16_bits(double number) {
  int exponent;
  const double fraction = std::frexp(std::fabs(number) + 0.001, &exponent);
  const auto mantissa = static_cast<uint16_t>((2 * fraction - 1) * 1024);
  return static_cast<uint16_t>((number < 0 ? 0x8000 : 0) | ((exponent + 14) << 10) | mantissa);
}

// Memory for any element type.
std::vector<double> encode(Element element, const std::vector<double>& values) {
  std::vector<double> memory(values.size());
  for (size_t i = 0; i < values.size(); i++) {
    const auto number = static_cast<float>(values[i]);
    if (element == Element::float64) memory[i] = values[i];
    if (element == Element::float32) reinterpret_cast<float*>(memory.data())[i] = number;
    if (element == Element::float16) {
      reinterpret_cast<uint16_t*>(memory.data())[i] = float16_bits(values[i]);
    }
    if (element == Element::bfloat16) {
      reinterpret_cast<uint16_t*>(memory.data())[i] = upper_half(number);
    }
  }
  return memory;
}

// The arrays that any of the operations may want, for so many rows.
struct Call {
  Call(const Case& given, int64_t outer)
      : layout{outer, given.classes, given.inner, given.classes * given.inner},
        elements(encode(given.element, numbers(layout.elements()))),
        results(elements.size()),
        targets(static_cast<size_t>(layout.rows())),
        losses(static_cast<size_t>(layout.rows())),
        scratch(kScratchFloats),
        input{elements.data(), given.element, layout, 1, 0},
        output{results.data(), layout.outer_stride},
        share{0, layout.rows(), scratch.data(), nullptr} {
    for (size_t row = 0; row < targets.size(); row++) {
      targets[row] = static_cast<uint32_t>(static_cast<int64_t>(row * 7919) % given.classes);
    }
  }

  // A function for each operation, from the files of bench/operations: their `kernel`.
#define KERNEL(name, at_all_lengths, ...) \
  void name() { __VA_ARGS__; }
#include "kernels.inc"
#undef KERNEL

  void cross_entropy(double smoothing, void* gradient) {
    const ClassLoss loss{targets.data(), nullptr, nullptr, smoothing, 0};
    table.cross_entropy({input, loss, losses.data(), {gradient, layout.outer_stride}, 1, nullptr},
                        share);
  }

  Layout layout;
  std::vector<double> elements;
  std::vector<double> results;
  std::vector<uint32_t> targets;
  std::vector<double> losses;
  std::vector<float> scratch;
  Input input;
  Output output;
  Share share;
};

const Kernel kKernels[] = {
#define KERNEL(name, at_all_lengths, ...) {#name, at_all_lengths, &Call::name},
#include "kernels.inc"
#undef KERNEL
};

const char* const kElementNames[] = {"float32", "float64", "float16", "bfloat16"};

void count(const Case& given, int64_t outer) {
  Call call(given, outer);
  const int64_t elements = outer * given.classes * given.inner;
  const std::string name = std::string(given.kernel.operation) + " " +
                           kElementNames[static_cast<int64_t>(given.element)] + " " +
                           std::to_string(given.classes) + (given.inner > 1 ? " axis1" : "") + " " +
                           std::to_string(elements);
  CALLGRIND_ZERO_STATS;
  (call.*given.kernel.run)();
  CALLGRIND_DUMP_STATS_AT(name.c_str());
}

}  // namespace

int main() {
  std::vector<Case> cases;
  for (const Kernel& kernel : kKernels) {
    if (!kernel.at_all_lengths) {
      for (const int64_t classes : {10, 1000}) {
        cases.push_back({kernel, Element::float32, classes, 1});
      }
      continue;
    }
    for (const int64_t classes : {10, 32, 100, 1000, 10000, 100000}) {
      cases.push_back({kernel, Element::float32, classes, 1});
    }
    cases.push_back({kernel, Element::float32, 21, 64});
    for (const Element element : {Element::float64, Element::float16, Element::bfloat16}) {
      cases.push_back({kernel, element, 1000, 1});
    }
  }
  for (const Case& given : cases) {
    const int64_t outer = 1 + kElements / (given.classes * given.inner);
    count(given, outer);
    count(given, 2 * outer);
  }
}
