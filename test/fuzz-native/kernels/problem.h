// One call of a kernel, drawn from a fuzzer's input, and its results as bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../../../native/kernel-table.h"
#include "../bytes.h"
#include "reference.h"

namespace fuzz {

enum class Operation {
  softmax,
  log_softmax,
  log_sum_exp,
  cross_entropy,
  score,
  nll,
  kl_divergence,
  binary_cross_entropy,
  softmax_gradient,
  log_softmax_gradient
};

// Elements of an array, as numbers and as they lie in memory.
struct Elements {
  logits::Element type;
  std::vector<double> values;  // one for each element, those of the padding included
  std::vector<uint8_t> bytes;
};

struct Problem {
  explicit Problem(Bytes& bytes);

  Operation operation;
  logits::Layout layout;
  Transform transform;
  Elements logits;
  Elements others;                // the second input: laid out as the logits
  Elements labels;                // class probabilities or labels: dense
  std::vector<uint32_t> targets;  // of every row
  bool has_targets;               // otherwise class probabilities, or none
  bool has_gradient;
  std::vector<double> weight;  // classes, elements, or none
  std::vector<double> positive_weight;
  std::vector<double> row_scales;
  double smoothing;
  double z_loss;
  double gradient_scale;
  logits::Ties ties;
  int64_t top;
  std::vector<uint32_t> ids;
  int64_t ids_per_row;
  bool double_results;
  uint32_t wanted;  // of score's results, a bit each
  bool at_end;
  int64_t cut;  // rows of the first of two shares

  bool has_double_arithmetic() const;
  bool is_ignored(int64_t row) const { return has_targets && targets[row] == logits::kIgnoredRow; }
  bool reads_targets() const;
  // Where class c of a row lies in an array with such a distance between outer positions.
  int64_t place(int64_t row, int64_t c, int64_t outer_stride) const {
    return row / layout.inner * outer_stride + c * layout.inner + row % layout.inner;
  }
  int64_t dense_stride() const { return layout.classes * layout.inner; }
  std::vector<double> row_of(const Elements& from, int64_t row, int64_t outer_stride) const;
};

// How a call is made: none of this may be seen in its results.
struct How {
  bool two_shares;
  bool team;
  bool in_place;
  bool streams;
  uint8_t filling;  // of ignored rows and of what lies between rows
};

struct Result {
  std::string name;
  bool is_double;  // or float, or int32_t
  bool is_integer;
  std::vector<uint8_t> bytes;

  double number(int64_t i) const;
  int32_t integer(int64_t i) const;
};

std::vector<Result> run(const Problem& problem, const logits::KernelTable& kernels, const How& how);

}  // namespace fuzz
