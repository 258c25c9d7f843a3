// The contract between the rooms of native/: what a kernel set offers. No instruction set and no
// JavaScript appears here.
#pragma once

#include <cstdint>

#include "force-inline.h"

namespace logits {

// A row-major array seen from its class axis: outer x classes x inner. A row is the `classes`
// elements that share an outer and an inner position; the element of class c in row (o, i) is at
// (o * classes + c) * inner + i. Results with one value a row are ordered by o * inner + i.
struct Layout {
  int64_t outer;
  int64_t classes;
  int64_t inner;

  LOGITS_INLINE int64_t rows() const { return outer * inner; }
};

// Floats of scratch memory that softmax and cross_entropy are given. It holds one row's
// exponentials between the two passes, 256 KiB: half of the smallest L2 cache of the processors
// in NUMERICS.md. Longer rows are computed twice instead.
constexpr int64_t kScratchFloats = 65536;

struct CrossEntropyCall {
  const float* logits;
  const int64_t* targets;  // rows(): a class, or kIgnoredRow
  Layout layout;
  double* losses;         // rows(): 0 for an ignored row
  float* gradient;        // as logits, may be the same memory; null where no gradient is wanted
  double gradient_scale;  // the gradient is (probability - [class is target]) * gradient_scale
  float* scratch;         // kScratchFloats
};

constexpr int64_t kIgnoredRow = -1;

// All functions allow out == logits where both have the same shape, and no other overlap.
struct KernelTable {
  void (*softmax)(const float* logits, float* out, const Layout& layout, float* scratch);
  void (*log_softmax)(const float* logits, float* out, const Layout& layout);
  void (*log_sum_exp)(const float* logits, float* out, const Layout& layout);
  void (*cross_entropy)(const CrossEntropyCall& call);

  // The exponential core alone, for its exhaustive test: out[i] = e^x[i] * 2^(40 - exponent).
  void (*scaled_exp)(const float* x, float* out, int64_t count, int exponent);
  // Adds all elements, in no promised order: the memory-bandwidth limit that benchmarks compare to.
  float (*read_sum)(const float* x, int64_t count);
};

}  // namespace logits
