#include "losses.h"

#include <cmath>
#include <limits>

namespace logits {

namespace {

// The sum of all losses in a fixed order: eight sums side by side, then a tree over them.
double sum_losses(const double* losses, int64_t count) {
  constexpr int kSums = 8;
  double s[kSums] = {};
  int64_t i = 0;
  for (; i + kSums <= count; i += kSums) {
    for (int k = 0; k < kSums; ++k) s[k] += losses[i + k];
  }
  for (int k = 0; i + k < count; ++k) s[k] += losses[i + k];
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

template <class T>
void store_losses(T* out, const double* losses, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    // One NaN, whatever arithmetic made.
    const double loss =
        std::isnan(losses[i]) ? std::numeric_limits<double>::quiet_NaN() : losses[i];
    out[i] = static_cast<T>(loss);
  }
}

void store_losses(const View& out, const double* losses, int64_t count) {
  if (out.data == nullptr) return;
  if (out.type == napi_float64_array) {
    store_losses(static_cast<double*>(out.data), losses, count);
  } else {
    store_losses(out.floats(), losses, count);
  }
}

}  // namespace

LossTask::LossTask(const Call& call)
    : reduction_(static_cast<Reduction>(expect_integer(call.env(), call.numbers.reduction))) {}

View LossTask::read_losses(const Call& call, size_t index, const Input& input,
                           std::initializer_list<const View*> inputs) {
  if (reduction_ != Reduction::none) return {};
  const View out = read_output(call, index, input, input.layout.rows(), inputs);
  set_row_results(out);
  return out;
}

double* LossTask::reserve_losses(const Call& call, int64_t rows, double divisor) {
  double* const losses = memory_.reserve(call, rows);
  losses_ = losses;
  divisor_ = divisor;
  return losses;
}

double LossTask::finish(void* out) {
  const int64_t rows = layout().rows();
  if (reduction_ == Reduction::none) {
    store_losses(row_results().at(out), losses_, rows);
    return std::numeric_limits<double>::quiet_NaN();
  }
  const double sum = sum_losses(losses_, rows);
  const double loss = reduction_ == Reduction::mean ? sum / divisor_ : sum;
  // The one NaN that results hold: JavaScript may see the bits of another.
  return loss == loss ? loss : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace logits
