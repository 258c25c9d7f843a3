#include "losses.h"

#include <cmath>
#include <limits>

namespace logits {

Reduction read_reduction(const Call& call) {
  return static_cast<Reduction>(expect_integer(call.env(), call.numbers.reduction, "reduction"));
}

View read_losses(const Call& call, size_t index, Reduction reduction, const Input& input,
                 std::initializer_list<const View*> inputs) {
  if (reduction != Reduction::none) return {};
  return read_output(call, index, "out", input, input.layout.rows(), inputs);
}

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

napi_value reduce_losses(Napi::Env env, Reduction reduction, const View& out, const double* losses,
                         int64_t count, double divisor) {
  double loss = std::numeric_limits<double>::quiet_NaN();
  if (reduction == Reduction::none) {
    store_losses(out, losses, count);
  } else {
    const double sum = sum_losses(losses, count);
    loss = reduction == Reduction::mean ? sum / divisor : sum;
  }
  napi_value value = nullptr;
  if (napi_create_double(env, loss, &value) != napi_ok) throw Napi::Error::New(env);
  return value;
}

}  // namespace logits
