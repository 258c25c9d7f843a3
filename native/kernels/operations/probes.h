// What tests and benchmarks ask of a kernel set besides its functions.
#pragma once

#include <cstdint>

#include "../math/exp.h"
#include "../rows/elements.h"
#include "../rows/row.h"
#include "../rows/scale.h"

namespace logits {

template <class V>
inline void scaled_exp_probe(const float* x, float* out, int64_t count, int exponent) {
  const auto row = FloatRow<V, Access::plain>::of(x);
  const auto reference = broadcast_reference(row, {exponent, 0});
  auto max_exponent_bits = V::broadcast_bits(0);
  write_row<Single<V>>(Sink<V, float>{out, false}, count, nullptr, [&](int64_t at, int lanes) {
    typename V::F32 v[1] = {load_elements(row, at, lanes)};
    scaled_exp<V, Access::plain>(v, reference, max_exponent_bits);
    return v[0];
  });
}

template <class V>
inline float read_sum(const float* x, int64_t count) {
  typename V::F32 sums[4];
  for (auto& sum : sums) sum = V::broadcast(0.0f);
  int64_t at = 0;
  for (; at + 64 <= count; at += 64) {
    for (int k = 0; k < 4; ++k) sums[k] = V::add(sums[k], V::load(x + at + 16 * k));
  }
  float lanes[16];
  V::store(lanes, V::add(V::add(sums[0], sums[1]), V::add(sums[2], sums[3])));
  float sum = 0;
  for (int i = 0; i < 16; ++i) sum += lanes[i];
  for (; at < count; ++at) sum += x[at];
  return sum;
}

}  // namespace logits
