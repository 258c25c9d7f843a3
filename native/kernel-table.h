// The contract between the rooms of native/: what a kernel set offers. No instruction set and no
// JavaScript appears here.
#pragma once

#include <cstdint>

#include "boundary.h"
#include "platform/force-inline.h"

namespace logits {

// The bits of a half-precision number: IEEE 754 binary16, and the upper half of a float32.
struct Float16 {
  uint16_t bits;
};
struct BFloat16 {
  uint16_t bits;
};

LOGITS_INLINE constexpr int64_t size_of(Element element) {
  return element == Element::float64 ? 8 : element == Element::float32 ? 4 : 2;
}

// Results are float64 for float64 elements and float32 for all others.
LOGITS_INLINE constexpr bool has_double_results(Element element) {
  return element == Element::float64;
}

// A row-major array seen from its class axis: outer x classes x inner. A row is the `classes`
// elements that share an outer and an inner position; the element of class c in row (o, i) is at
// o * outer_stride + c * inner + i. Results with one value a row are ordered by o * inner + i.
struct Layout {
  int64_t outer;
  int64_t classes;
  int64_t inner;
  int64_t outer_stride;  // classes * inner where nothing lies between the rows

  LOGITS_INLINE int64_t rows() const { return outer * inner; }
  LOGITS_INLINE int64_t elements() const { return outer * classes * inner; }
};

// An array of elements and what is done to each before anything else:
// softcap * tanh(x / softcap) / temperature.
struct Input {
  const void* data;
  Element element;
  Layout layout;
  double temperature;  // finite, above 0
  double softcap;      // finite, above 0; or 0 for none
};

// An array laid out as an Input, with a stride of its own between outer positions.
struct Output {
  void* data;
  int64_t outer_stride;
  bool streams;  // stores may pass the caches by; false where it is an input's memory
};

// Floats of a thread's scratch memory, 512 KiB. It holds one row's exponentials between the two
// passes; longer rows are computed twice instead. Even where it does not fit the L2 cache, it is
// faster than that: 1.1 to 1.6 times for rows of 128256 (Zen 5, of which L2 holds 1 MiB).
constexpr int64_t kScratchFloats = 131072;

// Threads that a kernel may ask to compute parts of one row.
struct Team {
  // part(context, i) for each i in [0, count), in any order; returns when all are done.
  void (*run)(const Team& team, int64_t count, void (*part)(void* context, int64_t index),
              void* context);
};

// The part of a call that one thread computes: rows first .. end - 1, by their numbers. A row's
// results are the same whichever share it is in, with a team or without.
struct Share {
  int64_t first;
  int64_t end;
  float* scratch;    // kScratchFloats
  const Team* team;  // null where other threads have rows of their own
};

// A row's class has 32 bits; two of their numbers are none.
constexpr uint32_t kIgnoredRow = 0xffffffff;
constexpr uint32_t kMostClasses = 0xfffffffe;

// A loss of classes: coefficients a[c] of the negative log-probabilities of each row's classes.
//   a[c] = weight[c] * ((1 - smoothing) * target[c] + smoothing / classes)
// where target[c] is 1 at the row's class and 0 elsewhere, or the row's class probabilities.
struct ClassLoss {
  const uint32_t* targets;     // rows(): a class, or kIgnoredRow; null with probabilities
  const Input* probabilities;  // shaped as the logits; null with class indices
  const double* weight;        // classes; null: 1 each
  double smoothing;
  double z_loss;  // each row gains z_loss * (log sum e^x)^2
};

struct CrossEntropyCall {
  Input logits;
  ClassLoss loss;
  double* losses;            // rows(): 0 for an ignored row
  Output gradient;           // may be the logits' memory; data is null where none is wanted
  double gradient_scale;     // the gradient of row n is that of its loss times this ...
  const double* row_scales;  // ... and times row_scales[n], where not null
};

// What is read off each row, its probabilities being p = softmax(x). Results are null where they
// are not wanted; those of numbers are float64 where `double_results` says so, else float32. For an
// ignored row, which is not read, numbers are 0; for one that has a NaN, a +inf or nothing but -inf
// they are NaN. Both have the class -1 and the rank 0.
struct ScoreCall {
  Input logits;
  const uint32_t* targets;  // rows(): a class, or kIgnoredRow; null without
  // Which rank a target has among equal logits: after none of the others, after all of them, or
  // after those of lower classes.
  Ties ties;
  int64_t top;          // up to limits::topClasses and the number of classes
  const uint32_t* ids;  // rows() x ids_per_row classes
  int64_t ids_per_row;
  bool double_results;

  void* log_sum_exps;      // rows(): log sum e^x, also of rows that are not finite
  int32_t* predictions;    // rows(): the first class of those with the largest x
  void* max_log_probs;     // rows(): its log p
  void* log_probs;         // rows(): log p of the target
  int32_t* ranks;          // rows(): of the target, from 1 on
  void* entropies;         // rows(): -sum p log p
  void* margins;           // rows(): the largest x less the second largest, inf without such
  int32_t* top_classes;    // rows() x top: by x down, then by class up
  void* top_log_probs;     // the same
  void* id_log_probs;      // rows() x ids_per_row
  void* confidences;       // rows(): the largest p
  void* square_distances;  // rows(): sum of (p[c] - [c is the target])^2
};

struct NllLossCall {
  Input log_probabilities;
  const uint32_t* targets;  // rows(): a class, or kIgnoredRow
  const double* weight;     // classes; null: 1 each
  double* losses;           // rows(): 0 for an ignored row
};

struct BinaryCrossEntropyCall {
  Input logits;
  Input targets;
  const double* weight;  // elements() or classes; null: 1 each
  bool weight_is_per_element;
  const double* positive_weight;  // classes; null: 1 each
  Output losses;                  // as the logits; data is null where only sums are wanted
  double* row_sums;               // rows(): the losses of each row, added
};

// All kernels, with their types. They allow an output in the memory of an input of the same shape
// and type, and no other overlap.
//
// softmax_gradient and log_softmax_gradient: by the logits, from the results of softmax and
//   log-softmax.
// kl_divergence: one divergence a row.
// scaled_exp_probe: the exponential core alone, for its exhaustive test: out[i] = e^x[i] * 2^(40 -
//   exponent).
// read_sum: adds all elements, in no promised order: the limit that memory sets, which benchmarks
//   compare to.
#define LOGITS_KERNELS(KERNEL)                                                                    \
  KERNEL(softmax, void(const Input& logits, const Output& out, const Share& share))               \
  KERNEL(log_softmax, void(const Input& logits, const Output& out, const Share& share))           \
  KERNEL(softmax_gradient, void(const Input& probabilities, const Input& upstream,                \
                                const Output& out, const Share& share))                           \
  KERNEL(log_softmax_gradient, void(const Input& log_probabilities, const Input& upstream,        \
                                    const Output& out, const Share& share))                       \
  KERNEL(log_sum_exp, void(const Input& logits, void* out, const Share& share))                   \
  KERNEL(cross_entropy, void(const CrossEntropyCall& call, const Share& share))                   \
  KERNEL(nll_loss, void(const NllLossCall& call, const Share& share))                             \
  KERNEL(kl_divergence,                                                                           \
         void(const Input& logits, const Input& others, double* divergences, const Share& share)) \
  KERNEL(binary_cross_entropy, void(const BinaryCrossEntropyCall& call, const Share& share))      \
  KERNEL(score, void(const ScoreCall& call, const Share& share))                                  \
  KERNEL(scaled_exp_probe, void(const float* x, float* out, int64_t count, int exponent))         \
  KERNEL(read_sum, float(const float* x, int64_t count))

template <class Kernel>
using PointerTo = Kernel*;

struct KernelTable {
#define KERNEL(name, type) PointerTo<type> name;
  LOGITS_KERNELS(KERNEL)
#undef KERNEL
};

}  // namespace logits
