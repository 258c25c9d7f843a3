// What an evaluator has gathered, in memory of JavaScript's: counts as float64 integers, and sums,
// as boundary.def lays them out.
#pragma once

#include <cstdint>

#include "../boundary.h"
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
  double* counts;
  const double* ks;  // the ranks up to which a row is a hit, `top` of them
  int64_t top;
  int64_t bins;
  int64_t* sums;
  double* confusion;  // classes x classes: of target and prediction; null where not wanted
  int64_t classes;

  enum class Part {
#define PART(name, length) name,
#include "../boundary.def"
    end
  };

  // Where a part of `counts` begins.
  int64_t begin(Part part) const {
    int64_t place = counts::parts;
#define PART(name, length)              \
  if (part == Part::name) return place; \
  place += (length);
#include "../boundary.def"
    return place;
  }
  int64_t count_length() const { return begin(Part::end); }
  int64_t sum_length() const { return (sums::bins + bins) * exactSum::digits; }

  void add(const ScoredRows& batch);

 private:
  void add_row(const ScoredRows& batch, int64_t row);
  ExactSum sum(int64_t index) const { return ExactSum(sums + index * exactSum::digits); }
  int64_t bin_of(double confidence) const;
  void carry() const;
};

}  // namespace logits
