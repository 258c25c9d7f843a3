#include "evaluator.h"

#include "../kernel-table.h"

namespace logits {

// [i / bins, (i + 1) / bins), the last one closed. The product may round up to the bin above, or
// down from it: the quotients decide, as they are what a reader compares with.
int64_t EvaluatorState::bin_of(double confidence) const {
  const auto count = static_cast<double>(bins);
  // Anything may come from memory that another thread writes to meanwhile.
  if (!(confidence >= 0 && confidence <= 1)) return 0;
  int64_t bin = static_cast<int64_t>(confidence * count);
  if (bin >= bins) bin = bins - 1;
  if (bin > 0 && confidence < static_cast<double>(bin) / count) --bin;
  if (bin < bins - 1 && confidence >= static_cast<double>(bin + 1) / count) ++bin;
  return bin;
}

void EvaluatorState::add_row(const ScoredRows& batch, int64_t row) {
  const int32_t prediction = batch.predictions[row];
  const uint32_t target = batch.targets[row];
  if (prediction < 0) {
    ++counts[target == kIgnoredRow ? counts::ignored : counts::notFinite];
    return;
  }
  ++counts[counts::rows];
  const double loss = 0 - batch.log_probs[row];
  // A target of -inf beside finite logits.
  if (loss - loss != 0) {
    ++counts[counts::infinite];
  } else {
    sum(sums::loss).add(loss);
    sum(sums::lossSquare).add_square(loss);
  }
  sum(sums::entropy).add(batch.entropies[row]);
  sum(sums::squareDistance).add(batch.square_distances[row]);
  double* const hits = counts + begin(Part::hits);
  for (int64_t i = 0; i < top; ++i) hits[i] += batch.ranks[row] <= ks[i] ? 1 : 0;
  const bool is_right = static_cast<uint32_t>(prediction) == target;
  const double confidence = batch.confidences[row];
  const int64_t bin = bin_of(confidence);
  ++counts[begin(Part::binRows) + bin];
  if (is_right) ++counts[begin(Part::binHits) + bin];
  sum(sums::bins + bin).add(confidence);
  // The predictions may lie where something else was written since.
  if (confusion != nullptr && target < classes && prediction < classes) {
    ++confusion[static_cast<int64_t>(target) * classes + prediction];
  }
}

void EvaluatorState::carry() const {
  for (int64_t i = 0; i < sums::bins + bins; ++i) sum(i).carry();
}

void EvaluatorState::add(const ScoredRows& batch) {
  for (int64_t row = 0; row < batch.rows; ++row) {
    // A square is three additions.
    if (row > 0 && row % (ExactSum::kMostAdditions / 4) == 0) carry();
    add_row(batch, row);
  }
  carry();
}

}  // namespace logits
