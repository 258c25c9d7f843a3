// The walk over an input: which arithmetic and which kind of row it asks for, and the order of
// rows.
//
//   elements                    temperature        arithmetic, row
//   float32, float16, bfloat16  1                  Single
//                               2^-60 .. 2^60      Single, scaled
//   float64                     1                  Double
//                               any other          Double, scaled
//   any with a soft cap         any                Double, scaled
//   any                         any other          Double, scaled
//
// A set without kSpecialises leaves out kinds of rows that others can stand in for, more slowly:
// half of its code.
//
// Rows come one after another where the classes are neighbours in memory (Single takes short ones
// together: stack.h). Where they are not, Single takes rows side by side (panel.h), Double
// one row at its stride.
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../../platform/force-inline.h"
#include "bundle.h"
#include "double-elements.h"
#include "elements.h"
#include "panel.h"

namespace logits {

// The rows of an input, each as an R.
template <class R>
struct Rows {
  using Row = R;
  const Input& input;
  Scale inverse;

  LOGITS_INLINE R operator[](const Place& place) const {
    return R::of(input, inverse, offset_of(place, input.layout.outer_stride));
  }
};

// Where the results of a row of kind R go.
template <class R>
LOGITS_INLINE typename R::Results sink_of(const Output& out, const Input& input,
                                          const Place& place) {
  return R::Results::of(out, offset_of(place, out.outer_stride), input);
}

// Where the results of a batch of float32 rows begin.
template <class V>
LOGITS_INLINE float* batch_sink(const Output& out, const Batch& batch) {
  return static_cast<float*>(out.data) + offset_of(batch.first, out.outer_stride);
}

// The scratch memory as terms of a row, where they fit.
template <class R>
LOGITS_INLINE typename R::Arithmetic::Lane* scratch_for(float* scratch, int64_t classes) {
  using Lane = typename R::Arithmetic::Lane;
  const int64_t most = kScratchFloats * static_cast<int64_t>(sizeof(float) / 2) /
                       static_cast<int64_t>(sizeof(Lane) / 2);
  return classes <= most ? reinterpret_cast<Lane*>(scratch) : nullptr;
}

// on_batch(batch) for the rows of a share, at most so many in each.
template <class V, class OnBatch>
LOGITS_INLINE void for_each_batch(const Layout& layout, const Share& share, int most,
                                  OnBatch on_batch) {
  if (share.first == share.end) return;
  const bool along_inner = layout.inner != 1;
  const int64_t length = along_inner ? layout.inner : layout.outer;
  Place place =
      along_inner ? Place{share.first / length, share.first % length} : Place{share.first, 0};
  for (int64_t row = share.first; row < share.end;) {
    const int64_t in_line = along_inner ? length - place.inner : share.end;
    const int64_t left = share.end - row < in_line ? share.end - row : in_line;
    const int count = left < most ? static_cast<int>(left) : most;
    on_batch(Batch{place, row, count, along_inner});
    row += count;
    if (!along_inner) {
      place.outer = row;
    } else if (count == in_line) {
      place = {place.outer + 1, 0};
    } else {
      place.inner += count;
    }
  }
}

// 1 / temperature as the sum of two float64. (Where that is beyond float64, a large one separates
// logits as well.)
template <class V>
LOGITS_INLINE Scale double_scale(double temperature) {
  static constexpr double kLargestInverse = 0x1p1023;
  const double high = 1 / temperature;
  if (high > kLargestInverse) return {kLargestInverse, 0};
  const double rest =
      first_lane<V>(V::fma(V::broadcast(-high), V::broadcast(temperature), V::broadcast(1.0)));
  return {high, rest * high};
}

// The rows of an input, as an R of Double arithmetic.
template <class R>
LOGITS_INLINE Rows<R> double_rows(const Input& input) {
  return {input, double_scale<typename R::Arithmetic::Set>(input.temperature)};
}

// Whether an input's rows are F64Rows of E.
template <class E>
LOGITS_INLINE bool is_contiguous(const Input& input) {
  const Element element = kIsFloat<E> ? Element::float32 : Element::float64;
  return input.element == element && input.layout.inner == 1 && input.softcap == 0;
}

// on_rows(a, b), the Rows in Double of two inputs of one shape, of one kind.
template <class V, class OnRows>
LOGITS_INLINE void with_double_rows(const Input& a, const Input& b, OnRows on_rows) {
  const auto with = [&](auto row) {
    using R = decltype(row);
    on_rows(double_rows<R>(a), double_rows<R>(b));
  };
  const bool scaled = a.temperature != 1 || b.temperature != 1;
  if constexpr (!V::kSpecialises) {
    with(GenericRow<V>());
  } else if (is_contiguous<float>(a) && is_contiguous<float>(b)) {
    scaled ? with(F64Row<V, float, true>()) : with(F64Row<V, float, false>());
  } else if (is_contiguous<double>(a) && is_contiguous<double>(b)) {
    scaled ? with(F64Row<V, double, true>()) : with(F64Row<V, double, false>());
  } else {
    with(GenericRow<V>());
  }
}

// on_batch(rows, batch) for a share's rows in Double, `rows` being its Rows of some kind.
template <class V, class OnBatch>
LOGITS_INLINE void walk_doubles(const Input& input, const Share& share, OnBatch on_batch) {
  const auto with = [&](auto row) {
    const auto rows = double_rows<decltype(row)>(input);
    for_each_batch<V>(input.layout, share, kStackRows,
                      [&](const Batch& batch) { on_batch(rows, batch); });
  };
  const bool is_plain = input.element == Element::float64 && input.softcap == 0;
  if (!is_plain || input.temperature != 1) {
    with(GenericRow<V>());
  } else if (input.layout.inner == 1) {
    with(F64Row<V, double, false>());
  } else {
    with(StridedF64Row<V>());
  }
}

// 1 / temperature as the sum of two float32.
template <class V>
LOGITS_INLINE Scale single_scale(double temperature) {
  const double inverse = 1 / temperature;
  const float high = rounded_to_float<V>(inverse);
  const float low = rounded_to_float<V>(inverse - static_cast<double>(high));
  return {static_cast<double>(high), static_cast<double>(low)};
}

// on_batch(rows, batch) or on_panels(panels) for a share's rows of an input of E.
template <class V, class E, bool Scaled, class OnBatch, class OnPanels>
LOGITS_INLINE void walk_singles(const Input& input, const Scale& inverse, const Share& share,
                                OnBatch on_batch, OnPanels on_panels) {
  const Layout& layout = input.layout;
  if (layout.inner == 1) {
    const Rows<F32Row<V, E, Scaled>> rows = {input, inverse};
    for_each_batch<V>(layout, share, kStackRows,
                      [&](const Batch& batch) { on_batch(rows, batch); });
    return;
  }
  for_each_batch<V>(layout, share, panels_rows(layout.classes), [&](const Batch& batch) {
    on_panels(make_panels<V, E, Scaled>(input, inverse, batch));
  });
}

template <class V, class E, class OnBatch, class OnPanels>
LOGITS_INLINE void walk_elements(const Input& input, const Share& share, OnBatch on_batch,
                                 OnPanels on_panels) {
  if (input.temperature == 1) {
    walk_singles<V, E, false>(input, {1, 0}, share, on_batch, on_panels);
  } else {
    walk_singles<V, E, true>(input, single_scale<V>(input.temperature), share, on_batch, on_panels);
  }
}

// on_batch(rows, batch) for a share's rows in Single, of whatever type and at whatever distance.
template <class V, class OnBatch>
LOGITS_INLINE void walk_strided_singles(const Input& input, const Share& share, OnBatch on_batch) {
  const Rows<StridedF32Row<V, true>> rows = {input, single_scale<V>(input.temperature)};
  for_each_batch<V>(input.layout, share, kStackRows,
                    [&](const Batch& batch) { on_batch(rows, batch); });
}

// The rows of a share: on_batch(rows, batch), or on_panels(panels) for Single rows side by
// side.
template <class V, class OnBatch, class OnPanels>
LOGITS_INLINE void walk(const Input& input, const Share& share, OnBatch on_batch,
                        OnPanels on_panels) {
  const bool moderate = input.temperature >= 0x1p-60 && input.temperature <= 0x1p60;
  if (input.element == Element::float64 || input.softcap != 0 || !moderate) {
    walk_doubles<V>(input, share, on_batch);
  } else if (input.element == Element::float32) {
    walk_elements<V, float>(input, share, on_batch, on_panels);
  } else if constexpr (!V::kSpecialises) {
    walk_strided_singles<V>(input, share, on_batch);
  } else if (input.element == Element::float16) {
    walk_elements<V, Float16>(input, share, on_batch, on_panels);
  } else {
    walk_elements<V, BFloat16>(input, share, on_batch, on_panels);
  }
}

}  // namespace logits
