// What an evaluator has gathered, in memory of JavaScript's: counts as float64 integers, and sums.
// lib/evaluation/state.ts lays both out.
#pragma once

#include <cstdint>

#include "exact-sum.h"

namespace logits {

// What the kernel has read off a batch of rows.
struct ScoredRows {
  int64_t rows;
  const uint32_t* targets;
  double* log_probs;
  int32_t* ranks;  // ties by index
  int32_t* predictions;
  double* entropies;
  double* confidences;
  double* square_distances;
};

struct EvaluatorState {
  double* counts;     // kCounts, then hits[tops], then the bins' rows, then their hits
  const double* top;  // the ranks up to which a row is a hit
  int64_t tops;
  int64_t bins;
  int64_t* sums;      // ExactSum: kSums, then the bins' confidences
  double* confusion;  // classes x classes: of target and prediction; null where not wanted
  int64_t classes;

  enum Count { kRows, kIgnored, kNotFinite, kInfinite, kCounts };
  enum Sum { kLoss, kLossSquare, kEntropy, kSquareDistance, kSums };

  int64_t count_length() const { return kCounts + tops + 2 * bins; }
  int64_t sum_length() const { return (kSums + bins) * ExactSum::kDigits; }

  void add(const ScoredRows& batch);

 private:
  void add_row(const ScoredRows& batch, int64_t row);
  ExactSum sum(int64_t index) const { return ExactSum(sums + index * ExactSum::kDigits); }
  int64_t bin_of(double confidence) const;
  void carry() const;
};

}  // namespace logits
